import { deltas } from "../support/deltaScenarios.ts"
import { edits, wider } from "../support/OperatorEdits.ts"
import { emptied } from "./emptied.ts"

deltas({ name: "the delta on a real NetBox", netbox: emptied, edits: [...edits, ...wider] })
