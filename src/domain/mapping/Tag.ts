import { type Desired, want } from "../Desired.ts"
import type { Facts } from "./Facts.ts"
import type { Mapping } from "./Mapping.ts"
import { colorOf, shortHash, tagSlugOf, withSuffix } from "./Naming.ts"
import { tagRef } from "./Refs.ts"

const desired = (name: string, slug: string, color: string, description: string): Desired => ({
  ref: tagRef(name),
  source: null,
  label: name,
  lazy: true,
  fields: {
    name: want(name, "tag"),
    slug: want(slug, "tag"),
    color: want(color, "tag-style"),
    description: want(description, "tag")
  },
  alternatives: { slug: `${withSuffix(slug, `-${shortHash(name)}`, 100)}` }
})

/** On everything the engine made or adopted. */
export const marker = tagRef("Proxledger")

/** On what is gone from its source and waits for its removal. */
export const retired = tagRef("Proxledger retired")

const markers: ReadonlyArray<Desired> = [
  desired("Proxledger", "proxledger", "ff5722", "Kept in step with Proxmox VE by Proxledger"),
  desired("Proxledger retired", "proxledger-retired", "9e9e9e", "Gone from Proxmox VE; kept for now by Proxledger")
]

/** The tags of a guest in NetBox: Proxmox's own and those of the rules. */
export const tagsOf = (guest: Facts["guests"][number]): ReadonlyArray<string> => [
  ...new Set([...guest.tags, ...guest.decision.set.tags.map(({ value }) => value)])
]

export const Tag: Mapping = {
  kind: "extras.tag",
  objects: ({ guests, observation }) => [
    ...markers,
    ...[...new Set(guests.flatMap(tagsOf))].map((name) =>
      desired(name, tagSlugOf(name), observation.tagStyle?.colors[name] ?? colorOf(name), "")
    )
  ]
}
