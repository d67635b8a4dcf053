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
const shards = 4

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

interface Failure {
  /** What makes fast-check play it again, and shrink it. */
  readonly seed: number
  readonly path: string
  readonly wrong: ReadonlyArray<string>
}

/** All histories of one seed are played, whatever becomes of one; each failure is told as soon as it is found. */
const lane = async (own: number, runs: number): Promise<ReadonlyArray<Failure>> => {
  const failures: Array<Failure> = []
  for (const [at, steps] of fc.sample(history, { seed: own, numRuns: runs }).entries()) {
    const wrong = await played(steps)
    if (wrong.length === 0) continue
    failures.push({ seed: own, path: String(at), wrong })
    console.error(`seed ${own}, history ${at}: ${wrong.join("; ")}\n${JSON.stringify(steps)}`)
  }
  return failures
}

/** The shortest history that fails as this one does. */
const shrunk = async ({ path, seed: own }: Failure): Promise<string> => {
  const property = fc.asyncProperty(history, async (steps) => {
    const wrong = await played(steps)
    if (wrong.length > 0) throw new Error(wrong.join("\n"))
  })
  return fc.defaultReportMessage(await fc.check(property, { seed: own, path })) ?? "it did not fail again"
}

/** The part of the random histories that one file carries out, each lane with a seed of its own. */
export const shard = (index: number) =>
  describe(`histories of an estate, part ${index + 1} of ${shards}`, () => {
    it(`after ${share} random ones NetBox holds what it must (seed ${seed})`, async () => {
      const runs = Math.ceil(share / lanes)
      const seeds = Array.from({ length: lanes }, (_, at) => seed + index * lanes + at)
      const failures = (await Promise.all(seeds.map((own) => lane(own, runs)))).flat()
      const [first] = failures
      assert.isUndefined(first, first && `${failures.length} failed; the first, shrunk: ${await shrunk(first)}`)
    }, 7_200_000)
  })
