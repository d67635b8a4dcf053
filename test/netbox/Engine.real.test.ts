import { scenarios } from "../support/scenarios.ts"
import { emptied } from "./emptied.ts"

scenarios({ name: "engine on a real NetBox", netbox: emptied, guests: 100 })
