import { assert, describe, it } from "@effect/vitest"
import { Chunk, Deferred, Effect, Either, Exit, Fiber, Layer, Option, Scope, Stream } from "effect"
import { Journal, type JournalFailed, type JournalLocked } from "../../src/journal/Journal.ts"
import { layerMemory, layerReadOnly } from "../../src/journal/JournalSqlite.ts"
import { Projections } from "../../src/journal/Projections.ts"
import { completed, dispatched, planned, sealed, settled, started } from "./events.ts"
import { fresh as freshFile, inFile } from "./files.ts"

const site = "dcim.site:a"

const suite = (name: string, fresh: () => Layer.Layer<Journal | Projections, JournalFailed | JournalLocked>) =>
  describe(name, () => {
    it.live("appends all or nothing at the expected version, and reads it back in order", () =>
      Effect.gen(function* () {
        const journal = yield* Journal
        assert.strictEqual(yield* journal.append("run-1", 0, [started(), planned(0, "create", site)]), 2)
        assert.strictEqual(yield* journal.append("run-1", 2, [sealed(1)]), 3)
        const conflict = yield* Effect.flip(journal.append("run-1", 2, [completed(0)]))
        assert.deepInclude(conflict, { _tag: "Conflict", stream: "run-1", expected: 2, actual: 3 })
        yield* journal.append("run-2", 0, [started("plan")])
        const all = Chunk.toReadonlyArray(yield* Stream.runCollect(journal.read({ after: 0 })))
        assert.deepStrictEqual(
          all.map(({ event, seq, stream, version }) => [seq, stream, version, event._tag]),
          [
            [1, "run-1", 1, "RunStarted"],
            [2, "run-1", 2, "OperationPlanned"],
            [3, "run-1", 3, "PlanSealed"],
            [4, "run-2", 1, "RunStarted"]
          ]
        )
        assert.deepStrictEqual(all[1]?.event, planned(0, "create", site))
        const one = yield* Stream.runCollect(journal.read({ after: 1, stream: "run-1" }))
        assert.deepStrictEqual(
          [...one].map(({ version }) => version),
          [2, 3]
        )
        assert.strictEqual((yield* journal.verify).events, 4)
      }).pipe(Effect.provide(fresh()))
    )

    it.live("of appends to one stream at once exactly one gets each version", () =>
      Effect.gen(function* () {
        const journal = yield* Journal
        const attempts = Array.from({ length: 40 }, () => Effect.either(journal.append("run", 0, [started()])))
        const ends = yield* Effect.all(attempts, { concurrency: "unbounded" })
        assert.strictEqual(ends.filter(Either.isRight).length, 1)
      }).pipe(Effect.provide(fresh()))
    )

    it.live("a conflict fails its own append only", () =>
      Effect.gen(function* () {
        const journal = yield* Journal
        const append = (stream: string) => Effect.either(journal.append(stream, 0, [started()]))
        const ends = yield* Effect.forEach(["a", "a", "b", "c", "b"], append, { concurrency: "unbounded" })
        assert.deepStrictEqual(ends.map(Either.isRight), [true, false, true, true, false])
        assert.strictEqual((yield* journal.verify).events, 3)
      }).pipe(Effect.provide(fresh()))
    )

    it.live("every append ends when the journal is closed over it: kept or refused", () =>
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const journal = Effect.map(Layer.build(fresh()), (context) => Layer.succeedContext(context))
        const open = yield* Scope.extend(journal, scope)
        const begun = yield* Deferred.make<void>()
        const appends = yield* Effect.gen(function* () {
          const { append } = yield* Journal
          const one = (at: number) =>
            Effect.zipRight(
              Deferred.succeed(begun, undefined),
              append(`run-${at}`, 0, [started(), planned(0, "create", site)])
            )
          return yield* Effect.fork(
            Effect.forEach(
              Array.from({ length: 400 }, (_, at) => at),
              (at) => Effect.exit(one(at)),
              { concurrency: "unbounded" }
            )
          )
        }).pipe(Effect.provide(open))
        yield* Deferred.await(begun)
        yield* Scope.close(scope, Exit.void)
        assert.strictEqual((yield* Fiber.join(appends)).length, 400)
      })
    )

    it.live("a follower sees everything once, whether it was there before or comes", () =>
      Effect.gen(function* () {
        const journal = yield* Journal
        yield* journal.append("run", 0, [started(), sealed(0)])
        const slow = yield* Effect.fork(
          Stream.runCollect(
            Stream.take(
              Stream.tap(journal.follow(0), () => Effect.sleep("1 millis")),
              1202
            )
          )
        )
        const fast = yield* Effect.fork(Stream.runCollect(Stream.take(journal.follow(1), 1201)))
        for (let at = 0; at < 12; at++) {
          yield* journal.append(
            "run",
            2 + at * 100,
            Array.from({ length: 100 }, () => sealed(at))
          )
        }
        const seqs = (seen: Iterable<{ readonly seq: number }>) => [...seen].map(({ seq }) => seq)
        assert.deepStrictEqual(
          seqs(yield* Fiber.join(slow)),
          Array.from({ length: 1202 }, (_, index) => index + 1)
        )
        assert.deepStrictEqual(
          seqs(yield* Fiber.join(fast)),
          Array.from({ length: 1201 }, (_, index) => index + 2)
        )
      }).pipe(Effect.provide(fresh()))
    )

    it.live("keeps a text once under its digest", () =>
      Effect.gen(function* () {
        const journal = yield* Journal
        const text = JSON.stringify({ a: "ü".repeat(1000) })
        const digest = yield* journal.putBlob(text)
        assert.strictEqual(yield* journal.putBlob(text), digest)
        assert.deepStrictEqual(yield* journal.getBlob(digest), Option.some(text))
        assert.deepStrictEqual(yield* journal.getBlob("none"), Option.none())
      }).pipe(Effect.provide(fresh()))
    )

    it.live("projects runs, operations, bindings and baselines", () =>
      Effect.gen(function* () {
        const journal = yield* Journal
        const projections = yield* Projections
        yield* journal.append("run", 0, [
          started(),
          { _tag: "ObjectsBound", bindings: [{ ref: "dcim.site:old", id: 7, evidence: "slug" }] },
          { _tag: "BaselinesRecorded", baselines: [{ ref: "dcim.site:old", field: "name", value: { $ref: "x:y" } }] },
          planned(0, "create", site),
          planned(1, "update", "dcim.site:old", { purpose: "retire" }),
          planned(2, "create", "dcim.site:bad"),
          planned(3, "create", "dcim.site:blocked", { needs: [2] }),
          sealed(4)
        ])
        assert.deepInclude(Option.getOrThrow(yield* projections.run("run")), { state: "planned", operations: 4 })
        yield* journal.append("run", 8, [dispatched(0, [0, 1, 2])])
        assert.strictEqual((yield* projections.openRuns).length, 1)
        yield* journal.append("run", 9, [
          settled(0, {
            ok: [
              [0, 70, "t"],
              [1, 7, "t"]
            ],
            failed: [{ op: 2, reason: "refused", detail: "no" }]
          }),
          { _tag: "OperationSkipped", op: 3, blockedBy: 2, detail: "needs 2" },
          completed(2, 1, 1)
        ])
        const bindings = yield* projections.bindings
        assert.deepInclude(bindings.get(site), { id: 70, created: true, retiredAt: null })
        assert.strictEqual(typeof bindings.get("dcim.site:old")?.retiredAt, "number")
        assert.isUndefined(bindings.get("dcim.site:bad"))
        assert.deepStrictEqual((yield* projections.baselines).get(site), new Map([["name", `name of ${site}`]]))
        assert.deepStrictEqual(
          (yield* projections.operations("run")).map(({ detail, netboxId, state }) => [state, netboxId, detail]),
          [
            ["ok", 70, ""],
            ["ok", 7, ""],
            ["failed", null, "no"],
            ["skipped", null, "needs 2"]
          ]
        )
        assert.deepInclude(Option.getOrThrow(yield* projections.run("run")), { outcome: "partial", ok: 2, failed: 1 })
        assert.strictEqual((yield* projections.history(site, 10)).length, 1)
        yield* journal.append("run-2", 0, [
          started(),
          planned(0, "delete", site, { id: 70 }),
          planned(1, "update", "dcim.site:old", { purpose: "restore" }),
          sealed(2),
          dispatched(0, [0]),
          settled(0, {
            ok: [
              [0, 70, null],
              [1, 7, "u"]
            ]
          }),
          completed(2)
        ])
        const after = yield* projections.bindings
        assert.isFalse(after.has(site))
        assert.isFalse((yield* projections.baselines).has(site))
        assert.isNull(after.get("dcim.site:old")?.retiredAt)
        yield* journal.append("run-3", 0, [
          { _tag: "BindingsReleased", bindings: [{ ref: "dcim.site:old", reason: "reused", becomes: "dcim.site:new" }] }
        ])
        assert.isTrue((yield* projections.bindings).has("dcim.site:new"))
        assert.isTrue((yield* projections.baselines).has("dcim.site:new"))
      }).pipe(Effect.provide(fresh()))
    )
  })

suite("in memory", () => layerMemory)
suite("in a file", () => inFile())

describe("read only, beside a writer", () => {
  it.live("follows what another connection appends, and appends nothing itself", () =>
    Effect.gen(function* () {
      const file = freshFile()
      yield* Effect.gen(function* () {
        const writer = yield* Journal
        yield* writer.append("run", 0, [started()])
        yield* Effect.gen(function* () {
          const reader = yield* Journal
          const seen = yield* Effect.fork(Stream.runCollect(Stream.take(reader.follow(0), 3)))
          yield* writer.append("run", 1, [sealed(0), completed(0)])
          assert.deepStrictEqual(
            [...(yield* Fiber.join(seen))].map(({ event }) => event._tag),
            ["RunStarted", "PlanSealed", "RunCompleted"]
          )
          assert.strictEqual((yield* Effect.flip(reader.append("run", 3, [started()])))._tag, "JournalFailed")
          assert.strictEqual((yield* Effect.flip(reader.putBlob("text")))._tag, "JournalFailed")
          assert.strictEqual((yield* Effect.flip((yield* Projections).rebuild))._tag, "JournalFailed")
        }).pipe(Effect.provide(layerReadOnly(file)))
      }).pipe(Effect.provide(inFile(file)))
    })
  )

  it.live("exports every event as it is stored, one line each", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      yield* journal.append("run", 0, [started(), sealed(0)])
      const lines = [...(yield* Stream.runCollect(journal.lines))].map((line) => JSON.parse(line))
      assert.deepStrictEqual(
        lines.map(({ seq, shape, stream, tag, version }) => [seq, stream, version, tag, shape]),
        [
          [1, "run", 1, "RunStarted", 2],
          [2, "run", 2, "PlanSealed", 1]
        ]
      )
      assert.deepStrictEqual(JSON.parse(lines[1].data), { operations: 0, digest: "d" })
      assert.strictEqual(lines[1].chain, (yield* journal.head).chain)
    }).pipe(Effect.provide(layerMemory))
  )
})
