import { randomUUID } from "node:crypto"
import { Clock, Effect, Layer, Schema } from "effect"
import { Database } from "./Database.ts"
import { type Begun, Idempotency, StoredResponse } from "./Idempotency.ts"

/** Seconds. */
const kept = 86_400

interface Row {
  readonly fingerprint: string
  readonly process: string
  readonly response: string | null
}

const Text = Schema.parseJson(StoredResponse)
const decode = Schema.decodeSync(Text)
const encode = Schema.encodeSync(Text)

const make = Effect.gen(function* () {
  const database = yield* Database
  const process = yield* Effect.sync(() => randomUUID())

  const begunAs = (row: Row, fingerprint: string): Begun => {
    if (row.fingerprint !== fingerprint) return { _tag: "Mismatch" }
    if (row.response !== null) return { _tag: "Replay", response: decode(row.response) }
    return row.process === process ? { _tag: "InProgress" } : { _tag: "Interrupted" }
  }

  return Idempotency.of({
    begin: (key, caller, fingerprint) =>
      Effect.flatMap(Clock.currentTimeMillis, (millis) =>
        database.write((db): Begun => {
          const now = millis / 1000
          db.prepare("DELETE FROM idempotency WHERE begun_at <= ?").run(now - kept)
          const row = db
            .prepare<[number, string], Row>(
              "SELECT fingerprint, process, response FROM idempotency WHERE caller = ? AND key = ?"
            )
            .get(caller, key)
          if (row !== undefined) return begunAs(row, fingerprint)
          db.prepare(
            "INSERT INTO idempotency (caller, key, fingerprint, process, begun_at) VALUES (?, ?, ?, ?, ?)"
          ).run(caller, key, fingerprint, process, now)
          return { _tag: "New" }
        })
      ),
    finish: (key, caller, response) =>
      database.write((db) => {
        db.prepare("UPDATE idempotency SET response = ? WHERE caller = ? AND key = ?").run(
          encode(response),
          caller,
          key
        )
      }),
    release: (key, caller) =>
      database.write((db) => {
        db.prepare("DELETE FROM idempotency WHERE caller = ? AND key = ? AND response IS NULL").run(caller, key)
      })
  })
})

export const layer: Layer.Layer<Idempotency, never, Database> = Layer.effect(Idempotency, make)
