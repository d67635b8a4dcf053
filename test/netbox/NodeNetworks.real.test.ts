import { nodeScenarios } from "../support/nodeScenarios.ts"
import { emptied } from "./emptied.ts"

nodeScenarios({ name: "networks of nodes on a real NetBox", netbox: emptied })
