import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect, FastCheck as fc, Stream } from "effect"
import { Event } from "../../src/domain/Event.ts"
import { Journal } from "../../src/journal/Journal.ts"
import { layerMemory, layerReadOnly } from "../../src/journal/JournalSqlite.ts"
import { planned, sealed, settled, started } from "./events.ts"
import { behind, dump, fresh, inFile } from "./files.ts"

const read = Effect.flatMap(Journal, (journal) => Stream.runCollect(journal.read({ after: 0 })))

describe("what is read again", () => {
  it.live("is every event that was appended", () =>
    Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(fc.array(Arbitrary.make(Event), { minLength: 1, maxLength: 20 }), (events) =>
          Effect.gen(function* () {
            yield* (yield* Journal).append("run", 0, events)
            assert.deepStrictEqual(
              [...(yield* read)].map(({ event }) => event),
              JSON.parse(JSON.stringify(events))
            )
          }).pipe(Effect.provide(layerMemory), Effect.runPromise)
        ),
        { numRuns: 30 }
      )
    )
  )

  it.live("is refused, and named, where a known event does not fit its shape", () =>
    Effect.gen(function* () {
      const file = fresh()
      yield* Effect.provide(
        Effect.flatMap(Journal, ({ append }) => append("run", 0, [started()])),
        inFile(file)
      )
      behind(
        file,
        `INSERT INTO events (seq, at, stream, version, tag, shape, data, chain)
         VALUES (2, 0, 'run', 2, 'PlanSealed', 1, '{"operations":"many","digest":"d"}', '')`
      )
      const failed = yield* Effect.flip(Effect.provide(read, layerReadOnly(file)))
      assert.match(failed.message, /PlanSealed version 1 does not fit its shape/)
    })
  )
})

describe("projections of another version", () => {
  it.live("are made anew when the journal is opened for writing, and not read before", () =>
    Effect.gen(function* () {
      const file = fresh()
      const events = [started(), planned(0, "create", "x:a"), sealed(1), settled(0, { ok: [[0, 7, null]] })]
      yield* Effect.provide(
        Effect.flatMap(Journal, ({ append }) => append("run", 0, events)),
        inFile(file)
      )
      const before = dump(file)
      assert.include(before, '"netbox_id":7')
      behind(file, "DELETE FROM projected; DROP TABLE objects; CREATE TABLE objects (ref TEXT)")
      const failed = yield* Effect.flip(Effect.provide(read, layerReadOnly(file)))
      assert.match(failed.message, /another proxledger wrote it\. Run `proxledger journal rebuild` once/)
      yield* Effect.provide(read, inFile(file))
      assert.strictEqual(dump(file), before)
    })
  )
})
