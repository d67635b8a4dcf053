import { customFieldRef } from "../CustomNames.ts"
import { type Desired, want } from "../Desired.ts"
import type { Facts } from "./Facts.ts"
import type { Mapping } from "./Mapping.ts"

const identified = ["virtualization.virtualmachine", "dcim.device", "virtualization.cluster"]

const machines = ["virtualization.virtualmachine"]

const field = (
  facts: Facts,
  own: string,
  type: "text" | "integer",
  label: string,
  description: string,
  objectTypes: ReadonlyArray<string>,
  unique: boolean
): Desired => {
  const name = facts.customNames.get(own) ?? own
  return {
    ref: customFieldRef(own),
    source: null,
    label: name,
    fields: {
      name: want(name, "identity"),
      type: want(type, "identity"),
      label: want(label, "identity"),
      description: want(description, "identity"),
      object_types: want(objectTypes, "identity"),
      unique: want(unique, "identity"),
      filter_logic: want("exact", "identity"),
      ui_editable: want("no", "identity")
    }
  }
}

/** As few as identity needs: what moves by itself would make every object differ in every run. */
export const CustomField: Mapping = {
  kind: "extras.customfield",
  objects: (facts) => [
    field(facts, "proxledger_uid", "text", "Proxledger identity", "Source and object in Proxmox VE", identified, true),
    field(facts, "proxmox_vm_id", "integer", "VM ID", "VMID of the guest in Proxmox VE", machines, false),
    field(facts, "proxmox_vm_type", "text", "VM type", "qemu or lxc", machines, false)
  ]
}
