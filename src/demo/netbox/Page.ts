import { Either } from "effect"
import type { Json } from "../../domain/Json.ts"

const defaultLimit = 50

/** A page that is asked for: by cursor from an id on, or by offset. */
export type PageRequest =
  | { readonly by: "cursor"; readonly start: number; readonly limit: number }
  | { readonly by: "offset"; readonly offset: number; readonly limit: number }

const whole = (text: string | null): number | null =>
  text !== null && /^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : null

/** `limit` is clipped rather than refused; a bad `start` is refused, as are `offset` and `ordering` beside it. */
export const pageRequest = (
  query: URLSearchParams,
  options: { readonly maxPageSize: number; readonly hasCursor: boolean }
): Either.Either<PageRequest, string> => {
  const asked = whole(query.get("limit"))
  const clipped = asked === 0 ? options.maxPageSize : Math.min(asked ?? 0, options.maxPageSize)
  const limit = asked === null || asked < 0 ? Math.min(defaultLimit, options.maxPageSize) : clipped
  if (!query.has("start") || !options.hasCursor) {
    return Either.right({ by: "offset", offset: Math.max(0, whole(query.get("offset")) ?? 0), limit })
  }
  const start = whole(query.get("start"))
  if (start === null || start < 0) return Either.left("Invalid 'start' parameter: must be a non-negative integer.")
  if (query.has("offset")) return Either.left("'start' and 'offset' are mutually exclusive.")
  if (query.has("ordering"))
    return Either.left("Ordering cannot be specified in conjunction with cursor-based pagination.")
  return Either.right({ by: "cursor", start, limit })
}

const link = (base: string, query: URLSearchParams, changes: Readonly<Record<string, number | null>>): string => {
  const changed = new URLSearchParams(query)
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) changed.delete(key)
    else changed.set(key, String(value))
  }
  changed.sort()
  return changed.size === 0 ? base : `${base}?${changed.toString()}`
}

/** Where a list is, and what it was asked for. */
export interface Listed {
  readonly base: string
  readonly query: URLSearchParams
}

/** One page of the items, which for a cursor ascend by id. */
export const page = <A>(
  request: PageRequest,
  items: ReadonlyArray<A>,
  { base, query }: Listed,
  idOf: (item: A) => number,
  tell: (item: A) => Json
): Json => {
  const { limit } = request
  if (request.by === "cursor") {
    const from = items.findIndex((item) => idOf(item) >= request.start)
    const found = from < 0 ? [] : items.slice(from, from + limit)
    const last = found.at(-1)
    const isLast = last === undefined || found.length < limit
    const next = isLast ? null : link(base, query, { start: idOf(last) + 1, limit, offset: null })
    return { count: null, next, previous: null, results: found.map(tell) }
  }
  const { offset } = request
  const next = offset + limit >= items.length ? null : link(base, query, { limit, offset: offset + limit })
  const before = offset - limit <= 0 ? null : offset - limit
  const previous = offset <= 0 ? null : link(base, query, { limit, offset: before })
  return { count: items.length, next, previous, results: items.slice(offset, offset + limit).map(tell) }
}
