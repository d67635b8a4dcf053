import type { Effect, Scope } from "effect"
import { access } from "./contract/Access.ts"
import { addressesCases } from "./contract/Addresses.ts"
import { bulk } from "./contract/Bulk.ts"
import { customFields } from "./contract/CustomFields.ts"
import { fields } from "./contract/Fields.ts"
import { filters } from "./contract/Filters.ts"
import { history } from "./contract/History.ts"
import { interfaces } from "./contract/Interfaces.ts"
import { machinesCases } from "./contract/Machines.ts"
import { nodeInterfaces } from "./contract/NodeInterfaces.ts"
import { reading } from "./contract/Reading.ts"
import { references } from "./contract/References.ts"
import { removal } from "./contract/Removal.ts"
import { uniqueness } from "./contract/Uniqueness.ts"
import { sharing } from "../support/Sharing.ts"
import { layerWorld, type NetBoxAddress } from "./contract/World.ts"

/**
 * What the engine relies on in NetBox 4.7, as cases that a real and a simulated one must both pass. They run in a
 * corner of their own, so the NetBox need not be empty.
 */
export const contract = (
  name: string,
  netbox: Effect.Effect<NetBoxAddress, never, Scope.Scope>,
  tokenV2: string | undefined
): void => {
  sharing(layerWorld(netbox), { timeout: "10 minutes" })(name, (it) => {
    access(it, tokenV2)
    fields(it)
    references(it)
    uniqueness(it)
    bulk(it)
    customFields(it)
    machinesCases(it)
    interfaces(it)
    nodeInterfaces(it)
    addressesCases(it)
    reading(it)
    filters(it)
    history(it)
    removal(it)
  })
}
