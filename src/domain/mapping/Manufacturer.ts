import { want } from "../Desired.ts"
import type { Mapping } from "./Mapping.ts"
import { manufacturerRef } from "./Refs.ts"

/** Proxmox tells nothing of the hardware; operators set the real type, and it stays. */
export const Manufacturer: Mapping = {
  kind: "dcim.manufacturer",
  objects: () => [
    {
      ref: manufacturerRef,
      source: null,
      label: "Proxmox",
      lazy: true,
      fields: { name: want("Proxmox", "manufacturer"), slug: want("proxmox", "manufacturer") }
    }
  ]
}
