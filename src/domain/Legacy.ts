import type { Current, Target } from "./Target.ts"

/** Slug of the tag on everything that proxbox-api made. */
const mark = "proxbox"

/** Whether proxbox-api has been at work in this NetBox. */
export const hasLegacy = (target: Target): boolean => legacyTags(target).length > 0

/** Whether proxbox-api made the object. */
export const isLegacy = (row: Current, target: Target): boolean => {
  const tags = row.fields["tags"]
  return Array.isArray(tags) && legacyTags(target).some((id) => tags.includes(id))
}

const legacyTags = (target: Target): ReadonlyArray<number> =>
  [...target.rows("extras.tag").values()].flatMap(({ fields, id }) => (fields["slug"] === mark ? [id] : []))

/** proxbox-api tells guests of one name apart by counting: `web (2)`. */
export const legacyNames = (name: string): ReadonlyArray<string> =>
  [2, 3, 4, 5, 6, 7, 8, 9].map((count) => `${name} (${count})`)
