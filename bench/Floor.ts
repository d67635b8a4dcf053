import { Deferred, Effect } from "effect"
import type { JsonObject } from "../src/domain/Json.ts"
import type { Kind } from "../src/domain/Kind.ts"
import { CustomField } from "../src/domain/kinds/CustomField.ts"
import { concurrency, type Send } from "./BareClient.ts"
import { itemsOf, kindAt, objectId, type ObjectId, rowsOf, withIds } from "./Ids.ts"
import type { Exchange } from "./Recorder.ts"

/** The same reads once more, back to back. */
export const reread = (send: Send, exchanges: ReadonlyArray<Exchange>) =>
  Effect.forEach(exchanges, ({ path }) => send("GET", path), { concurrency, discard: true })

interface Prepared {
  readonly method: "POST" | "PATCH"
  readonly path: string
  readonly kind: Kind
  readonly items: ReadonlyArray<JsonObject>
  readonly conditional: boolean
  /** The objects as the recorded answer has them: in order of the items for a POST. */
  readonly recorded: ReadonlyArray<ObjectId>
  /** Earlier requests that have to be answered before. */
  readonly needs: ReadonlyArray<number>
}

/**
 * Works out which request needs which: those that made or last wrote an object it names, and for values of custom fields
 * those that made the fields. Nothing else holds a request back, so that a pause of the engine is not in the floor.
 * What NetBox broke off (5xx, as when two transactions block each other) the engine sent again: that only it has to pay for.
 */
export const prepare = (exchanges: ReadonlyArray<Exchange>): ReadonlyArray<Prepared> => {
  const answered = exchanges.filter(({ status }) => status < 500)
  const writers = new Map<ObjectId, number>()
  const fieldWriters: Array<number> = []
  return answered.map(({ answer, body, ifMatch, method, path, status }, index) => {
    if ((method !== "POST" && method !== "PATCH") || status >= 300) {
      const told = answer.slice(0, 300)
      throw new Error(`The import sent ${method} ${path} and was answered ${status}: it can not be compared. ${told}`)
    }
    const kind = kindAt(path)
    const items = itemsOf(body)
    const needs = new Set<number>()
    const need = (object: ObjectId) => {
      const writer = writers.get(object)
      if (writer === undefined) throw new Error(`${method} ${path} names ${object}, which the import did not make`)
      needs.add(writer)
      return 0
    }
    for (const item of items) {
      withIds(kind, item, need)
      if ("custom_fields" in item) fieldWriters.forEach((writer) => needs.add(writer))
    }
    const recorded = rowsOf(answer).map(({ id }) => objectId(kind.name, id))
    for (const object of recorded) writers.set(object, index)
    if (kind === CustomField) fieldWriters.push(index)
    return { method, path, kind, items, conditional: ifMatch !== undefined, recorded, needs: [...needs] }
  })
}

/** Sends the prepared writes in their order, each as soon as what it needs is there. */
export const rewrite = Effect.fnUntraced(function* (send: Send, prepared: ReadonlyArray<Prepared>) {
  const ids = new Map<ObjectId, number>()
  const versions = new Map<ObjectId, string>()
  const idNow = (object: ObjectId) => ids.get(object) ?? 0
  const done = yield* Effect.forEach(prepared, () => Deferred.make<void>())
  const one = Effect.fnUntraced(function* (request: Prepared, index: number) {
    const { conditional, items, kind, method, needs, path, recorded } = request
    yield* Effect.forEach(needs, (need) => Effect.flatMap(Effect.fromNullable(done[need]), Deferred.await))
    const now = items.map((item) => withIds(kind, item, idNow))
    const ifMatch = now.map(({ id }) => `W/"${versions.get(objectId(kind.name, Number(id))) ?? ""}"`).join(", ")
    const answer = yield* send(method, path, JSON.stringify(now), conditional ? ifMatch : undefined)
    rowsOf(answer).forEach((row, at) => {
      const before = recorded[at]
      if (method === "POST" && before !== undefined) ids.set(before, row.id)
      versions.set(objectId(kind.name, row.id), String(row["last_updated"]).replace(/Z$/, "+00:00"))
    })
    yield* Effect.flatMap(Effect.fromNullable(done[index]), Deferred.succeed<void>(undefined))
  })
  yield* Effect.forEach(prepared, one, { concurrency, discard: true })
})
