import { Effect, Option, type Schema, Stream } from "effect"
import { type EndpointError, Undecodable } from "./EndpointError.ts"
import type { NetBoxClient, Page } from "./NetBoxClient.ts"
import type { Filter } from "./NetBoxLookups.ts"

/** NetBox gives no more rows at a time, whatever is asked for. */
const pageSize = 1000

/**
 * How a list is paged. By cursor it is stable while others write, but exists since NetBox 4.6; by offset rows can come
 * twice, and rows that move to the front while it is read are missed, which is why it is ordered by id.
 */
export type Paging = "cursor" | "offset"

/** The rows of a list in order of their ids, one array a page. A row that comes twice is given once. */
export const pages = <A extends { readonly id: number }, I>(
  client: NetBoxClient,
  schema: Schema.Schema<Page<A>, I>,
  path: string,
  filter: Filter,
  paging: Paging
): Stream.Stream<ReadonlyArray<A>, EndpointError> => {
  const positionKey = paging === "cursor" ? "start" : "offset"
  const page = (position: number) => {
    const ordering: Filter = paging === "cursor" ? [] : [["ordering", "id"]]
    const query: Filter = [...filter, ["limit", String(pageSize)], [positionKey, String(position)], ...ordering]
    return client.json(schema, "GET", path, { query }).pipe(Effect.map(({ value }) => value))
  }
  /** Only the position is taken from `next`: its host is the one that NetBox believes to have. */
  const following = (position: number, next: string) => {
    const found = Number(new URLSearchParams(next.slice(next.indexOf("?") + 1)).get(positionKey))
    if (Number.isInteger(found) && found > position) return Effect.succeedSome(found)
    return new Undecodable({ endpoint: client.name, request: `GET ${path}`, detail: "its pages do not advance" })
  }
  return Stream.suspend(() => {
    const seen = new Set<number>()
    return Stream.paginateEffect(0, (position) =>
      Effect.gen(function* () {
        const { next, results } = yield* page(position)
        const fresh = results.filter(({ id }) => !seen.has(id))
        for (const { id } of fresh) seen.add(id)
        return [fresh, next === null ? Option.none() : yield* following(position, next)] as const
      })
    )
  })
}
