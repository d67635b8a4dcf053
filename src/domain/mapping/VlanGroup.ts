import { refTo, want } from "../Desired.ts"
import type { Mapping } from "./Mapping.ts"
import { slugOf } from "./Naming.ts"
import { clusterRef, vlanGroupRef } from "./Refs.ts"

export const VlanGroup: Mapping = {
  kind: "ipam.vlangroup",
  objects: ({ observation, settings }) => {
    const cluster = observation.cluster.name ?? settings.name
    return [
      {
        ref: vlanGroupRef(settings.name),
        source: settings.name,
        label: `Proxmox ${cluster}`,
        lazy: true,
        fields: {
          name: want(`Proxmox ${cluster}`, "cluster.name"),
          slug: want(slugOf(`proxmox-${settings.name}`), "name of the source"),
          scope_type: want("virtualization.cluster", "cluster"),
          scope_id: want(refTo(clusterRef(settings.name)), "cluster")
        }
      }
    ]
  }
}
