import { createHash } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import { Effect } from "effect"
import { Journal } from "../../src/journal/Journal.ts"
import { layerReadOnly } from "../../src/journal/JournalSqlite.ts"
import type { StoredEvent } from "../../src/journal/StoredEvent.ts"
import { planned, sealed, started } from "./events.ts"
import { behind, fresh, inFile } from "./files.ts"

const site = "dcim.site:a"

const verified = (file: string) =>
  Journal.pipe(
    Effect.flatMap(({ verify }) => verify),
    Effect.provide(layerReadOnly(file))
  )

/** Three transactions: event 1, events 2 and 3, event 4. */
const written = Effect.gen(function* () {
  const file = fresh()
  yield* Effect.gen(function* () {
    const journal = yield* Journal
    yield* journal.append("run", 0, [started()])
    yield* journal.append("run", 1, [planned(0, "create", site), planned(1, "create", "dcim.site:b")])
    yield* journal.append("run", 3, [sealed(2)])
    yield* journal.putBlob("an observation")
  }).pipe(Effect.provide(inFile(file)))
  return file
})

const unguarded = "DROP TRIGGER events_no_update; DROP TRIGGER events_no_delete;"

describe("the chain", () => {
  it.live("holds as long as nobody touches the file", () =>
    Effect.gen(function* () {
      const { events, head, unknown } = yield* verified(yield* written)
      assert.deepStrictEqual([events, unknown, head.seq, head.chain.length], [4, 0, 4, 64])
    })
  )

  it.live("is the digest of all members of all events of a transaction, after the digest before", () =>
    Effect.gen(function* () {
      const file = yield* written
      const db = new Sqlite(file, { readonly: true })
      const rows = db.prepare<[], StoredEvent>("SELECT * FROM events ORDER BY seq").all()
      db.close()
      let before = ""
      for (const transaction of [rows.slice(0, 1), rows.slice(1, 3), rows.slice(3)]) {
        const text = transaction.map(
          ({ at, data, seq, shape, stream, tag, version }) =>
            `\n${JSON.stringify([seq, at, stream, version, tag, shape])}${data}`
        )
        before = createHash("sha256")
          .update(`${before}${text.join("")}`)
          .digest("hex")
        for (const { chain } of transaction) assert.strictEqual(chain, before)
      }
    })
  )

  it.live("cannot be altered while the guards stand", () =>
    Effect.gen(function* () {
      const file = yield* written
      for (const sql of [
        "UPDATE events SET at = 0",
        "DELETE FROM events",
        "UPDATE blobs SET size = 0",
        "DELETE FROM blobs"
      ]) {
        assert.throws(() => behind(file, sql), /append-only/, sql)
      }
      assert.strictEqual((yield* verified(file)).events, 4)
    })
  )

  for (const [what, sql, seq] of [
    ["a byte of the data", "UPDATE events SET data = replace(data, 'name', 'nome') WHERE seq = 3", 2],
    ["the time", "UPDATE events SET at = at + 1 WHERE seq = 3", 2],
    ["the tag", "UPDATE events SET tag = 'PlanSealed' WHERE seq = 3", 2],
    ["the shape's version", "UPDATE events SET shape = 2 WHERE seq = 3", 2],
    ["the stream", "UPDATE events SET stream = 'other' WHERE seq = 1", 1],
    ["a link", "UPDATE events SET chain = 'f' WHERE seq = 4", 4],
    ["a missing event within a transaction", "DELETE FROM events WHERE seq = 3", 2],
    ["a missing transaction", "DELETE FROM events WHERE seq IN (2, 3)", 4],
    ["a missing beginning", "DELETE FROM events WHERE seq = 1", 2],
    [
      "another order",
      "UPDATE events SET seq = 9 WHERE seq = 2; UPDATE events SET seq = 2 WHERE seq = 3; UPDATE events SET seq = 3 WHERE seq = 9",
      2
    ]
  ] as const) {
    it.live(`names where it breaks: ${what}`, () =>
      Effect.gen(function* () {
        const file = yield* written
        behind(file, `${unguarded} ${sql}`)
        assert.deepInclude(yield* Effect.flip(verified(file)), { _tag: "ChainBroken", seq })
      })
    )
  }
})
