import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, TestClock } from "effect"
import { Output } from "../../src/cli/Output.ts"
import { countLine, watched } from "../../src/cli/Progress.ts"
import type { Event } from "../../src/domain/Event.ts"
import { Journal } from "../../src/journal/Journal.ts"
import { layerMemory } from "../../src/journal/JournalSqlite.ts"

const settled = (batch: number, ok: number): Event => ({
  _tag: "OperationsSettled",
  batch,
  via: "response",
  ok: Array.from({ length: ok }, (_, op) => [op, op, null]),
  failed: [],
  again: [],
  requestId: null
})

/** What was noted and drawn while a run of 100 operations settled ten batches, one each second. */
const shown = (options: { readonly json: boolean; readonly live: boolean }) =>
  Effect.gen(function* () {
    const notes: Array<string> = []
    const drawn: Array<string> = []
    const output = Layer.succeed(Output, {
      ...options,
      colors: false,
      result: () => Effect.void,
      note: (text) => Effect.sync(() => notes.push(text)),
      redraw: (text) => Effect.sync(() => drawn.push(text))
    })
    yield* Effect.gen(function* () {
      const journal = yield* Journal
      let version = 0
      const append = (event: Event) =>
        Effect.map(journal.append("run", version, [event]), (last) => {
          version = last
        })
      const work = Effect.gen(function* () {
        yield* append({ _tag: "StageEntered", stage: "observe" })
        yield* append({ _tag: "StageEntered", stage: "apply", expected: 100 })
        for (let batch = 0; batch < 10; batch++) {
          yield* TestClock.adjust("1 second")
          yield* append(settled(batch, 10))
        }
        return "done"
      })
      assert.strictEqual(yield* watched(work), "done")
    }).pipe(Effect.provide(Layer.merge(output, layerMemory)))
    return { notes, drawn }
  })

describe("progress", () => {
  it("counts, with rate and remaining time", () => {
    assert.strictEqual(countLine(0, 100, 0), "0/100  0/s")
    assert.strictEqual(countLine(50, 200, 10_000), "50/200  5/s  30 s left")
    assert.strictEqual(countLine(1000, 61_000, 10_000), "1000/61000  100/s  10 min left")
  })

  it.effect("is plain lines where nobody watches: the stages, and the count at the end", () =>
    Effect.gen(function* () {
      const { drawn, notes } = yield* shown({ json: false, live: false })
      assert.deepStrictEqual(drawn, [])
      assert.deepStrictEqual(notes.slice(0, 2), ["Reading Proxmox and NetBox", "Applying"])
      assert.match(notes.at(-1) ?? "", /^ {2}100\/100 {2}\d+\/s {2}0 s left$/)
      assert.isAtMost(notes.length, 12)
    })
  )

  it.effect("is a bar on a terminal, full at the end and then wiped", () =>
    Effect.gen(function* () {
      const { drawn, notes } = yield* shown({ json: false, live: true })
      assert.deepStrictEqual(notes, ["Reading Proxmox and NetBox", "Applying"])
      assert.match(drawn.at(-2) ?? "", /^█{28} {2}100\/100 /)
      assert.strictEqual(drawn.at(-1), "")
    })
  )

  it.effect("is nothing with JSON", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* shown({ json: true, live: false }), { notes: [], drawn: [] })
    })
  )
})
