import type { Json } from "../../../../../domain/Json.ts"
import { isRefValue, keyOf } from "../../../../../domain/Ref.ts"
import { anchor, discovery, itemProgress, object, objectsEnd, phaseSummary, progressOf, saying } from "../Data.ts"
import type { Frames } from "../Frame.ts"
import { kept } from "../Tally.ts"
import { nameOf, type Row, type Scene, type Teller, thingsOf } from "../Teller.ts"

const pages: { readonly [field: string]: string } = {
  role: "/dcim/device-roles/",
  cluster: "/virtualization/clusters/",
  device_type: "/dcim/device-types/"
}

/** A link to what a field refers to, as far as the engine knows it. */
const linkOf = ({ outcomes, script }: Scene, { thing }: Row, field: string): Json => {
  const value = script.value(thing.ref, field)
  const to = isRefValue(value) ? script.thing(value.$ref) : undefined
  if (to === undefined) return isRefValue(value) ? keyOf(value.$ref) : "undefined"
  return anchor(pages[field] ?? "/", outcomes.idOf(to), nameOf(script, to))
}

const settled = (row: Row, scene: Scene, position: number): Frames => {
  const { outcomes, script } = scene
  const name = nameOf(script, row.thing)
  const id = outcomes.idOf(row.thing)
  const operation = scene.resultOf(row.thing)
  const progress = progressOf(position, scene.rows.length)
  const common = { phase: "devices", operation, progress }
  const item = { name, item_type: "node" }
  const begun: Frames = [
    itemProgress({
      ...common,
      operation: operation === "failed" ? (row.thing.id === null ? "created" : "updated") : operation,
      status: "processing",
      message: `Finalizing device '${name}'`,
      item
    }),
    object("progress", name, {
      object: "device",
      type: "create",
      data: { completed: false, sync_status: "syncing", rowid: name, name, netbox_id: null }
    })
  ]
  if (operation === "failed") {
    return [
      ...begun,
      itemProgress({ ...common, status: "failed", message: saying(operation, "device", name), item }),
      object("failed", name, {
        object: "device",
        type: "create",
        data: { completed: false, sync_status: "failed", rowid: name, name, netbox_id: id }
      })
    ]
  }
  return [
    ...begun,
    itemProgress({
      ...common,
      status: "completed",
      message: saying(operation, "device", name),
      item: { ...item, ...(id === null ? {} : { netbox_id: id }) },
      ...(row.thing.conflict === null ? {} : { warning: row.thing.conflict })
    }),
    object("completed", name, {
      object: "device",
      type: "create",
      data: {
        completed: true,
        increment_count: "yes",
        sync_status: "completed",
        rowid: name,
        name: anchor("/dcim/devices/", id, name),
        netbox_id: id,
        role: linkOf(scene, row, "role"),
        cluster: linkOf(scene, row, "cluster"),
        device_type: linkOf(scene, row, "device_type")
      }
    })
  ]
}

export const Devices: Teller = {
  rows: (script) => thingsOf(script, "dcim.device").map((thing) => ({ key: thing.ref, thing, members: [thing] })),
  rowOf: ({ ref }) => ref,
  open: ({ rows, script }) => [
    discovery(
      "devices",
      `Discovered ${rows.length} device(s) to synchronize`,
      rows.map(({ thing }) => ({ name: nameOf(script, thing), item_type: "node" })),
      { total_devices: rows.length }
    )
  ],
  settled,
  close: (_scene, tally) => [
    phaseSummary("devices", `Device sync completed: ${tally.created} created, ${tally.failed} failed`, tally),
    objectsEnd("device")
  ],
  result: (tally) => ({ count: kept(tally) }),
  note: ""
}
