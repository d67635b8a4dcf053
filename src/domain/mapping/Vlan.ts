import { refTo, want } from "../Desired.ts"
import type { Mapping } from "./Mapping.ts"
import { vlanGroupRef, vlanRef } from "./Refs.ts"

/** Only those that a NIC uses, and only where NetBox has none that means the same. */
export const Vlan: Mapping = {
  kind: "ipam.vlan",
  objects: ({ guests, nodes, settings, site }) => {
    const ofNodes = nodes.flatMap(({ interfaces }) =>
      interfaces.flatMap(({ vlans }) =>
        vlans === null || vlans === undefined ? [] : [vlans.untagged, ...vlans.tagged]
      )
    )
    const ofGuests = guests.flatMap(({ guest }) => (guest?.nics ?? []).flatMap(({ tag, trunks }) => [tag, ...trunks]))
    const vids = new Set([...ofNodes, ...ofGuests].filter((vid) => vid !== null))
    return [...vids]
      .sort((a, b) => a - b)
      .map((vid) => ({
        ref: vlanRef(settings.name, vid),
        source: settings.name,
        label: `VLAN ${vid}`,
        lazy: true,
        hints: { cluster: settings.name, site: site.slug },
        fields: {
          vid: want(vid, "config.net tag"),
          name: want(`VLAN ${vid}`, "config.net tag"),
          status: want("active", "config.net tag"),
          group: want(refTo(vlanGroupRef(settings.name)), "VLANs of the cluster")
        }
      }))
  }
}
