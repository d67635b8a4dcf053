import { ref } from "../../../../../domain/Ref.ts"
import { object, objectsEnd } from "../Data.ts"
import { interfaceOf, ownerOf } from "../Keys.ts"
import type { Script, Thing } from "../Script.ts"
import { kept } from "../Tally.ts"
import { isDeleted, nameOf, type Teller, thingsOf } from "../Teller.ts"

/** The name of the guest that something belongs to. */
export const guestNameOf = (script: Script, of: Thing): string => {
  const key = ownerOf(of.ref)
  const guest = script.thing(ref("virtualization.virtualmachine", key))
  return guest === undefined ? key : nameOf(script, guest)
}

/** Clients know only of interfaces that are begun. */
export const GuestInterfaces: Teller = {
  rows: (script) =>
    thingsOf(script, "virtualization.vminterface").map((thing) => ({ key: thing.ref, thing, members: [thing] })),
  rowOf: ({ ref: of }) => interfaceOf(of),
  open: ({ rows, script }) =>
    rows
      .filter(({ thing }) => !isDeleted(thing))
      .map(({ thing }) => {
        const name = nameOf(script, thing)
        return object("progress", name, {
          object: "vm_interface",
          data: { completed: false, sync_status: "syncing", rowid: name, name, vm: guestNameOf(script, thing) }
        })
      }),
  settled: () => [],
  close: () => [objectsEnd("vm_interface")],
  result: (tally) => ({ count: kept(tally) }),
  note: ""
}
