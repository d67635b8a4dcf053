import { Either } from "effect"
import type { Json } from "../../domain/Json.ts"
import type { Kind } from "./Kind.ts"
import type { Row } from "./Row.ts"
import type { Store } from "./Store.ts"

/** What a filter asks of a row; `ids` are rows that can match, where an index knows them. */
export interface Criterion {
  readonly matches: (row: Row) => boolean
  readonly ids: (kind: Kind) => ReadonlyArray<number> | null
}

export type Filtered = Either.Either<Criterion, ReadonlyArray<string>>

/** A filter of one kind: its values of the query, of which one must match. */
export type Filter = (store: Store, values: ReadonlyArray<string>) => Filtered

/** Rows under any of these keys of an index. */
export const anyOf =
  (store: Store, index: string, keys: ReadonlyArray<string | number>) =>
  (kind: Kind): ReadonlyArray<number> =>
    keys.flatMap((key) => store.table(kind.name).find(index, key))

/** Rows that refer to one of these ids, or with null to nothing. */
export const narrow = (store: Store, field: string, wanted: ReadonlySet<number | null>): Criterion => ({
  matches: ({ values }) => {
    const value = values[field] ?? null
    return (value === null || typeof value === "number") && wanted.has(value)
  },
  ids: (kind) =>
    wanted.has(null)
      ? null
      : anyOf(
          store,
          field,
          [...wanted].flatMap((id) => id ?? [])
        )(kind)
})

type Test = (value: Json, wanted: string) => boolean

const text = (value: Json) => (value === null ? "" : String(value))

const exact: Readonly<Record<string, Test>> = { "": (value, wanted) => value !== null && text(value) === wanted }

const texts: Readonly<Record<string, Test>> = {
  ...exact,
  ie: (value, wanted) => text(value).toLowerCase() === wanted.toLowerCase(),
  ic: (value, wanted) => text(value).toLowerCase().includes(wanted.toLowerCase()),
  isw: (value, wanted) => text(value).toLowerCase().startsWith(wanted.toLowerCase()),
  iew: (value, wanted) => text(value).toLowerCase().endsWith(wanted.toLowerCase())
}

const compare =
  (parse: (value: string) => number | string, holds: (a: number | string, b: number | string) => boolean): Test =>
  (value, wanted) =>
    value !== null && holds(parse(text(value)), parse(wanted))

const ordered = (parse: (value: string) => number | string): Readonly<Record<string, Test>> => ({
  "": compare(parse, (a, b) => a === b),
  gt: compare(parse, (a, b) => a > b),
  gte: compare(parse, (a, b) => a >= b),
  lt: compare(parse, (a, b) => a < b),
  lte: compare(parse, (a, b) => a <= b)
})

/** To the microsecond, as a text that sorts by time. */
const instant = (value: string): string => {
  const [seconds = "", fraction = ""] = value.replace(/(Z|[+-]\d\d:?\d\d)$/, "").split(".")
  const zone = /(Z|[+-]\d\d:?\d\d)$/.exec(value)?.[0] ?? "Z"
  const time = Date.parse(`${seconds.length === 10 ? `${seconds}T00:00:00` : seconds.replace(" ", "T")}${zone}`)
  return Number.isNaN(time) ? "" : `${new Date(time).toISOString().slice(0, 19)}.${fraction.padEnd(6, "0").slice(0, 6)}`
}

const shapes = { text: texts, number: ordered(Number), decimal: ordered(Number), time: ordered(instant), other: exact }

const isReadable = (shape: keyof typeof shapes, value: string) =>
  shape === "number" || shape === "decimal"
    ? /^-?\d+(\.\d+)?$/.test(value)
    : shape === "time"
      ? instant(value) !== ""
      : true

const complaint = {
  number: "Enter a whole number.",
  decimal: "Enter a number.",
  time: "Enter a valid date/time.",
  text: "",
  other: ""
}

/** `how` is what follows the double underscore; null where NetBox has no such look-up. */
export const lookup = (
  shape: keyof typeof shapes,
  how: string,
  values: ReadonlyArray<string>,
  read: (row: Row) => Json
): Filtered | null => {
  if (how === "empty") {
    const empty = values.at(-1)?.toLowerCase() === "true"
    return Either.right({ matches: (row) => (text(read(row)) === "") === empty, ids: () => null })
  }
  const negated = how.startsWith("n")
  const test = shapes[shape][negated ? how.slice(1) : how]
  if (test === undefined) return null
  if (!values.every((value) => isReadable(shape, value))) return Either.left([complaint[shape]])
  const matches = (row: Row) => values.some((value) => test(read(row), value))
  return Either.right({ matches: negated ? (row) => !matches(row) : matches, ids: () => null })
}
