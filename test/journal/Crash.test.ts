import { assert, describe, it } from "@effect/vitest"
import { Effect, Random, Stream } from "effect"
import { Journal } from "../../src/journal/Journal.ts"
import { Projections } from "../../src/journal/Projections.ts"
import { child } from "./child.ts"
import { dump, fresh, inFile } from "./files.ts"

const rounds = 6

describe("kill -9", () => {
  it.live(
    "what was acknowledged is there, the chain holds, the projections are those of a rebuild",
    () =>
      Effect.gen(function* () {
        const file = fresh()
        for (let round = 0; round < rounds; round++) {
          const acknowledgements = yield* Random.nextIntBetween(1, 300)
          const delay = yield* Random.nextIntBetween(0, 20)
          const { errors, lines, signal } = yield* child("appender.ts", [file, String(round)], {
            line: (line, kill) => {
              // Some time after an acknowledgement, so in the midst of whatever comes then.
              if (Number(line) >= acknowledgements) setTimeout(kill, delay)
            }
          })
          assert.strictEqual(signal, "SIGKILL", errors)
          yield* Effect.gen(function* () {
            const journal = yield* Journal
            const versions = yield* Stream.runCollect(journal.read({ after: 0, stream: `run-${round}` }))
            assert.isAtLeast(versions.length, Number(lines[lines.length - 1]))
            assert.deepStrictEqual(
              [...versions].map(({ version }) => version),
              Array.from(versions, (_, index) => index + 1)
            )
            yield* journal.verify
            const live = dump(file)
            yield* (yield* Projections).rebuild
            assert.strictEqual(dump(file), live)
          }).pipe(Effect.provide(inFile(file)))
        }
      }),
    240_000
  )
})
