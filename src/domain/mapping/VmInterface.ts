import { refTo, want, type Wanted } from "../Desired.ts"
import type { Nic } from "../proxmox/Guest.ts"
import { type Facts, type GuestView, understood } from "./Facts.ts"
import type { Mapping } from "./Mapping.ts"
import { interfaceRef, machineRef, macRef, vlanRef } from "./Refs.ts"
import { wireOf } from "./Wire.ts"

/** Proxmox decides the VLANs of a NIC that has any; without, they are the operator's to say. */
const vlans = (facts: Facts, view: GuestView, nic: Nic): { readonly [field: string]: Wanted } => {
  const wire = wireOf(facts, view, nic)
  if (wire === undefined) return {}
  const { tag, trunks, why } = wire
  const source = facts.settings.name
  const tagged = trunks.map((vid) => refTo(vlanRef(source, vid)))
  const untagged = tag === null ? null : refTo(vlanRef(source, tag))
  const mode = tagged.length > 0 ? "tagged" : untagged === null ? null : "access"
  const owner = mode === null ? "three-way" : "owned"
  return {
    mode: want(mode, why, { owner }),
    untagged_vlan: want(untagged, why, { owner }),
    tagged_vlans: want(tagged, why, { owner })
  }
}

/** What a NIC says beyond its being there; nothing of it where its text was not understood. */
const settingsOf = (facts: Facts, view: GuestView, nic: Nic): { readonly [field: string]: Wanted } => {
  const at = `config.${nic.key}`
  return {
    enabled: want(!nic.linkDown, `${at} link_down`),
    ...(nic.mtu === null ? {} : { mtu: want(nic.mtu, `${at} mtu`) }),
    ...vlans(facts, view, nic),
    description: want([nic.bridge, nic.model].filter((part) => part !== null).join(", "), `${at} bridge`),
    ...(nic.mac === null ? {} : { primary_mac_address: want(refTo(macRef(view.key, nic, nic.mac)), at) })
  }
}

export const VmInterface: Mapping = {
  kind: "virtualization.vminterface",
  ofGuest: (view, facts) => {
    const { guest, key } = view
    return guest === undefined
      ? []
      : guest.nics.map((nic) => ({
          ref: interfaceRef(key, nic),
          source: facts.settings.name,
          label: `${key} ${nic.name}`,
          ...(nic.mac === null ? {} : { hints: { mac: nic.mac } }),
          alternatives: { name: nic.key },
          fields: {
            virtual_machine: want(refTo(machineRef(key)), "guest"),
            name: want(nic.name, `config.${nic.key}`, understood(guest, nic.key) ? {} : { owner: "initial" }),
            ...(understood(guest, nic.key) ? settingsOf(facts, view, nic) : {})
          }
        }))
  },
  covered: ({ guests }) =>
    guests.flatMap(({ guest, key }) => (guest !== undefined && understood(guest, "net") ? [key] : []))
}
