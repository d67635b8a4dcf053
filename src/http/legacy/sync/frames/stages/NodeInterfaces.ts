import { keyOf, type Ref } from "../../../../../domain/Ref.ts"
import { object, objectsEnd } from "../Data.ts"
import type { Frame, Frames } from "../Frame.ts"
import { interfaceOf, isOfNode, ownerOf } from "../Keys.ts"
import type { Script, Thing } from "../Script.ts"
import { kept } from "../Tally.ts"
import { grouped, isDeleted, nameOf, type Row, type Scene, type Teller, thingsOf } from "../Teller.ts"

/** The first address of each interface of nodes. */
export const addressesOfNodes = (script: Script): ReadonlyMap<Ref, Thing> => {
  const first = new Map<Ref, Thing>()
  for (const thing of thingsOf(script, "ipam.ipaddress")) {
    const at = interfaceOf(thing.ref)
    if (isOfNode(thing.ref) && !isDeleted(thing) && !first.has(at)) first.set(at, thing)
  }
  return first
}

const interfaceFrame = ({ outcomes, script }: Scene, node: string, thing: Thing, address: Thing | undefined): Frame => {
  const name = nameOf(script, thing)
  return object("completed", name, {
    object: "interface",
    data: {
      completed: true,
      rowid: name,
      name,
      netbox_id: outcomes.idOf(thing),
      device: node,
      ip_address: address === undefined ? null : nameOf(script, address)
    }
  })
}

const settled = ({ members, thing }: Row, scene: Scene): Frames => {
  const name = nameOf(scene.script, thing)
  const there = members.filter((one) => !isDeleted(one) && scene.resultOf(one) !== "failed")
  const addresses = addressesOfNodes(scene.script)
  return [
    object("progress", name, {
      object: "node_interface",
      data: { completed: false, sync_status: "syncing", rowid: name, name }
    }),
    ...there.map((one) => interfaceFrame(scene, name, one, addresses.get(one.ref))),
    object("completed", name, {
      object: "node_interface",
      data: { completed: true, rowid: name, name, count: there.length }
    })
  ]
}

/** A row is a node, and its interfaces are what counts. */
export const NodeInterfaces: Teller = {
  rows: (script) => {
    const interfaces = grouped(thingsOf(script, "dcim.interface"), ({ ref }) => ownerOf(ref))
    return thingsOf(script, "dcim.device").map((thing) => {
      const key = keyOf(thing.ref)
      return { key, thing, members: interfaces.get(key) ?? [] }
    })
  },
  rowOf: ({ ref }) => ownerOf(ref),
  open: () => [],
  settled,
  close: () => [objectsEnd("node_interface")],
  result: (tally) => ({ count: kept(tally) }),
  note: ""
}
