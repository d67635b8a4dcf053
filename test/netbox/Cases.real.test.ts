import { allCases } from "../cases/all.ts"
import { runCases } from "../cases/runner.ts"
import { emptied } from "./emptied.ts"

runCases(
  "edge cases on a real NetBox",
  allCases.filter(({ real }) => real === true),
  () => emptied,
  "bare"
)
