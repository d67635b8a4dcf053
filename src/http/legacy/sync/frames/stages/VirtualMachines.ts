import { discovery, itemProgress, objectsEnd, phaseSummary, progressOf, saying } from "../Data.ts"
import type { Frames } from "../Frame.ts"
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

const settled = ({ thing }: Row, { outcomes, resultOf, rows, script, telling }: Scene, position: number): Frames => {
  if (!telling.eachGuest) return []
  const name = nameOf(script, thing)
  const id = outcomes.idOf(thing)
  const operation = resultOf(thing)
  const isFailed = operation === "failed"
  return [
    itemProgress({
      phase: "virtual-machines",
      status: isFailed ? "failed" : "completed",
      message: saying(operation, "virtual machine", name),
      item: { name, ...(id === null ? {} : { netbox_id: id }), item_type: typeOf(script, thing) },
      operation,
      progress: progressOf(position, rows.length),
      ...(thing.conflict === null ? {} : { warning: thing.conflict })
    })
  ]
}

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
