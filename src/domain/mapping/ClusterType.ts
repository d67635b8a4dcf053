import { want } from "../Desired.ts"
import type { Mapping } from "./Mapping.ts"
import { clusterTypeRef } from "./Refs.ts"

export const ClusterType: Mapping = {
  kind: "virtualization.clustertype",
  objects: () => [
    {
      ref: clusterTypeRef,
      source: null,
      label: "Proxmox VE",
      lazy: true,
      fields: { name: want("Proxmox VE", "cluster type"), slug: want("proxmox-ve", "cluster type") }
    }
  ]
}
