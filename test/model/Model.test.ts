import { assert, describe, it } from "@effect/vitest"
import { Effect, FastCheck as fc } from "effect"
import { history, play, type Step } from "./History.ts"

const { MODEL_HISTORIES, MODEL_SEED } = process.env

const count = Number(MODEL_HISTORIES ?? 40)
const seed = Number(MODEL_SEED ?? 20_261_125)
/** As much at a time as hides the pauses that engine and cluster make. */
const lanes = Math.min(8, count)

const told = (steps: ReadonlyArray<Step>): Promise<ReadonlyArray<string>> =>
  Effect.runPromise(Effect.scoped(play(steps)))

describe("random histories", () => {
  it(`after ${count} histories NetBox holds what it must (seed ${seed})`, async () => {
    const property = fc.asyncProperty(history, async (steps) => {
      const wrong = await told(steps)
      if (wrong.length > 0) throw new Error(wrong.join("\n"))
    })
    const checks = await Promise.all(
      Array.from({ length: lanes }, (_, lane) =>
        fc.check(property, { seed: seed + lane, numRuns: Math.ceil(count / lanes), endOnFailure: false })
      )
    )
    for (const result of checks) assert.isFalse(result.failed, fc.defaultReportMessage(result))
  }, 3_600_000)
})
