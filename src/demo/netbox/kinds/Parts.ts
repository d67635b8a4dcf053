import * as Field from "../Field.ts"
import type { Kind } from "../Kind.ts"
import { textOf, type Row } from "../Row.ts"

/** What most of NetBox's models have in common. */

export const named = (row: Row): string => textOf(row.values, "name")

export const byName = (row: Row) => [named(row)]

export const description = { description: Field.text(200) }

export const owner = { owner: Field.constant(null, true) }

export const comments = { ...owner, comments: Field.text(null) }

export const stamps = { created: Field.created, last_updated: Field.lastUpdated }

export const tagged = { tags: Field.tags, custom_fields: Field.customFields, ...stamps }

export const nameAndSlug = {
  name: Field.requiredText(100, { unique: true }),
  slug: Field.requiredText(100, { unique: true, pattern: "slug" })
}

export const briefName = ["id", "url", "display", "name", "description"]

export const briefSlug = ["id", "url", "display", "name", "slug", "description"]

/** How a kind with just a name and a slug is shown and found. */
export const organizational = {
  brief: briefSlug,
  display: named,
  unique: [],
  order: byName,
  search: ["name", "slug", "description", "comments"]
} satisfies Partial<Kind>
