import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Event } from "../../src/domain/Event.ts"
import { Journal } from "../../src/journal/Journal.ts"
import { Projections } from "../../src/journal/Projections.ts"
import { planned, sealed, started } from "./events.ts"
import { dump, fresh, inFile } from "./files.ts"

const observing: Event = { _tag: "StageEntered", stage: "observe" }
const resumed: Event = { _tag: "RunResumed", actor: "test", open: 0 }

describe("a plan that was interrupted before it was sealed", () => {
  it.live("is what was planned the last time", () =>
    Effect.gen(function* () {
      const file = fresh()
      yield* Effect.gen(function* () {
        const journal = yield* Journal
        const projections = yield* Projections
        yield* journal.append("run", 0, [started(), observing])
        yield* journal.append("run", 2, [
          planned(0, "create", "dcim.site:a"),
          planned(1, "create", "dcim.site:b"),
          planned(2, "create", "dcim.site:c")
        ])
        yield* journal.append("run", 5, [{ _tag: "RunInterrupted", detail: "stopped" }])
        assert.deepStrictEqual(
          (yield* projections.unsealedRuns).map(({ detail, interrupted }) => [interrupted, detail]),
          [[true, "stopped"]]
        )
        yield* journal.append("run", 6, [resumed, observing])
        yield* journal.append("run", 8, [planned(0, "update", "dcim.site:d"), sealed(1)])
        assert.deepStrictEqual(
          (yield* projections.operations("run")).map(({ op, ref, verb }) => [op, verb, ref]),
          [[0, "update", "dcim.site:d"]]
        )
        const live = dump(file)
        yield* projections.rebuild
        assert.strictEqual(dump(file), live)
      }).pipe(Effect.provide(inFile(file)))
    })
  )
})
