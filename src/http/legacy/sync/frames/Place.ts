import type { OperationPlanned } from "../../../../domain/Event.ts"
import { kindOf } from "../../../../domain/Ref.ts"
import { isOfNode } from "./Keys.ts"
import type { StageName } from "./Stage.ts"

/** Where an operation is told: in a stage, as what the run stands on, or only in the counts of the whole run. */
export type Place = StageName | "bootstrap" | "elsewhere"

const places: { readonly [kind: string]: { readonly node: StageName; readonly guest: StageName } } = {
  "dcim.device": { node: "devices", guest: "devices" },
  "dcim.interface": { node: "node-interfaces", guest: "node-interfaces" },
  "dcim.macaddress": { node: "node-interfaces", guest: "vm-interfaces" },
  "ipam.ipaddress": { node: "node-interfaces", guest: "vm-ip-addresses" },
  "virtualization.virtualmachine": { node: "virtual-machines", guest: "virtual-machines" },
  "virtualization.virtualdisk": { node: "virtual-disks", guest: "virtual-disks" },
  "virtualization.vminterface": { node: "vm-interfaces", guest: "vm-interfaces" }
}

/** Fields that are written once what they point to is there: told where that is told. */
const pointing: { readonly [field: string]: StageName } = {
  "dcim.device.primary_ip4": "node-interfaces",
  "dcim.device.primary_ip6": "node-interfaces",
  "virtualization.virtualmachine.primary_ip4": "vm-ip-addresses",
  "virtualization.virtualmachine.primary_ip6": "vm-ip-addresses"
}

/** What is gone from its source. */
const isGone = ({ purpose }: OperationPlanned): boolean => purpose === "retire" || purpose === "remove"

export const placeOf = (operation: OperationPlanned): Place => {
  const kind = kindOf(operation.ref)
  const known = places[kind]
  if (known === undefined) return operation.verb === "create" ? "bootstrap" : "elsewhere"
  if (kind === "virtualization.virtualmachine" && isGone(operation)) return "sweep-orphans"
  const later = new Set(operation.changes.map(({ field }) => pointing[`${kind}.${field}`]))
  const [only] = later
  if (operation.verb === "update" && later.size === 1 && only !== undefined) return only
  return isOfNode(operation.ref) ? known.node : known.guest
}
