import { type Desired, refTo, want } from "../Desired.ts"
import { kindOf, type Ref } from "../Ref.ts"
import type { Mapping } from "./Mapping.ts"
import { understood } from "./Facts.ts"
import { interfaceKey, interfaceRef, macRef, nodeInterfaceKey, nodeInterfaceRef, nodeMacRef } from "./Refs.ts"

const on = (source: string, ref: Ref, to: Ref, mac: string, why: string): Desired => ({
  ref,
  source,
  label: mac,
  fields: {
    mac_address: want(mac, why),
    assigned_object_type: want(kindOf(to), "NIC"),
    assigned_object_id: want(refTo(to), "NIC")
  }
})

export const MacAddress: Mapping = {
  kind: "dcim.macaddress",
  objects: ({ nodes, settings }) =>
    nodes.flatMap(({ interfaces, key }) =>
      interfaces.flatMap(({ mac, name }) => {
        if (mac === null) return []
        const to = nodeInterfaceRef(key, name)
        return [on(settings.name, nodeMacRef(key, name, mac), to, mac, `network.${name}`)]
      })
    ),
  ofGuest: ({ guest, key }, { settings }) =>
    (guest?.nics ?? []).flatMap((nic) => {
      if (nic.mac === null) return []
      const to = interfaceRef(key, nic)
      return [on(settings.name, macRef(key, nic, nic.mac), to, nic.mac, `config.${nic.key}`)]
    }),
  covered: ({ guests, nodes }) => [
    ...nodes.flatMap(({ interfaces, key }) =>
      interfaces.flatMap(({ mac, name }) => (mac === null ? [] : [nodeInterfaceKey(key, name)]))
    ),
    ...guests.flatMap(({ guest, key }) =>
      guest !== undefined && understood(guest, "net")
        ? guest.nics.flatMap((nic) => (nic.mac === null ? [] : [interfaceKey(key, nic)]))
        : []
    )
  ]
}
