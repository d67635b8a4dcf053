import { refTo, want } from "../Desired.ts"
import type { Mapping } from "./Mapping.ts"
import { vlanGroupRef, vlanRef } from "./Refs.ts"
import { wireOf } from "./Wire.ts"

/** Only those that a NIC uses, and only where NetBox has none that means the same. */
export const Vlan: Mapping = {
  kind: "ipam.vlan",
  objects: (facts) => {
    const { guests, nodes, settings, site } = facts
    const names = new Map<number, string>()
    const note = (vid: number | null, name?: string) => {
      if (vid === null) return
      const plain = `VLAN ${vid}`
      const known = names.get(vid) ?? plain
      // Two vnets of one VLAN: the first by name, so that the order of guests does not matter.
      names.set(vid, name === undefined || (known !== plain && known < name) ? known : name)
    }
    for (const { interfaces } of nodes) {
      for (const { vlans } of interfaces)
        for (const vid of [vlans?.untagged ?? null, ...(vlans?.tagged ?? [])]) note(vid)
    }
    for (const view of guests) {
      for (const nic of view.guest?.nics ?? []) {
        const { name, tag = null, trunks = [] } = wireOf(facts, view, nic) ?? {}
        note(tag, name)
        for (const vid of trunks) note(vid)
      }
    }
    return [...names]
      .sort(([a], [b]) => a - b)
      .map(([vid, name]) => ({
        ref: vlanRef(settings.name, vid),
        source: settings.name,
        label: name,
        lazy: true,
        alternatives: { name: `VLAN ${vid}` },
        hints: { cluster: settings.name, site: site.slug },
        fields: {
          vid: want(vid, "config.net tag"),
          name: want(name, name === `VLAN ${vid}` ? "config.net tag" : "vnet"),
          status: want("active", "config.net tag"),
          group: want(refTo(vlanGroupRef(settings.name)), "VLANs of the cluster")
        }
      }))
  }
}
