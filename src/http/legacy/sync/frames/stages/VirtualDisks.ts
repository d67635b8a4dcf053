import { keyOf } from "../../../../../domain/Ref.ts"
import { object, objectsEnd } from "../Data.ts"
import type { Frames } from "../Frame.ts"
import { ownerOf } from "../Keys.ts"
import { kept, tallyOf } from "../Tally.ts"
import { grouped, nameOf, type Row, type Scene, type Teller, thingsOf } from "../Teller.ts"
import { guestsOf } from "./VirtualMachines.ts"

const settled = ({ members, thing }: Row, { resultOf, script, telling }: Scene): Frames => {
  const name = nameOf(script, thing)
  const tally = tallyOf(members.map(resultOf), telling.dryRun)
  const {
    create,
    delete: gone,
    update
  } = tally.planned ?? {
    create: tally.created,
    update: tally.updated,
    delete: tally.deleted
  }
  const rowid = `${name}-disks`
  const isFailed = tally.failed > 0
  return [
    object(isFailed ? "failed" : "completed", rowid, {
      object: "virtual_disk",
      type: "sync",
      data: {
        completed: !isFailed,
        increment_count: "yes",
        rowid,
        name,
        sync_status: isFailed ? "failed" : "completed",
        disks: `${kept(tally)} disks (${telling.dryRun ? "plan: " : ""}${create} created, ${update} updated, ${gone} deleted)`
      }
    })
  ]
}

/** A row is a guest, and its disks are what counts. */
export const VirtualDisks: Teller = {
  rows: (script) => {
    const disks = grouped(thingsOf(script, "virtualization.virtualdisk"), ({ ref }) => ownerOf(ref))
    return guestsOf(script).map((thing) => {
      const key = keyOf(thing.ref)
      return { key, thing, members: disks.get(key) ?? [] }
    })
  },
  rowOf: ({ ref }) => ownerOf(ref),
  open: ({ rows, script }) =>
    rows.map(({ thing }) => {
      const name = nameOf(script, thing)
      return object("progress", `${name}-disks`, {
        object: "virtual_disk",
        type: "sync",
        data: { completed: false, rowid: `${name}-disks`, name, sync_status: "syncing", disks: "undefined" }
      })
    }),
  settled,
  close: () => [objectsEnd("virtual_disk")],
  result: (tally) => ({
    count: kept(tally),
    created: tally.created,
    updated: tally.updated,
    skipped: tally.skipped
  }),
  note: ""
}
