import * as DataLoader from "@effect/experimental/RequestResolver"
import { Array, Cause, Effect, Exit, Option, Request, RequestResolver, type Scope } from "effect"
import { isJsonObject } from "../domain/Json.ts"
import type { EndpointError } from "./EndpointError.ts"
import type { Row } from "./NetBox.ts"
import type { ObjectCache } from "./ObjectCache.ts"

export type Filter = ReadonlyArray<readonly [string, string]>

/** All rows of a list that a filter selects, whatever their number. */
export type Find = (path: string, filter: Filter) => Effect.Effect<ReadonlyArray<Row>, EndpointError>

export interface NetBoxLookups {
  readonly find: Find
  readonly get: (path: string, id: number) => Effect.Effect<Option.Option<Row>, EndpointError>
}

class Lookup extends Request.TaggedClass("Lookup")<
  ReadonlyArray<Row>,
  EndpointError,
  { readonly path: string; readonly filter: Filter }
> {}

type Found = Exit.Exit<ReadonlyArray<Row>, EndpointError>

/** How long a look-up waits for others to share a request with. */
const window = "5 millis"

/** gunicorn takes request lines of up to 4094 bytes. */
const longestQuery = 3500

/**
 * Tells the rows of a merged answer apart; undefined for keys that rows do not show, so that look-ups by them are not
 * merged. Some kinds have names without case, so a row may be given to more look-ups than it is for: callers verify.
 */
const matcher = (key: string): ((row: Row, value: string) => boolean) | undefined => {
  if (key === "id" || key === "slug") return (row, value) => String(row[key]) === value
  if (key === "name") return (row, value) => String(row.name).toLowerCase() === value.toLowerCase()
  if (!key.startsWith("cf_")) return undefined
  const field = key.slice("cf_".length)
  return ({ custom_fields: fields = null }, value) => isJsonObject(fields) && String(fields[field]) === value
}

const encode = (filter: Filter) =>
  new URLSearchParams(filter.map(([key, value]): [string, string] => [key, value])).toString()

/** Look-ups of one group differ at most in the value of their only key. */
const groupOf = ({ filter, path }: Lookup): string => {
  const [first, ...more] = filter
  const merged = first !== undefined && more.length === 0 && matcher(first[0]) !== undefined
  return `${path}?${merged ? first[0] : encode(filter)}`
}

const valueOf = ({ filter }: Lookup): string => filter[0]?.[1] ?? ""

/** As many values at a time as fit into a request line. */
export const chunk = (key: string, values: Iterable<string>): ReadonlyArray<ReadonlyArray<string>> => {
  const chunks: Array<Array<string>> = []
  let room = 0
  for (const value of values) {
    const bytes = encode([[key, value]]).length + 1
    const last = chunks.at(-1)
    if (last === undefined || bytes > room) {
      chunks.push([value])
      room = longestQuery - bytes
    } else {
      last.push(value)
      room -= bytes
    }
  }
  return chunks
}

const isRefused = (found: Found) =>
  Exit.isFailure(found) && Option.exists(Cause.failureOption(found.cause), ({ _tag }) => _tag === "Refused")

/** What a list answers for each value of a key. A value that NetBox refuses must not cost the others their answer. */
const findEach = (
  find: Find,
  path: string,
  key: string,
  matches: (row: Row, value: string) => boolean,
  values: ReadonlyArray<string>
): Effect.Effect<ReadonlyArray<readonly [string, Found]>> => {
  const filter = values.map((value) => [key, value] as const)
  return Effect.flatMap(Effect.exit(find(path, filter)), (found) =>
    isRefused(found) && values.length > 1
      ? Effect.map(
          Effect.forEach(values, (value) => findEach(find, path, key, matches, [value])),
          Array.flatten
        )
      : Effect.succeed(
          values.map(
            (value) =>
              [
                value,
                Exit.map(
                  found,
                  Array.filter((row) => matches(row, value))
                )
              ] as const
          )
        )
  )
}

const resolveGroup = (find: Find, lookups: Array.NonEmptyArray<Lookup>): Effect.Effect<void> => {
  const { filter, path } = lookups[0]
  const key = filter[0]?.[0] ?? ""
  const matches = filter.length === 1 ? matcher(key) : undefined
  const complete = (found: Found) =>
    Effect.forEach(lookups, (lookup) => Request.complete(lookup, found), { discard: true })
  if (matches === undefined) return Effect.flatMap(Effect.exit(find(path, filter)), complete)
  return Effect.forEach(
    chunk(key, new Set(lookups.map(valueOf))),
    (values) =>
      Effect.flatMap(findEach(find, path, key, matches, values), (answers) => {
        const found = new Map(answers)
        return Effect.forEach(
          lookups,
          (lookup) => {
            const mine = found.get(valueOf(lookup))
            return mine === undefined ? Effect.void : Request.complete(lookup, mine)
          },
          { discard: true }
        )
      }),
    { concurrency: "unbounded", discard: true }
  )
}

/**
 * Reads of single objects: cached, and those that come at the same time are sent as one request where that is safe.
 * `find` is the uncached read of a list.
 */
export const make = Effect.fnUntraced(function* (
  find: Find,
  cache: ObjectCache<ReadonlyArray<Row>, EndpointError>
): Effect.fn.Return<NetBoxLookups, never, Scope.Scope> {
  const resolver = yield* RequestResolver.makeBatched((lookups: Array.NonEmptyArray<Lookup>) =>
    Effect.forEach(Object.values(Array.groupBy(lookups, groupOf)), (group) => resolveGroup(find, group), {
      concurrency: "unbounded",
      discard: true
    })
  ).pipe(DataLoader.dataLoader({ window }))

  return {
    find: (path, filter) => cache.get(path, encode(filter), Effect.request(new Lookup({ path, filter }), resolver)),
    get: (path, id) => {
      const filter: Filter = [["id", String(id)]]
      return cache
        .get(`${path}${id}/`, "", Effect.request(new Lookup({ path, filter }), resolver))
        .pipe(Effect.map(Array.head))
    }
  }
})
