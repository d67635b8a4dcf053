import { refTo, want, type Wanted } from "../Desired.ts"
import type { Nic } from "../proxmox/Guest.ts"
import { understood } from "./Facts.ts"
import type { Mapping } from "./Mapping.ts"
import { interfaceRef, machineRef, macRef, vlanRef } from "./Refs.ts"

/** Proxmox decides the VLANs of a NIC that has any; without, they are the operator's to say. */
const vlans = (source: string, nic: Nic): { readonly [field: string]: Wanted } => {
  const tagged = nic.trunks.map((vid) => refTo(vlanRef(source, vid)))
  const untagged = nic.tag === null ? null : refTo(vlanRef(source, nic.tag))
  const mode = tagged.length > 0 ? "tagged" : untagged === null ? null : "access"
  const owner = mode === null ? "three-way" : "owned"
  const why = `config.${nic.key} ${tagged.length > 0 ? "trunks" : "tag"}`
  return {
    mode: want(mode, why, { owner }),
    untagged_vlan: want(untagged, why, { owner }),
    tagged_vlans: want(tagged, why, { owner })
  }
}

/** What a NIC says beyond its being there; nothing of it where its text was not understood. */
const settingsOf = (source: string, guest: string, nic: Nic): { readonly [field: string]: Wanted } => {
  const at = `config.${nic.key}`
  return {
    enabled: want(!nic.linkDown, `${at} link_down`),
    ...(nic.mtu === null ? {} : { mtu: want(nic.mtu, `${at} mtu`) }),
    ...vlans(source, nic),
    description: want([nic.bridge, nic.model].filter((part) => part !== null).join(", "), `${at} bridge`),
    ...(nic.mac === null ? {} : { primary_mac_address: want(refTo(macRef(guest, nic, nic.mac)), at) })
  }
}

export const VmInterface: Mapping = {
  kind: "virtualization.vminterface",
  ofGuest: ({ guest, key }, { settings }) =>
    guest === undefined
      ? []
      : guest.nics.map((nic) => ({
          ref: interfaceRef(key, nic),
          source: settings.name,
          label: `${key} ${nic.name}`,
          ...(nic.mac === null ? {} : { hints: { mac: nic.mac } }),
          alternatives: { name: nic.key },
          fields: {
            virtual_machine: want(refTo(machineRef(key)), "guest"),
            name: want(nic.name, `config.${nic.key}`, understood(guest, nic.key) ? {} : { owner: "initial" }),
            ...(understood(guest, nic.key) ? settingsOf(settings.name, key, nic) : {})
          }
        })),
  covered: ({ guests }) =>
    guests.flatMap(({ guest, key }) => (guest !== undefined && understood(guest, "net") ? [key] : []))
}
