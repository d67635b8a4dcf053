import { assert, describe, it } from "@effect/vitest"
import { Effect, FastCheck as fc, Option } from "effect"
import type { Event } from "../../src/domain/Event.ts"
import type { Ref } from "../../src/domain/Ref.ts"
import { Journal } from "../../src/journal/Journal.ts"
import { layerMemory } from "../../src/journal/JournalSqlite.ts"
import { Projections } from "../../src/journal/Projections.ts"
import { completed, dispatched, planned, sealed, settled, started } from "./events.ts"
import { dump, fresh, inFile } from "./files.ts"

const bound = (ref: Ref, id: number): Event => ({ _tag: "ObjectsBound", bindings: [{ ref, id, evidence: "name" }] })

const based = (ref: Ref, field: string, value: string): Event => ({
  _tag: "BaselinesRecorded",
  baselines: [{ ref, field, value }]
})

const state = Effect.gen(function* () {
  const projections = yield* Projections
  const bindings = yield* projections.bindings
  const baselines = yield* projections.baselines
  return {
    bindings: Object.fromEntries([...bindings].map(([ref, { created, id }]) => [ref, [id, created]])),
    baselines: Object.fromEntries([...baselines].map(([ref, fields]) => [ref, Object.fromEntries(fields)]))
  }
})

describe("bindings and baselines", () => {
  it.live("objects change places, move, and go", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      const refs = ["x:a", "x:b", "x:c", "x:d"] as const
      yield* journal.append("run", 0, [...refs.map(bound), ...refs.map((ref) => based(ref, "name", ref))])
      yield* journal.append("run", 8, [
        {
          _tag: "BindingsReleased",
          bindings: [
            { ref: "x:a", reason: "reused", becomes: "x:b" },
            { ref: "x:b", reason: "reused", becomes: "x:a" },
            { ref: "x:c", reason: "moved", becomes: "x:d" },
            { ref: "x:d", reason: "gone" }
          ]
        }
      ])
      assert.deepStrictEqual(yield* state, {
        bindings: { "x:a": [1, false], "x:b": [0, false], "x:d": [2, false] },
        baselines: { "x:a": { name: "x:b" }, "x:b": { name: "x:a" }, "x:d": { name: "x:c" } }
      })
    }).pipe(Effect.provide(layerMemory))
  )

  it.live("what was applied becomes the baseline, references as they are; what NetBox lost is forgotten", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      const changes = [
        { field: "tags", from: [], to: { add: ["a"] }, why: "tags", applied: ["a"] },
        { field: "site", from: null, to: { $ref: "dcim.site:a" }, why: "rule" }
      ]
      yield* journal.append("run", 0, [
        started(),
        bound("x:lost", 9),
        bound("x:adopted", 5),
        based("x:lost", "name", "lost"),
        planned(0, "create", "x:new", { changes }),
        planned(1, "update", "x:lost"),
        planned(2, "update", "x:refused"),
        planned(3, "update", "x:adopted"),
        sealed(4),
        dispatched(0, [0, 1, 2, 3]),
        settled(0, {
          ok: [
            [0, 7, null],
            [3, 5, null]
          ],
          failed: [
            { op: 1, reason: "missing", detail: "404" },
            { op: 2, reason: "refused", detail: "400" }
          ]
        })
      ])
      assert.deepStrictEqual(yield* state, {
        bindings: { "x:adopted": [5, false], "x:new": [7, true] },
        baselines: {
          "x:adopted": { name: "name of x:adopted" },
          "x:new": { tags: ["a"], site: { $ref: "dcim.site:a" } }
        }
      })
      yield* journal.append("run", 11, [bound("x:new", 7)])
      assert.deepStrictEqual((yield* state).bindings["x:new"], [7, true])
      yield* journal.append("run", 12, [bound("x:new", 8)])
      assert.deepStrictEqual((yield* state).bindings["x:new"], [8, false])
    }).pipe(Effect.provide(layerMemory))
  )

  it.live("a run that was begun and not completed is open", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      const projections = yield* Projections
      yield* journal.append("unsealed", 0, [started(), planned(0, "create", "x:a")])
      yield* journal.append("waits", 0, [started("plan"), sealed(0)])
      yield* journal.append("begun", 0, [started(), sealed(0), { _tag: "StageEntered", stage: "apply" }])
      yield* journal.append("done", 0, [started(), sealed(0), { _tag: "StageEntered", stage: "apply" }, completed(0)])
      assert.deepStrictEqual((yield* projections.runs(10)).map(({ run, state }) => [run, state]).sort(), [
        ["begun", "applying"],
        ["done", "completed"],
        ["unsealed", "planning"],
        ["waits", "planned"]
      ])
      assert.deepStrictEqual(
        (yield* projections.openRuns).map(({ run }) => run),
        ["begun"]
      )
      assert.deepStrictEqual(
        Option.map(yield* projections.run("waits"), ({ sources }) => sources),
        Option.some(["lab"])
      )
      assert.deepStrictEqual(yield* projections.run("none"), Option.none())
    }).pipe(Effect.provide(layerMemory))
  )
})

const aRef = fc.constantFrom<Ref>("x:a", "x:b", "x:c", "x:d", "x:e")

const anOperation = fc.record({
  ref: aRef,
  what: fc.constantFrom(
    ["create", "reconcile"] as const,
    ["update", "reconcile"] as const,
    ["update", "retire"] as const,
    ["update", "restore"] as const,
    ["delete", "remove"] as const
  ),
  value: fc.jsonValue(),
  end: fc.constantFrom("ok", "refused", "stale", "missing", "again", "skipped", "open")
})

const aRun = fc.record({
  bound: fc.array(fc.record({ ref: aRef, id: fc.nat(20), evidence: fc.string() }), { maxLength: 3 }),
  released: fc.uniqueArray(
    fc.record({ ref: aRef, reason: fc.string(), becomes: aRef }, { requiredKeys: ["ref", "reason"] }),
    { maxLength: 3, selector: ({ ref }) => ref }
  ),
  baselines: fc.array(fc.record({ ref: aRef, field: fc.constantFrom("name", "status"), value: fc.jsonValue() }), {
    maxLength: 3
  }),
  operations: fc.array(anOperation, { maxLength: 12 })
})

/** A run as the engine writes it: decided, sealed, sent in batches of four, settled in part. */
const eventsOf = ({
  baselines,
  bound,
  operations,
  released
}: typeof aRun extends fc.Arbitrary<infer A> ? A : never) => {
  const events: Array<Event> = [
    started(),
    { _tag: "BindingsReleased", bindings: released },
    { _tag: "ObjectsBound", bindings: bound },
    // What comes out of an API is what JSON can hold.
    { _tag: "BaselinesRecorded", baselines: JSON.parse(JSON.stringify(baselines)) },
    ...operations.map(({ ref, value, what: [verb, purpose] }, op) =>
      planned(op, verb, ref, {
        purpose,
        changes: [{ field: "name", from: null, to: JSON.parse(JSON.stringify(value)), why: "config.name" }]
      })
    ),
    sealed(operations.length)
  ]
  const ends = operations.map(({ end }, op) => ({ end, op }))
  for (let batch = 0; batch * 4 < ends.length; batch++) {
    const sent = ends.slice(batch * 4, batch * 4 + 4).filter(({ end }) => end !== "skipped")
    events.push(
      dispatched(
        batch,
        sent.map(({ op }) => op)
      )
    )
    if (sent.some(({ end }) => end === "open")) continue
    events.push(
      settled(batch, {
        ok: sent.flatMap(({ end, op }) => (end === "ok" ? [[op, 100 + op, null] as const] : [])),
        failed: sent.flatMap(({ end, op }) =>
          end === "refused" || end === "stale" || end === "missing"
            ? [{ op, reason: end, detail: `because ${end}` }]
            : []
        ),
        again: sent.flatMap(({ end, op }) => (end === "again" ? [op] : []))
      })
    )
  }
  for (const { end, op } of ends) {
    if (end === "skipped") events.push({ _tag: "OperationSkipped", op, blockedBy: null, detail: "cancelled" })
  }
  const unfinished = ends.some(({ end }) => end === "open" || end === "again")
  return unfinished ? events : [...events, completed(ends.length)]
}

describe("rebuild", () => {
  it.live(
    "makes the same bytes of any history",
    () =>
      Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(fc.array(aRun, { minLength: 1, maxLength: 15 }), (history) => {
            const file = fresh()
            return Effect.gen(function* () {
              const journal = yield* Journal
              const count = yield* Effect.reduce(history, 0, (sum, run, at) =>
                Effect.map(journal.append(`run-${at}`, 0, eventsOf(run)), (version) => sum + version)
              )
              const live = dump(file)
              assert.deepStrictEqual(yield* (yield* Projections).rebuild, { events: count })
              assert.strictEqual(dump(file), live)
              assert.include(live, '"run":"run-0"')
            }).pipe(Effect.provide(inFile(file)), Effect.runPromise)
          }),
          { numRuns: 60 }
        )
      ),
    120_000
  )

  it.live("over several pages of events", () =>
    Effect.gen(function* () {
      const file = fresh()
      yield* Effect.gen(function* () {
        const journal = yield* Journal
        const many = Array.from({ length: 1234 }, (_, op) => op)
        yield* journal.append("run", 0, [started(), ...many.map((op) => planned(op, "create", `x:${op}`))])
        yield* journal.append("run", 1235, [sealed(1234), settled(0, { ok: many.map((op) => [op, op, null]) })])
        const live = dump(file)
        assert.deepStrictEqual(yield* (yield* Projections).rebuild, { events: 1237 })
        assert.strictEqual(dump(file), live)
        assert.strictEqual((yield* (yield* Projections).bindings).size, 1234)
      }).pipe(Effect.provide(inFile(file)))
    })
  )
})
