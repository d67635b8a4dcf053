import * as Fs from "node:fs"
import * as Path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option, Stream } from "effect"
import { Journal } from "../../src/journal/Journal.ts"
import { layer, layerReadOnly } from "../../src/journal/JournalSqlite.ts"
import { Projections } from "../../src/journal/Projections.ts"
import { chainOf } from "../../src/journal/StoredEvent.ts"
import { child } from "./child.ts"
import { planned, sealed, started } from "./events.ts"
import { behind, fresh, inFile } from "./files.ts"

const build = (file: string) => Effect.scoped(Layer.build(layer({ file, secrets: [] })))
const refusal = (file: string) => Effect.map(Effect.flip(build(file)), (failed) => failed.message)
const refusalToRead = (file: string) =>
  Effect.map(Effect.flip(Effect.scoped(Layer.build(layerReadOnly(file)))), (failed) => failed.message)

describe("opening", () => {
  it.live("names cause and remedy of a path that cannot be a journal", () =>
    Effect.gen(function* () {
      assert.match(yield* refusal("/nowhere/at/all/j.sqlite"), /cannot be opened\. Make its folder/)
      assert.match(yield* refusalToRead(fresh()), /cannot be opened\. Make its folder/)
      const text = fresh()
      Fs.writeFileSync(text, "no database at all, but long enough to have a header".repeat(20))
      assert.match(yield* refusal(text), /not a journal\. Give the path/)
      assert.match(yield* refusalToRead(text), /not a journal/)
      assert.match(yield* refusal(Path.dirname(text)), /cannot be opened/)
    })
  )

  it.live("leaves a database of something else as it is", () =>
    Effect.gen(function* () {
      const file = fresh()
      behind(file, "CREATE TABLE photos (name TEXT)")
      const before = Fs.readFileSync(file)
      assert.match(yield* refusal(file), /not a journal/)
      assert.match(yield* refusalToRead(file), /not a journal/)
      assert.isTrue(Fs.readFileSync(file).equals(before))
    })
  )

  it.live("refuses what a newer engine wrote", () =>
    Effect.gen(function* () {
      const file = fresh()
      yield* build(file)
      behind(file, "INSERT INTO effect_sql_migrations (migration_id, name) VALUES (99, 'future')")
      assert.match(
        yield* refusal(file),
        /newer proxledger wrote it \(schema 99; this one knows \d+\)\. Use that version/
      )
      assert.match(yield* refusalToRead(file), /newer proxledger/)
    })
  )

  it.live("takes up a journal of today a second time", () =>
    Effect.gen(function* () {
      const file = fresh()
      yield* Effect.provide(
        Effect.flatMap(Journal, ({ append }) => append("run", 0, [started()])),
        inFile(file)
      )
      const version = yield* Effect.provide(
        Effect.flatMap(Journal, ({ append }) => append("run", 1, [sealed(0)])),
        inFile(file)
      )
      assert.strictEqual(version, 2)
    })
  )
})

describe("one writer", () => {
  it.live(
    "a second process is refused at once, readers are not; kill -9 frees the journal",
    () =>
      Effect.gen(function* () {
        const file = fresh()
        const seen: Array<string> = []
        const holder = yield* child("holder.ts", [file], {
          line: (_, kill) => {
            Effect.gen(function* () {
              seen.push((yield* Effect.flip(build(file)))._tag)
              yield* Effect.scoped(Layer.build(layerReadOnly(file)))
              seen.push("read")
            }).pipe(Effect.ensuring(Effect.sync(kill)), Effect.runFork)
          }
        })
        assert.strictEqual(holder.signal, "SIGKILL", holder.errors)
        assert.deepStrictEqual(seen, ["JournalLocked", "read"])
        yield* build(file)
      }),
    120_000
  )

  it.live("within a process, too, and the message says what to do", () =>
    Effect.gen(function* () {
      const file = fresh()
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* Layer.build(layer({ file, secrets: [] }))
          assert.match(yield* refusal(file), /in use by another proxledger process\. Wait for it/)
        })
      )
      yield* build(file)
    })
  )
})

describe("a store that does not take it", () => {
  it.live(
    "a full disk fails every append that waits, with the remedy; nothing is half-written, and the next process goes on",
    () =>
      Effect.gen(function* () {
        const file = fresh()
        const { errors, lines } = yield* child("filler.ts", [file], { kilobytes: 2048 })
        assert.strictEqual(lines.length, 1, errors)
        const { ends, events, health, seq } = JSON.parse(lines[0] ?? "")
        assert.strictEqual(ends.length, 3)
        for (const end of [...ends, health]) assert.match(end, /the disk is full\. Free some space/)
        assert.strictEqual(events, seq)
        assert.strictEqual(seq % 2, 0)
        yield* Effect.gen(function* () {
          const journal = yield* Journal
          assert.strictEqual((yield* journal.head).seq, seq)
          yield* journal.append("more", 0, [started()])
          assert.strictEqual((yield* journal.verify).events, seq + 1)
        }).pipe(Effect.provide(inFile(file)))
      }),
    120_000
  )

  it.live("a failed COMMIT is told, and the next append is written", () =>
    Effect.gen(function* () {
      const file = fresh()
      yield* build(file)
      // A deferred foreign key is checked by COMMIT itself.
      behind(
        file,
        `CREATE TABLE parents (id INTEGER PRIMARY KEY);
         CREATE TABLE children (parent INTEGER REFERENCES parents DEFERRABLE INITIALLY DEFERRED);
         CREATE TRIGGER orphan AFTER INSERT ON events WHEN new.tag = 'RunInterrupted'
           BEGIN INSERT INTO children VALUES (1); END`
      )
      yield* Effect.gen(function* () {
        const journal = yield* Journal
        yield* journal.append("run", 0, [started(), planned(0, "create", "x:a")])
        const failed = yield* Effect.flip(
          journal.append("run", 2, [sealed(1), { _tag: "RunInterrupted", detail: "stopped" }])
        )
        assert.deepInclude(failed, { _tag: "JournalFailed", file })
        assert.match(failed.message, /FOREIGN KEY/)
        assert.deepStrictEqual(yield* journal.health, Option.some(failed))
        assert.strictEqual((yield* journal.head).seq, 2)
        const run = Option.getOrThrow(yield* (yield* Projections).run("run"))
        assert.strictEqual(run.state, "planning")
        assert.strictEqual(yield* journal.append("run", 2, [sealed(1)]), 3)
        assert.deepStrictEqual(yield* journal.health, Option.none())
        assert.strictEqual((yield* journal.verify).events, 3)
      }).pipe(Effect.provide(inFile(file)))
    })
  )
})

describe("events of a newer engine", () => {
  it.live("are passed over, kept and counted", () =>
    Effect.gen(function* () {
      const file = fresh()
      yield* build(file)
      const moon = { seq: 1, at: 0, stream: "run", version: 1, tag: "MoonLanded", shape: 3, data: "{}" }
      const seal = { seq: 2, at: 0, stream: "run", version: 2, tag: "PlanSealed", shape: 9, data: `{"whole":"new"}` }
      const chain = chainOf("", [moon, seal])
      for (const { at, data, seq, shape, stream, tag, version } of [moon, seal]) {
        const values = `${seq}, ${at}, '${stream}', ${version}, '${tag}', ${shape}, '${data}', '${chain}'`
        behind(file, `INSERT INTO events (seq, at, stream, version, tag, shape, data, chain) VALUES (${values})`)
      }
      yield* Effect.gen(function* () {
        const journal = yield* Journal
        assert.strictEqual(yield* journal.append("run", 2, [sealed(0)]), 3)
        const seen = [...(yield* Stream.runCollect(journal.read({ after: 0 })))]
        assert.deepStrictEqual(
          seen.map(({ event, version }) => [version, event._tag]),
          [[3, "PlanSealed"]]
        )
        assert.strictEqual(yield* Stream.runCount(journal.lines), 3)
        assert.deepInclude(yield* journal.verify, { events: 3, unknown: 2 })
        assert.deepStrictEqual(yield* (yield* Projections).rebuild, { events: 1 })
      }).pipe(Effect.provide(inFile(file)))
    })
  )
})
