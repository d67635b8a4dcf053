import type { Json } from "../../../../../domain/Json.ts"
import { isRefValue, keyOf } from "../../../../../domain/Ref.ts"
import { discovery, itemProgress, object, objectsEnd, phaseSummary, progressOf, saying } from "../Data.ts"
import type { Frame, Frames } from "../Frame.ts"
import type { Script, Thing } from "../Script.ts"
import { kept } from "../Tally.ts"
import { isOrphan, nameOf, type Row, type Scene, type Teller, thingsOf } from "../Teller.ts"

/** Guests that are in their source, machines and containers. */
export const guestsOf = (script: Script): ReadonlyArray<Thing> =>
  thingsOf(script, "virtualization.virtualmachine").filter((thing) => !isOrphan(thing))

/** `qemu` or `lxc`. */
export const typeOf = (script: Script, { ref }: Thing): string => {
  const type = script.value(ref, "custom_fields.proxmox_vm_type")
  return typeof type === "string" ? type : "unknown"
}

/** What a field is for a client that shows it; "undefined" where the engine does not know. */
const shown = (script: Script, { ref }: Thing, field: string): Json => {
  const value = script.value(ref, field)
  if (isRefValue(value)) {
    const to = script.thing(value.$ref)
    return to === undefined ? keyOf(value.$ref) : nameOf(script, to)
  }
  return value === undefined || value === null ? "undefined" : value
}

const fields = ["status", "cluster", "device", "role", "vcpus", "memory"]

const objectOf = ({ thing }: Row, { outcomes, resultOf, script }: Scene): Frame => {
  const name = nameOf(script, thing)
  const status = resultOf(thing) === "failed" ? "failed" : "completed"
  return object(status, name, {
    object: "virtual_machine",
    type: "create",
    data: {
      completed: status === "completed",
      increment_count: "yes",
      rowid: name,
      sync_status: status,
      name,
      netbox_id: outcomes.idOf(thing),
      ...Object.fromEntries(fields.map((field) => [field, shown(script, thing, field)])),
      disk: "undefined",
      vm_interfaces: "undefined"
    }
  })
}

const progressFrame = ({ thing }: Row, { outcomes, resultOf, rows, script }: Scene, position: number): Frame => {
  const name = nameOf(script, thing)
  const id = outcomes.idOf(thing)
  const operation = resultOf(thing)
  return itemProgress({
    phase: "virtual-machines",
    status: operation === "failed" ? "failed" : "completed",
    message: saying(operation, "virtual machine", name),
    item: { name, ...(id === null ? {} : { netbox_id: id }), item_type: typeOf(script, thing) },
    operation,
    progress: progressOf(position, rows.length),
    ...(thing.conflict === null ? {} : { warning: thing.conflict })
  })
}

const settled = (row: Row, scene: Scene, position: number): Frames => [
  ...(scene.telling.eachGuest ? [progressFrame(row, scene, position)] : []),
  ...(scene.telling.eachObject ? [objectOf(row, scene)] : [])
]

export const VirtualMachines: Teller = {
  rows: (script) => guestsOf(script).map((thing) => ({ key: thing.ref, thing, members: [thing] })),
  rowOf: ({ ref }) => ref,
  open: ({ rows, script, telling }) => [
    discovery(
      "virtual-machines",
      `Discovered ${rows.length} virtual machine(s) to synchronize`,
      rows.map(({ thing }) => ({ name: nameOf(script, thing), item_type: typeOf(script, thing) })),
      { sync_vm_network: telling.eachGuest }
    )
  ],
  settled,
  close: (_scene, tally) => [
    phaseSummary("virtual-machines", `Virtual machine sync completed: ${kept(tally)} synchronized`, tally),
    objectsEnd("virtual_machine")
  ],
  result: (tally) => ({ count: kept(tally) }),
  note: ""
}
