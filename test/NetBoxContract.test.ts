import * as SimulatedNetBox from "../src/demo/SimulatedNetBox.ts"
import { contract } from "./netbox/contract.ts"

contract(
  "the simulated NetBox keeps the contract",
  SimulatedNetBox.make({}),
  "nbt_abcdefghijkl.0123456789abcdef0123456789abcdef01234567"
)
