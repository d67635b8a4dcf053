import { assert, describe, inject, it } from "@effect/vitest"
import { Config, Effect, FastCheck as fc } from "effect"
import { history, play, type Step } from "./History.ts"

declare module "vitest" {
  interface ProvidedContext {
    /** Where nothing else is asked for. */
    readonly histories?: number
  }
}

/** Files that share the histories, so that each core has some. */
const shards = 2

const { count, seed } = Effect.runSync(
  Effect.all({
    count: Config.integer("MODEL_HISTORIES").pipe(Config.withDefault(inject("histories") ?? 16)),
    seed: Config.integer("MODEL_SEED").pipe(Config.withDefault(20_261_125))
  })
)

const share = Math.ceil(count / shards)

/** As many at a time as hide the pauses that engine and cluster make. */
const lanes = Math.min(4, share)

/** What is not as it has to be after a history. */
export const played = (steps: ReadonlyArray<Step>): Promise<ReadonlyArray<string>> =>
  Effect.runPromise(Effect.scoped(play(steps)))

/** The part of the random histories that one file carries out, each lane with a seed of its own. */
export const shard = (index: number) =>
  describe(`histories of an estate, part ${index + 1} of ${shards}`, () => {
    it(`after ${share} random ones NetBox holds what it must (seed ${seed})`, async () => {
      const property = fc.asyncProperty(history, async (steps) => {
        const wrong = await played(steps)
        if (wrong.length > 0) throw new Error(wrong.join("\n"))
      })
      const checks = await Promise.all(
        Array.from({ length: lanes }, (_, lane) =>
          fc.check(property, { seed: seed + index * lanes + lane, numRuns: Math.ceil(share / lanes) })
        )
      )
      for (const result of checks) assert.isFalse(result.failed, fc.defaultReportMessage(result))
    }, 3_600_000)
  })
