import { type Desired, refTo, want, type Wanted } from "../Desired.ts"
import { ref, type Ref } from "../Ref.ts"
import type { Facts, GuestView } from "./Facts.ts"
import type { Mapping } from "./Mapping.ts"

const kind = "virtualization.virtualmachinetype"

const types = {
  qemu: { name: "QEMU Virtual Machine", slug: "qemu-virtual-machine" },
  lxc: { name: "LXC Container", slug: "lxc-container" }
}

/** What says the same where NetBox has no types of virtual machines. */
const roles = {
  qemu: { name: "Virtual Machine (QEMU)", slug: "virtual-machine-qemu", color: "00ffff" },
  lxc: { name: "Container (LXC)", slug: "container-lxc", color: "7fffd4" }
}

const hasTypes = ({ kinds }: Facts): boolean => kinds.has(kind)

const typeRef = (slug: string): Ref => ref(kind, slug)

const roleRef = (slug: string): Ref => ref("dcim.devicerole", slug)

/** The field of a virtual machine that says of which type the guest is. */
export const typeOf = (
  facts: Facts,
  { decision, facts: { type } }: GuestView
): { readonly [field: string]: Wanted } => {
  if (hasTypes(facts)) return { virtual_machine_type: want(refTo(typeRef(types[type].slug)), "type") }
  return decision.unsure.has("role") ? {} : { role: want(refTo(roleRef(roles[type].slug)), "type") }
}

/** The roles by which machines are told apart before NetBox 4.6. */
export const typeRoles = (facts: Facts): ReadonlyArray<Desired> =>
  hasTypes(facts)
    ? []
    : Object.values(roles).map(({ color, name, slug }) => ({
        ref: roleRef(slug),
        source: null,
        label: name,
        lazy: true,
        fields: {
          name: want(name, "type of guests"),
          slug: want(slug, "type of guests"),
          color: want(color, "type of guests"),
          vm_role: want(true, "type of guests")
        }
      }))

export const VirtualMachineType: Mapping = {
  kind,
  objects: () =>
    Object.values(types).map(({ name, slug }) => ({
      ref: typeRef(slug),
      source: null,
      label: name,
      lazy: true,
      fields: { name: want(name, "type of guests"), slug: want(slug, "type of guests") }
    }))
}
