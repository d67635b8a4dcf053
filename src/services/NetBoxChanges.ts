import { Chunk, Effect, Schema, Stream } from "effect"
import type { EndpointError } from "./EndpointError.ts"
import type { ObjectChange } from "./NetBox.ts"
import type { NetBoxClient } from "./NetBoxClient.ts"
import { pages } from "./NetBoxPages.ts"

const Change = Schema.Struct({
  id: Schema.Int,
  time: Schema.String,
  action: Schema.Struct({ value: Schema.Literal("create", "update", "delete") }),
  changed_object_type: Schema.String,
  changed_object_id: Schema.Int,
  message: Schema.String,
  request_id: Schema.String
})

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
    Change,
    "/api/core/object-changes/",
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
