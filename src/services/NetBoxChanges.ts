import { Chunk, Effect, Option, Schema, Stream } from "effect"
import type { EndpointError } from "./EndpointError.ts"
import type { ObjectChange } from "./NetBox.ts"
import { type NetBoxClient, Page } from "./NetBoxClient.ts"
import { chunk } from "./NetBoxLookups.ts"
import { type Paging, pages } from "./NetBoxPages.ts"

const path = "/api/core/object-changes/"

const Change = Schema.Struct({
  id: Schema.Int,
  time: Schema.String,
  action: Schema.Struct({ value: Schema.Literal("create", "update", "delete") }),
  changed_object_type: Schema.String,
  changed_object_id: Schema.Int,
  message: Schema.String,
  request_id: Schema.String
})

const ChangePage = Page(Change)

/** The states before and after, which are most of a row, stay away. */
const fields = Object.keys(Change.fields).join(",")

const toObjectChange = (change: typeof Change.Type): ObjectChange => ({
  id: change.id,
  time: change.time,
  action: change.action.value,
  objectType: change.changed_object_type,
  objectId: change.changed_object_id,
  message: change.message,
  requestId: change.request_id
})

/**
 * Rows of the change log, oldest first. `q` also looks into other members, and a filter that NetBox does not know
 * changes nothing, so both conditions are applied once more here.
 */
export const changes = (
  client: NetBoxClient,
  text: string,
  after: string
): Effect.Effect<ReadonlyArray<ObjectChange>, EndpointError> =>
  pages(
    client,
    ChangePage,
    path,
    [
      ["q", text],
      ["time_after", after],
      ["fields", fields]
    ],
    "offset"
  ).pipe(
    Stream.runCollect,
    Effect.map((found) =>
      Chunk.toReadonlyArray(found)
        .flat()
        .filter(({ message, time }) => message.includes(text) && Date.parse(time) >= Date.parse(after))
        .map(toObjectChange)
    )
  )

/** Rows from an id on, oldest first; those with lower ids are left out here once more. */
export const changesFrom = (
  client: NetBoxClient,
  id: number,
  paging: Paging
): Stream.Stream<ReadonlyArray<ObjectChange>, EndpointError> =>
  pages(
    client,
    ChangePage,
    path,
    [
      ["id__gte", String(id)],
      ["fields", fields]
    ],
    paging
  ).pipe(Stream.map((found) => found.filter((change) => change.id >= id).map(toObjectChange)))

export const changesAt = (
  client: NetBoxClient,
  ids: ReadonlyArray<number>
): Effect.Effect<ReadonlyArray<ObjectChange>, EndpointError> =>
  Effect.forEach(chunk("id", ids.map(String)), (wanted) =>
    pages(client, ChangePage, path, [...wanted.map((id) => ["id", id] as const), ["fields", fields]], "offset").pipe(
      Stream.runCollect,
      Effect.map((found) =>
        Chunk.toReadonlyArray(found)
          .flat()
          .filter(({ id }) => wanted.includes(String(id)))
          .map(toObjectChange)
      )
    )
  ).pipe(Effect.map((found) => found.flat()))

/** A quiet NetBox is answered for by a few rows; a busy one is worth larger pages. */
const pageSizes = { first: 100, following: 1000 }

/** By the id of the last row, not by number, so that new rows do not shift the pages. */
export const newestChanges = (client: NetBoxClient): Stream.Stream<ReadonlyArray<ObjectChange>, EndpointError> =>
  Stream.paginateEffect(Option.none<number>(), (below) => {
    const limit = Option.isNone(below) ? pageSizes.first : pageSizes.following
    const query = [
      ["ordering", "-id"],
      ["limit", String(limit)],
      ["fields", fields],
      ...Option.match(below, { onNone: () => [], onSome: (id) => [["id__lt", String(id)] as const] })
    ] as const
    return client.json(ChangePage, "GET", path, { query }).pipe(
      Effect.map(({ value: { results } }) => {
        const rows = results.filter(({ id }) => Option.isNone(below) || id < below.value).map(toObjectChange)
        const last = rows.at(-1)
        const next = last === undefined || results.length < limit ? Option.none() : Option.some(Option.some(last.id))
        return [rows, next] as const
      })
    )
  })
