import { assert, describe, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import { Effect, Fiber, Option } from "effect"
import { Audit } from "../../src/journal/Audit.ts"
import { breathe } from "../../src/journal/Breathe.ts"
import { Journal } from "../../src/journal/Journal.ts"
import { Projections } from "../../src/journal/Projections.ts"
import { completed, dispatched, planned, sealed, settled, started } from "./events.ts"
import { behind, dump, fresh, inFile } from "./files.ts"

const tablesOf = (file: string): ReadonlyArray<unknown> => {
  const db = new Sqlite(file, { readonly: true })
  const names = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").pluck().all()
  db.close()
  return names
}

/** As the first engine had it: every row told again what its event says. */
const firstOperations = `
  DROP TABLE operations;
  CREATE TABLE operations (
    run TEXT NOT NULL, op INTEGER NOT NULL, verb TEXT NOT NULL, purpose TEXT NOT NULL, ref TEXT NOT NULL,
    label TEXT NOT NULL, state TEXT NOT NULL, netbox_id INTEGER, detail TEXT NOT NULL, at INTEGER NOT NULL,
    planned INTEGER NOT NULL, PRIMARY KEY (run, op), UNIQUE (ref, run, op)) WITHOUT ROWID;
  INSERT INTO operations VALUES ('run', 0, 'create', 'reconcile', 'x:a', 'x:a', 'ok', 7, '', 0, 2);
  UPDATE projected SET version = 1`

const written = Effect.gen(function* () {
  const file = fresh()
  const events = [started(), planned(0, "create", "x:a"), sealed(1), settled(0, { ok: [[0, 7, null]] }), completed(1)]
  yield* Effect.provide(
    Effect.flatMap(Journal, ({ append }) => append("run", 0, events)),
    inFile(file)
  )
  return file
})

const rebuilt = (file: string) =>
  Effect.provide(
    Effect.map(Projections, (projections) => projections.rebuilt),
    inFile(file)
  )

describe("a rebuild", () => {
  it.live("is made once of a journal of the first engine, when it is opened; nothing of the old tables is left", () =>
    Effect.gen(function* () {
      const file = yield* written
      const [before, tables] = [dump(file), tablesOf(file)]
      behind(file, firstOperations)
      assert.deepStrictEqual(yield* rebuilt(file), Option.some({ events: 5 }))
      assert.strictEqual(dump(file), before)
      assert.deepStrictEqual(tablesOf(file), tables)
      assert.deepStrictEqual(yield* rebuilt(file), Option.none())
    })
  )

  it.live("that was not finished leaves nothing, and can be made again in the same process", () =>
    Effect.gen(function* () {
      const file = yield* written
      const [before, tables] = [dump(file), tablesOf(file)]
      behind(file, "CREATE TABLE new_runs (run TEXT); CREATE TABLE old_0_runs (run TEXT)")
      yield* Effect.gen(function* () {
        const { rebuild } = yield* Projections
        const begun = yield* Effect.fork(rebuild)
        yield* breathe
        yield* Fiber.interrupt(begun)
        assert.deepStrictEqual(yield* rebuild, { events: 5 })
        assert.deepStrictEqual(yield* rebuild, { events: 5 })
        assert.strictEqual(dump(file), before)
      }).pipe(Effect.provide(inFile(file)))
      assert.deepStrictEqual(tablesOf(file), tables)
    })
  )

  it.live("gives others a turn between some hundred operations, however few events tell of them", () =>
    Effect.gen(function* () {
      const file = fresh()
      yield* Effect.gen(function* () {
        const journal = yield* Journal
        const { rebuild } = yield* Projections
        const ops = Array.from({ length: 6000 }, (_, op) => op)
        yield* journal.append("run", 0, [started(), ...ops.map((op) => planned(op, "create", `x:${op}`)), sealed(6000)])
        const batches = Array.from({ length: 60 }, (_, batch) => ops.slice(batch * 100, batch * 100 + 100))
        yield* journal.append(
          "run",
          6002,
          batches.flatMap((batch, at) => [
            dispatched(at, batch),
            settled(at, { ok: batch.map((op) => [op, op, null] as const) })
          ])
        )
        const before = dump(file)
        let turns = 0
        const counting = yield* Effect.fork(
          Effect.forever(
            Effect.zipLeft(
              breathe,
              Effect.sync(() => void turns++)
            )
          )
        )
        yield* rebuild
        yield* Fiber.interrupt(counting)
        assert.isAbove(turns, (6000 + 2 * 6000) / 600)
        assert.strictEqual(dump(file), before)
      }).pipe(Effect.provide(inFile(file)))
    })
  )

  it.live("of runs that were written at once tells their operations apart", () =>
    Effect.gen(function* () {
      const file = fresh()
      yield* Effect.gen(function* () {
        const journal = yield* Journal
        const projections = yield* Projections
        const audit = yield* Audit
        const runs = ["a", "b", "c", "d"]
        yield* Effect.forEach(
          runs,
          (run) =>
            Effect.gen(function* () {
              const begun = [started(), planned(0, "create", `x:${run}`), planned(1, "update", "x:shared", { id: 5 })]
              yield* journal.append(run, 0, begun)
              yield* journal.append(run, 3, [sealed(2), dispatched(0, [0])])
              yield* journal.append(run, 5, [settled(0, { ok: [[0, 9, null]] })])
            }),
          { concurrency: "unbounded" }
        )
        const before = dump(file)
        assert.deepStrictEqual(yield* projections.rebuild, { events: 24 })
        assert.strictEqual(dump(file), before)
        for (const run of runs) {
          const operations = yield* projections.operations(run)
          assert.deepStrictEqual(
            operations.map(({ label, netboxId, ref, state, verb }) => [verb, ref, label, state, netboxId]),
            [
              ["create", `x:${run}`, `x:${run}`, "ok", 9],
              ["update", "x:shared", "x:shared", "planned", 5]
            ]
          )
          const open = yield* audit.operations({ run, after: -1, limit: 9, state: "planned" })
          assert.deepStrictEqual(
            open.items.map(({ op }) => op),
            [1]
          )
        }
        const history = yield* projections.history("x:shared", 9)
        assert.sameMembers(
          history.map(({ run }) => run),
          runs
        )
      }).pipe(Effect.provide(inFile(file)))
    })
  )
})
