import { Effect } from "effect"
import type { JsonObject } from "../domain/Json.ts"
import { type EndpointError, Undecodable } from "./EndpointError.ts"
import type { Row, Written } from "./NetBox.ts"
import { type Ask, type NetBoxClient, RowsSchema } from "./NetBoxClient.ts"

type Identified = JsonObject & { readonly id: number }

interface WriteOptions {
  readonly ifMatch?: ReadonlyArray<string>
}

export interface NetBoxWrites {
  readonly create: (path: string, items: ReadonlyArray<JsonObject>) => Effect.Effect<Written, EndpointError>
  readonly update: (
    path: string,
    items: ReadonlyArray<Identified>,
    options?: WriteOptions
  ) => Effect.Effect<Written, EndpointError>
  readonly remove: (
    path: string,
    items: ReadonlyArray<Identified>,
    options?: WriteOptions
  ) => Effect.Effect<Written, EndpointError>
}

/** NetBox takes the ETags of all objects of a bulk request in one header. */
const conditions = ({ ifMatch = [] }: WriteOptions = {}): Pick<Ask, "headers"> =>
  ifMatch.length === 0 ? {} : { headers: { "if-match": ifMatch.join(", ") } }

const nothing: Written = { rows: [], missing: [], requestId: null }

/** Bulk writes: lists in, lists out. `written` runs after each, whatever became of it. */
export const make = (client: NetBoxClient, written: (path: string) => Effect.Effect<void>): NetBoxWrites => {
  const rowsOf = (method: "POST" | "PATCH", path: string, ask: Ask) => client.json(RowsSchema, method, path, ask)

  const write = (
    path: string,
    items: ReadonlyArray<JsonObject>,
    request: Effect.Effect<Written, EndpointError>
  ): Effect.Effect<Written, EndpointError> => {
    if (items.length === 0) return Effect.succeed(nothing)
    return request.pipe(
      Effect.ensuring(written(path)),
      Effect.withSpan("NetBox.write", { attributes: { path, items: items.length } })
    )
  }

  return {
    create: (path, items) =>
      write(
        path,
        items,
        Effect.flatMap(rowsOf("POST", path, { json: items }), ({ requestId, value: rows }) => {
          if (rows.length === items.length) return Effect.succeed({ rows, missing: [], requestId })
          const detail = `${rows.length} objects for a list of ${items.length}`
          return new Undecodable({ endpoint: client.name, request: `POST ${path}`, detail })
        })
      ),
    /** NetBox answers in an order of its own. */
    update: (path, items, options) =>
      write(
        path,
        items,
        Effect.map(rowsOf("PATCH", path, { json: items, ...conditions(options) }), ({ requestId, value }) => {
          const byId = new Map(value.map((row) => [row.id, row]))
          const rows: Array<Row> = []
          const missing: Array<number> = []
          for (const { id } of items) {
            const row = byId.get(id)
            if (row === undefined) missing.push(id)
            else rows.push(row)
          }
          return { rows, missing, requestId }
        })
      ),
    remove: (path, items, options) =>
      write(
        path,
        items,
        Effect.map(client.send("DELETE", path, { json: items, ...conditions(options) }), ({ headers }) => ({
          ...nothing,
          requestId: headers["x-request-id"] ?? null
        }))
      )
  }
}
