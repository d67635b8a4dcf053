import { refTo, want } from "../Desired.ts"
import type { Mapping } from "./Mapping.ts"
import { deviceTypeRef, manufacturerRef } from "./Refs.ts"

export const DeviceType: Mapping = {
  kind: "dcim.devicetype",
  objects: () => [
    {
      ref: deviceTypeRef,
      source: null,
      label: "Proxmox Generic Device",
      lazy: true,
      fields: {
        manufacturer: want(refTo(manufacturerRef), "device type"),
        model: want("Proxmox Generic Device", "device type"),
        slug: want("proxmox-generic-device", "device type"),
        u_height: want(1, "device type")
      }
    }
  ]
}
