import { Hash } from "effect"

/** NetBox slugs of sites, roles and the like: ASCII letters, digits, hyphens, underscores. */
export const slugOf = (name: string): string => {
  const slug = name
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, "-")
    .replaceAll(/-{2,}/g, "-")
    .replaceAll(/^-+|-+$/g, "")
  return slug === "" ? `x-${shortHash(name)}` : slug.slice(0, 100)
}

/** Slugs of tags may hold any letter. */
export const tagSlugOf = (name: string): string => {
  const slug = name
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_-]+/gu, "-")
    .replaceAll(/-{2,}/g, "-")
    .replaceAll(/^-+|-+$/g, "")
  return slug === "" ? `tag-${shortHash(name)}` : [...slug].slice(0, 100).join("")
}

/** Four hex digits that tell names apart whose slugs are equal. */
export const shortHash = (text: string): string => (Hash.string(text) >>> 0).toString(16).padStart(8, "0").slice(-4)

/** A colour that stays with a name. */
export const colorOf = (name: string): string => (Hash.string(name) & 0xffffff).toString(16).padStart(6, "0")

/** At most `length` characters (code points), with the suffix whole. */
export const withSuffix = (name: string, suffix: string, length: number): string =>
  `${[...name]
    .slice(0, length - [...suffix].length)
    .join("")
    .trimEnd()}${suffix}`
