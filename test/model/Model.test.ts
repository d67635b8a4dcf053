import { assert, describe, it } from "@effect/vitest"
import { Effect, FastCheck as fc } from "effect"
import { history, play, type Step } from "./History.ts"

const { MODEL_HISTORIES, MODEL_SEED } = process.env

const count = Number(MODEL_HISTORIES ?? 16)
const seed = Number(MODEL_SEED ?? 20_261_125)

/** As many at a time as hide the pauses that engine and cluster make. */
const lanes = Math.min(8, count)

const played = (steps: ReadonlyArray<Step>): Promise<ReadonlyArray<string>> =>
  Effect.runPromise(Effect.scoped(play(steps)))

/** Histories that went wrong once, as they were shrunk. */
const remembered: { readonly [title: string]: ReadonlyArray<Step> } = {
  "a vmid is given again after its former guest was marked as gone": [
    { do: "create", lxc: false, node: 0, name: 0, nics: 1 },
    { sync: [] },
    { do: "delete", who: 0 },
    { sync: [] },
    { do: "reuse", who: 0, lxc: false }
  ],
  "the primary address is deleted by hand": [
    { do: "create", lxc: false, node: 0, name: 0, nics: 1 },
    { sync: [] },
    { hand: "delete", who: 0, what: "address" }
  ]
}

describe("histories of an estate", () => {
  it.each(Object.entries(remembered))("%s", async (_, steps) => assert.deepStrictEqual(await played(steps), []))

  it(`after ${count} random ones NetBox holds what it must (seed ${seed})`, async () => {
    const property = fc.asyncProperty(history, async (steps) => {
      const wrong = await played(steps)
      if (wrong.length > 0) throw new Error(wrong.join("\n"))
    })
    const checks = await Promise.all(
      Array.from({ length: lanes }, (_, lane) =>
        fc.check(property, { seed: seed + lane, numRuns: Math.ceil(count / lanes) })
      )
    )
    for (const result of checks) assert.isFalse(result.failed, fc.defaultReportMessage(result))
  }, 3_600_000)
})
