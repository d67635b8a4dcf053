import { refTo, want, type Wanted } from "../Desired.ts"
import type { AssignedAddress } from "./Addresses.ts"
import type { GuestView } from "./Facts.ts"
import type { Mapping } from "./Mapping.ts"
import { setBy } from "./Named.ts"
import { addressRef, interfaceRef, nodeAddressRef, nodeInterfaceKey, nodeInterfaceRef } from "./Refs.ts"

const statusOf = ({ cidr, nic }: AssignedAddress): string => {
  if (cidr.address.family === 6 && nic.slaac) return "slaac"
  return nic.dhcp ? "dhcp" : "active"
}

const hostname = /^(?=.{1,255}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/

/** The guest's own word for itself, on its preferred address only. */
const dnsName = ({ addresses, facts }: GuestView, one: AssignedAddress): { readonly [field: string]: Wanted } => {
  const name = facts.hostname?.toLowerCase()
  const family = one.cidr.address.family
  const preferred = addresses.list.find(({ cidr }) => cidr.address.family === family) === one
  return name !== undefined && preferred && addresses.whole && hostname.test(name)
    ? { dns_name: want(name, "reported by the guest") }
    : {}
}

export const IpAddress: Mapping = {
  kind: "ipam.ipaddress",
  objects: ({ nodes, settings }) =>
    nodes.flatMap(({ addresses, key }) =>
      addresses.map(({ host, on, text }) => ({
        ref: nodeAddressRef(key, on.name, host),
        source: settings.name,
        label: text,
        hints: { device: key },
        fields: {
          address: want(text, `network.${on.name} cidr`),
          status: want("active", `network.${on.name} cidr`),
          assigned_object_type: want("dcim.interface", `network.${on.name}`),
          assigned_object_id: want(refTo(nodeInterfaceRef(key, on.name)), `network.${on.name}`)
        }
      }))
    ),
  ofGuest: (view, facts) =>
    view.addresses.list.map((one) => ({
      ref: addressRef(view.key, one.nic, one.host),
      source: facts.settings.name,
      label: one.text,
      hints: { virtual_machine: view.key },
      fields: {
        address: want(one.text, one.why),
        status: want(statusOf(one), one.why),
        assigned_object_type: want("virtualization.vminterface", one.why),
        assigned_object_id: want(refTo(interfaceRef(view.key, one.nic)), one.why),
        ...setBy(facts, view, "vrf"),
        ...setBy(facts, view, "tenant"),
        ...dnsName(view, one)
      }
    })),
  covered: ({ guests, nodes }) => [
    ...nodes.flatMap(({ interfaces, key }) =>
      interfaces.flatMap(({ addressesKnown, name }) => (addressesKnown ? [nodeInterfaceKey(key, name)] : []))
    ),
    ...guests.flatMap(({ addresses, key }) => [...addresses.covered].map((nic) => `${key}/${nic}`))
  ]
}
