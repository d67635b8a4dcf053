import { assert, describe, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import type { Event } from "../../src/domain/Event.ts"
import { Audit, type EventFilter } from "../../src/journal/Audit.ts"
import { Journal } from "../../src/journal/Journal.ts"
import { layerMemory } from "../../src/journal/JournalSqlite.ts"
import { completed, dispatched, planned, sealed, settled, started } from "./events.ts"

const a = "virtualization.virtualmachine:lab/101"
const nic = "virtualization.vminterface:lab/101/net0"
const longer = "virtualization.virtualmachine:lab/1010"

const first: ReadonlyArray<Event> = [
  started(),
  { _tag: "ObjectsBound", bindings: [{ ref: a, id: 7, evidence: "name" }] },
  { _tag: "BaselinesRecorded", baselines: [{ ref: longer, field: "name", value: a }] },
  { _tag: "ConflictFound", ref: nic, label: "net0", detail: "its name is taken" },
  planned(0, "create", longer),
  planned(1, "update", a, { changes: [{ field: "site", from: null, to: { $ref: "dcim.site:x" }, why: "rule" }] }),
  planned(2, "create", nic),
  sealed(3),
  dispatched(0, [0, 1, 2]),
  settled(0, {
    ok: [
      [0, 70, null],
      [2, 71, null]
    ],
    failed: [{ op: 1, reason: "refused", detail: "no" }]
  }),
  completed(2, 1)
]

const base = Date.UTC(2026, 0, 1)
const day = 86_400_000

/** Two runs a day apart, and between them something that is not of a run. */
const filled = Effect.gen(function* () {
  const journal = yield* Journal
  yield* TestClock.setTime(base)
  yield* journal.append("run-1", 0, first)
  yield* TestClock.setTime(base + day)
  yield* journal.append("run-2", 0, [
    started(),
    { _tag: "BindingsReleased", bindings: [{ ref: a, reason: "reused", becomes: longer }] }
  ])
  return yield* Audit
})

const all = Effect.fnUntraced(function* (filter: Partial<EventFilter>) {
  const audit = yield* filled
  const found: Array<string> = []
  let cursor: number | undefined
  do {
    const page = yield* audit.events({
      order: "oldest",
      limit: 2,
      ...filter,
      ...(cursor === undefined ? {} : { cursor })
    })
    assert.isAtMost(page.items.length, 2)
    found.push(...page.items.map(({ event, seq }) => `${seq} ${event._tag}`))
    cursor = page.next ?? undefined
  } while (cursor !== undefined)
  return found
})

const cases: ReadonlyArray<readonly [name: string, filter: Partial<EventFilter>, seqs: ReadonlyArray<number>]> = [
  ["everything", {}, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]],
  ["everything, newest first", { order: "newest" }, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]],
  ["a run", { run: "run-2" }, [12, 13]],
  ["a run that is not there", { run: "run-3" }, []],
  ["an object: not one whose name begins alike, nor where it is only referred to", { ref: a }, [2, 6, 13]],
  ["an object under its new name", { ref: longer }, [3, 5, 13]],
  ["an object in a run, newest first", { ref: a, run: "run-1", order: "newest" }, [6, 2]],
  ["a kind", { kind: "virtualization.vminterface" }, [4, 7]],
  ["a kind whose name begins alike", { kind: "virtualization.vm" }, []],
  ["rare types in a run", { types: ["RunStarted", "PlanSealed"], run: "run-2" }, [12]],
  ["an object of another kind", { kind: "dcim.site", ref: a }, []],
  ["rare types", { types: ["RunStarted", "ConflictFound"] }, [1, 4, 12]],
  ["planned operations", { types: ["OperationPlanned"] }, [5, 6, 7]],
  ["planned operations of an object", { types: ["OperationPlanned", "RunStarted"], ref: a }, [6]],
  ["types that name no object, of an object", { types: ["RunStarted"], ref: a }, []],
  ["from a time on", { since: base + day }, [12, 13]],
  ["until a time", { until: base + day, types: ["RunStarted"] }, [1]],
  ["between times with nothing", { since: base + 1, until: base + day }, []],
  ["a type of one day, newest first", { since: base, until: base + 1, types: ["RunStarted"], order: "newest" }, [1]]
]

describe("the events of a filter, page by page", () => {
  for (const [name, filter, seqs] of cases) {
    it.effect(name, () =>
      Effect.gen(function* () {
        const found = yield* all(filter)
        assert.deepStrictEqual(
          found.map((line) => Number(line.split(" ")[0])),
          seqs
        )
      }).pipe(Effect.provide(layerMemory))
    )
  }

  it.effect("a page looks at so many events and no more, and the next goes on", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      const audit = yield* Audit
      const total = 65_000
      for (let op = 0; op < total; op += 5000) {
        const events = Array.from({ length: 5000 }, (_, at) => planned(op + at, "create", `x:${op + at}`))
        yield* journal.append("run", op, events)
      }
      const page = yield* audit.events({ order: "oldest", limit: 10, kind: "y" })
      assert.deepStrictEqual(page, { items: [], next: 60_000 })
      const rest = yield* audit.events({ order: "oldest", limit: 10, kind: "y", cursor: 60_000 })
      assert.deepStrictEqual(rest, { items: [], next: null })
      const one = yield* audit.events({ order: "newest", limit: 10, ref: "x:64999" })
      assert.deepStrictEqual([one.items.map(({ seq }) => seq), one.next], [[65_000], null])
    }).pipe(Effect.provide(layerMemory))
  )

  it.effect("a clock that was set back a little hides nothing", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      const audit = yield* Audit
      const times = [0, 100, 40, 60, 200].map((minutes) => base + minutes * 60_000)
      for (const [index, time] of times.entries()) {
        yield* TestClock.setTime(time)
        yield* journal.append("run", index, [started()])
      }
      const since = base + 45 * 60_000
      const found = yield* audit.events({ order: "oldest", limit: 10, since, until: base + 150 * 60_000 })
      assert.deepStrictEqual(
        found.items.map(({ seq }) => seq),
        [2, 4]
      )
    }).pipe(Effect.provide(layerMemory))
  )
})

describe("operations and bindings, page by page", () => {
  it.effect("operations with what they were to change, and those of one state", () =>
    Effect.gen(function* () {
      const audit = yield* filled
      const page = yield* audit.operations({ run: "run-1", after: -1, limit: 2 })
      assert.deepStrictEqual(
        [page.items.map(({ op, state }) => [op, state]), page.next],
        [
          [
            [0, "ok"],
            [1, "failed"]
          ],
          1
        ]
      )
      assert.deepStrictEqual(
        page.items[1]?.changes.map(({ field, why }) => [field, why]),
        [["site", "rule"]]
      )
      const rest = yield* audit.operations({ run: "run-1", after: 1, limit: 2 })
      assert.deepStrictEqual([rest.items.map(({ op }) => op), rest.next], [[2], null])
      const failed = yield* audit.operations({ run: "run-1", after: -1, limit: 2, state: "failed" })
      assert.deepStrictEqual([failed.items.map(({ detail, op }) => [op, detail]), failed.next], [[[1, "no"]], null])
    }).pipe(Effect.provide(layerMemory))
  )

  it.effect("what touched an object, newest first", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      const audit = yield* filled
      yield* journal.append("run-3", 0, [started(), planned(0, "delete", longer)])
      const page = yield* audit.history({ ref: longer, limit: 1 })
      assert.deepStrictEqual([page.items.map(({ run, verb }) => [run, verb]), page.next], [[["run-3", "delete"]], 15])
      const rest = yield* audit.history({ ref: longer, before: 15, limit: 1 })
      assert.deepStrictEqual([rest.items.map(({ run, verb }) => [run, verb]), rest.next], [[["run-1", "create"]], null])
    }).pipe(Effect.provide(layerMemory))
  )

  it.effect("the binding of an object, and those of a kind", () =>
    Effect.gen(function* () {
      const audit = yield* filled
      const binding = yield* audit.binding(longer)
      assert.deepInclude(
        binding.pipe((found) => (found._tag === "Some" ? found.value : {})),
        { id: 7, created: false }
      )
      assert.strictEqual((yield* audit.binding(a))._tag, "None")
      const page = yield* audit.bindings({ kind: "virtualization.vminterface", after: "", limit: 1 })
      assert.deepStrictEqual([page.items.map(({ ref }) => ref), page.next], [[nic], null])
      assert.deepStrictEqual(yield* audit.bindings({ kind: "virtualization", after: "", limit: 5 }), {
        items: [],
        next: null
      })
    }).pipe(Effect.provide(layerMemory))
  )
})
