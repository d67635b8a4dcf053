import * as SimulatedNetBox from "../../src/demo/SimulatedNetBox.ts"
import { deltas } from "../support/deltaScenarios.ts"
import { edits } from "../support/OperatorEdits.ts"

deltas({ name: "the delta on a simulated NetBox", netbox: SimulatedNetBox.make({}), edits })
