import { object, objectsEnd } from "../Data.ts"
import type { Frames } from "../Frame.ts"
import { interfaceOf, isOfNode } from "../Keys.ts"
import type { Script, Thing } from "../Script.ts"
import { kept } from "../Tally.ts"
import { isDeleted, nameOf, type Row, type Scene, type Teller, thingsOf } from "../Teller.ts"
import { guestNameOf } from "./GuestInterfaces.ts"

const interfaceNameOf = (script: Script, address: Thing): string => {
  const at = script.thing(interfaceOf(address.ref))
  return at === undefined ? (interfaceOf(address.ref).split("/").at(-1) ?? "") : nameOf(script, at)
}

const settled = ({ thing }: Row, { outcomes, resultOf, script }: Scene): Frames => {
  if (isDeleted(thing)) return []
  const name = interfaceNameOf(script, thing)
  const address = nameOf(script, thing)
  const common = { rowid: name, name, vm: guestNameOf(script, thing) }
  if (resultOf(thing) === "failed") {
    return [
      object("failed", name, {
        object: "vm_ip",
        data: { completed: false, sync_status: "failed", ...common, address }
      })
    ]
  }
  return [
    object("completed", name, {
      object: "vm_ip",
      data: { completed: true, ...common, ip_id: outcomes.idOf(thing), address }
    })
  ]
}

export const GuestAddresses: Teller = {
  rows: (script) =>
    thingsOf(script, "ipam.ipaddress")
      .filter(({ ref }) => !isOfNode(ref))
      .map((thing) => ({ key: thing.ref, thing, members: [thing] })),
  rowOf: ({ ref }) => ref,
  open: ({ rows, script }) =>
    rows
      .filter(({ thing }) => !isDeleted(thing))
      .map(({ thing }) => {
        const name = interfaceNameOf(script, thing)
        return object("progress", name, {
          object: "vm_ip",
          data: { completed: false, sync_status: "syncing", rowid: name, name, vm: guestNameOf(script, thing) }
        })
      }),
  settled,
  close: () => [objectsEnd("vm_ip")],
  result: (tally) => ({ count: kept(tally) }),
  note: ""
}
