import type { Row } from "./Row.ts"

/** NetBox's weak tag: the time of the last update as Python writes it. */
export const etagOf = (row: Row): string => `W/"${row.lastUpdated.replace("Z", "+00:00")}"`

/** The tags of an `If-Match` header; none where it is absent or `*`. */
export const parseIfMatch = (header: string | undefined): ReadonlyArray<string> =>
  header === undefined || header === "*" ? [] : header.split(",").map((tag) => tag.trim())

/** The row's present tag, where a condition is given and does not name it. */
export const staleTag = (ifMatch: ReadonlyArray<string>, row: Row): string | null =>
  ifMatch.length === 0 || ifMatch.includes(etagOf(row)) ? null : etagOf(row)
