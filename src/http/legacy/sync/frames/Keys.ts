import { keyOf, type Ref, ref } from "../../../../domain/Ref.ts"

/** Whose an object is, by the key of its ref: `lab/101/net0` is of the guest `lab/101`, `lab/node/pve1/vmbr0` of a node. */
const parts = (of: Ref): ReadonlyArray<string> => keyOf(of).split("/")

export const isOfNode = (of: Ref): boolean => parts(of)[1] === "node"

export const sourceOf = (of: Ref): string => parts(of)[0] ?? ""

/** The key of the guest or the node. */
export const ownerOf = (of: Ref): string => {
  const all = parts(of)
  return all.slice(0, all[1] === "node" ? 3 : 2).join("/")
}

/** The name of the last part: of a node, an interface, a disk. */
export const lastOf = (of: Ref): string => parts(of).at(-1) ?? ""

const kindsOfInterfaces = { node: "dcim.interface", guest: "virtualization.vminterface" }

/** The interface that an object is, or is on. */
export const interfaceOf = (of: Ref): Ref => {
  const all = parts(of)
  return isOfNode(of)
    ? ref(kindsOfInterfaces.node, all.slice(0, 4).join("/"))
    : ref(kindsOfInterfaces.guest, all.slice(0, 3).join("/"))
}

/** A text by which refs of a kind are sorted: numbers by value, so that guest 9 comes before guest 101. */
export const orderOf = (of: Ref): string => keyOf(of).replace(/\d+/g, (digits) => digits.padStart(12, "0"))
