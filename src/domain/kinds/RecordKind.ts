import type { Kind } from "../Kind.ts"

/** Kinds of refs that name a list of NetBox's API, for objects that no kind describes. */
export const isRecordKind = (name: string): boolean => name.startsWith("/api/")

/** What is known of the objects of any list: where it is. A create is repeated only after it certainly did not happen. */
export const recordKind = (path: string): Kind => ({
  name: path,
  label: `object of ${path}`,
  path,
  fields: {},
  probes: [],
  unique: [],
  lookup: [],
  removal: { how: "keep" }
})
