import type { Json } from "../../domain/Json.ts"

/** Field values as stored: references as ids, choices bare, tags as ids, custom fields by name. */
export type Values = Readonly<Record<string, Json>>

/** One stored object. Never changed in place: a write puts a new row, so that a rollback can put the old one back. */
export interface Row {
  readonly id: number
  /** ISO 8601 in UTC, to the microsecond. */
  readonly created: string
  readonly lastUpdated: string
  readonly values: Values
}

/** A stored text, or "" where there is none. */
export const textOf = (values: Values, field: string): string => {
  const value = values[field]
  return typeof value === "string" ? value : ""
}

/** A stored number or reference. */
export const numberOf = (values: Values, field: string): number | null => {
  const value = values[field]
  return typeof value === "number" ? value : null
}

/** The ids of a many-to-many field. */
export const idsOf = (values: Values, field: string): ReadonlyArray<number> => {
  const value = values[field]
  return Array.isArray(value) ? value.filter((id) => typeof id === "number") : []
}
