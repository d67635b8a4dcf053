import { spawn } from "node:child_process"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import { Chunk, Effect, Either, FastCheck as fc, Fiber, Layer, Option, Redacted, Schema, Stream } from "effect"
import { Event } from "../../src/domain/Event.ts"
import type { Ref } from "../../src/domain/Ref.ts"
import { Journal } from "../../src/journal/Journal.ts"
import { layer, layerMemory, layerReadOnly } from "../../src/journal/JournalSqlite.ts"
import { projectionTables } from "../../src/journal/migrations/0002_projections.ts"
import { Projections } from "../../src/journal/Projections.ts"
import { completed, dispatched, planned, sealed, settled, started } from "./events.ts"

const folder = () => Fs.mkdtempSync(Path.join(Os.tmpdir(), "proxledger-journal-"))
const inFile = (file = Path.join(folder(), "journal.sqlite"), secrets: ReadonlyArray<string> = []) =>
  layer({ file, secrets: secrets.map((secret) => Redacted.make(secret)) })

const dump = (file: string) => {
  const db = new Sqlite(file, { readonly: true })
  const tables = Object.entries(projectionTables).map(([table, key]) =>
    db.prepare(`SELECT * FROM ${table} ORDER BY ${key.join(", ")}`).all()
  )
  db.close()
  return JSON.stringify(tables)
}

const site = "dcim.site:a"

const suite = (name: string, fresh: () => Layer.Layer<Journal | Projections, unknown>) =>
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

const refs: ReadonlyArray<Ref> = ["dcim.site:a", "dcim.site:b", "dcim.site:c", "dcim.site:d"]

/** A run over a few refs: some operations end well, some fail, some are never sent. */
const runs = fc.array(
  fc.array(
    fc.record({
      ref: fc.constantFrom(...refs),
      verb: fc.constantFrom("create" as const, "update" as const, "delete" as const),
      purpose: fc.constantFrom("reconcile" as const, "retire" as const, "restore" as const),
      end: fc.constantFrom("ok", "refused", "missing", "again", "open")
    }),
    { maxLength: 6 }
  ),
  { minLength: 1, maxLength: 12 }
)

describe("the file", () => {
  it.live("rebuilds its projections to the same bytes", () =>
    Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(runs, async (history) => {
          const file = Path.join(folder(), "j.sqlite")
          const before = await Effect.runPromise(
            Effect.gen(function* () {
              const journal = yield* Journal
              for (const [index, operations] of history.entries()) {
                const of = (end: string) => operations.flatMap((one, op) => (one.end === end ? [op] : []))
                yield* journal.append(`run-${index}`, 0, [
                  started(),
                  { _tag: "ObjectsBound", bindings: [{ ref: "dcim.site:a", id: index, evidence: "name" }] },
                  ...operations.map(({ purpose, ref, verb }, op) => planned(op, verb, ref, { purpose })),
                  sealed(operations.length),
                  dispatched(
                    0,
                    operations.map((_, op) => op)
                  ),
                  settled(0, {
                    ok: of("ok").map((op) => [op, 100 + op, null] as const),
                    failed: (["refused", "missing"] as const).flatMap((reason) =>
                      of(reason).map((op) => ({ op, reason, detail: reason }))
                    ),
                    again: of("again")
                  }),
                  ...(of("open").length + of("again").length === 0 ? [completed(of("ok").length)] : [])
                ])
              }
              const live = dump(file)
              yield* (yield* Projections).rebuild
              assert.strictEqual(dump(file), live)
              yield* journal.verify
              return live
            }).pipe(Effect.provide(inFile(file)))
          )
          assert.isAbove(before.length, 10)
        }),
        { numRuns: 40 }
      )
    )
  )

  it.live("refuses to change or lose an event, and names the first broken one when the guard was taken away", () =>
    Effect.gen(function* () {
      const alterations = [
        "UPDATE events SET data = replace(data, 'name', 'nome') WHERE seq = 3",
        "UPDATE events SET at = at + 1 WHERE seq = 3",
        "DELETE FROM events WHERE seq = 3",
        "UPDATE events SET tag = 'PlanSealed' WHERE seq = 3",
        "UPDATE events SET stream = 'other' WHERE seq = 3"
      ]
      for (const alteration of alterations) {
        const file = Path.join(folder(), "j.sqlite")
        yield* Effect.gen(function* () {
          const journal = yield* Journal
          yield* journal.append("run", 0, [started()])
          yield* journal.append("run", 1, [planned(0, "create", site), planned(1, "create", "dcim.site:b")])
          yield* journal.append("run", 3, [sealed(2)])
        }).pipe(Effect.provide(inFile(file)))
        const db = new Sqlite(file)
        assert.throws(() => db.exec(alteration), /append-only/)
        assert.throws(() => db.exec("DELETE FROM blobs; UPDATE events SET seq = 9"), /append-only/)
        db.exec("DROP TRIGGER events_no_update; DROP TRIGGER events_no_delete")
        db.exec(alteration)
        db.close()
        const broken = yield* Journal.pipe(
          Effect.flatMap(({ verify }) => Effect.flip(verify)),
          Effect.provide(layerReadOnly(file))
        )
        assert.deepInclude(broken, { _tag: "ChainBroken", seq: 2 }, alteration)
      }
    })
  )

  it.live("holds no secret it was told of, in whatever form it came", () =>
    Effect.gen(function* () {
      const file = Path.join(folder(), "j.sqlite")
      const secrets = ['tok3n-ä"quoted', "0f9e8d7c-planted-uuid"]
      yield* Effect.gen(function* () {
        const journal = yield* Journal
        for (const [index, secret] of secrets.entries()) {
          yield* journal.append(`run-${index}`, 0, [
            { _tag: "WarningRaised", scope: secret, detail: `a ${secret} b ${encodeURIComponent(secret)}` }
          ])
          yield* journal.putBlob(JSON.stringify({ description: secret }))
        }
        const [first] = yield* Stream.runCollect(journal.read({ after: 0 }))
        assert.deepInclude(first?.event, { scope: "<redacted>" })
      }).pipe(Effect.provide(inFile(file, secrets)))
      for (const name of Fs.readdirSync(Path.dirname(file))) {
        const bytes = Fs.readFileSync(Path.join(Path.dirname(file), name))
        for (const secret of secrets) {
          for (const form of [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]) {
            assert.isFalse(bytes.includes(form), `${name} holds ${form}`)
          }
        }
      }
    })
  )

  it.live("says what is wrong with a path, a file, a second process", () =>
    Effect.gen(function* () {
      const build = (file: string) => Effect.flip(Effect.scoped(Layer.build(layer({ file, secrets: [] }))))
      assert.match((yield* build("/nowhere/at/all/j.sqlite")).message, /cannot be opened\. Make its folder/)
      const text = Path.join(folder(), "notes.txt")
      Fs.writeFileSync(text, "no database at all, but a text that is long enough to have a header".repeat(20))
      assert.match((yield* build(text)).message, /not a journal/)
      const file = Path.join(folder(), "j.sqlite")
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* Layer.build(layer({ file, secrets: [] }))
          assert.strictEqual((yield* build(file))._tag, "JournalLocked")
          yield* Layer.build(layerReadOnly(file))
        })
      )
      yield* Effect.scoped(Layer.build(layer({ file, secrets: [] })))
    })
  )

  it.live("skips what only a newer engine knows", () =>
    Effect.gen(function* () {
      const file = Path.join(folder(), "j.sqlite")
      yield* Effect.scoped(Layer.build(layer({ file, secrets: [] })))
      const db = new Sqlite(file)
      db.exec("INSERT INTO events VALUES (1, 0, 'run', 1, 'MoonLanded', 3, '{}', 'x')")
      db.exec("INSERT INTO events VALUES (2, 0, 'run', 2, 'PlanSealed', 9, '{}', 'y')")
      db.close()
      const seen = yield* Journal.pipe(
        Effect.flatMap((journal) => Stream.runCount(journal.read({ after: 0 }))),
        Effect.provide(layerReadOnly(file))
      )
      assert.strictEqual(seen, 0)
    })
  )

  it.live(
    "survives kill -9: what was acknowledged is there, the chain holds, the projections are those of a rebuild",
    () =>
      Effect.gen(function* () {
        const file = Path.join(folder(), "j.sqlite")
        const script = Path.join(import.meta.dirname, "appender.ts")
        for (let round = 0; round < 6; round++) {
          const acknowledged = yield* Effect.async<number>((resume) => {
            const child = spawn(process.execPath, ["--import", "tsx", script, file, String(round)])
            let last = 0
            child.stdout.on("data", (chunk: Buffer) => {
              for (const line of chunk.toString().split("\n")) last = Number(line) || last
              if (last > 10 + round * 7) child.kill("SIGKILL")
            })
            child.on("exit", () => resume(Effect.succeed(last)))
          })
          yield* Effect.gen(function* () {
            const journal = yield* Journal
            const version = yield* Stream.runCount(journal.read({ after: 0, stream: `run-${round}` }))
            assert.isAtLeast(version, acknowledged)
            yield* journal.verify
            const live = dump(file)
            yield* (yield* Projections).rebuild
            assert.strictEqual(dump(file), live)
          }).pipe(Effect.provide(inFile(file)))
        }
      })
  )
})

describe("events", () => {
  it.prop("round-trip through their stored form", [Event], ([event]) => {
    const text = JSON.stringify(Schema.encodeSync(Event)(event))
    assert.deepStrictEqual(Schema.decodeUnknownSync(Event)(JSON.parse(text)), JSON.parse(text))
  })
})
