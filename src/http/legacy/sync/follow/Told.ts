import { Chunk, Effect, Option, Stream } from "effect"
import type { Recorded } from "../../../../domain/Event.ts"
import { Journal } from "../../../../journal/Journal.ts"
import { Runs } from "../../../../services/Runs.ts"
import { Shutdown } from "../../../Shutdown.ts"
import type { Frame } from "../../../Sse.ts"
import { completion } from "../frames/Ending.ts"
import { Narrator } from "../frames/Narrator.ts"
import { numbered } from "../frames/Position.ts"
import type { Telling } from "../frames/Teller.ts"
import { Found } from "./Found.ts"
import { Scripts } from "./Scripts.ts"

/**
 * A run in the frames of the old surface, then what comes; the last of them is `complete`, once, whatever happens. It has no id
 * where the run did not end: who comes again is told the rest.
 */
export const told = Effect.fnUntraced(function* (run: string, telling: Telling) {
  const runs = yield* Runs
  const journal = yield* Journal
  const scripts = yield* Scripts
  const found = yield* Found
  const { begun } = yield* Shutdown
  const narrator = new Narrator(telling)

  const tell = Effect.fnUntraced(function* (recorded: Recorded, script?: Parameters<Narrator["tell"]>[1]) {
    if (narrator.ending !== undefined) return []
    const frames = narrator.tell(recorded, script)
    const { ending } = narrator
    if (ending === undefined) return numbered(recorded.seq, frames)
    const result = yield* found.result(narrator, telling)
    return numbered(recorded.seq, [...frames, completion(ending, telling, result)])
  })

  const first = Stream.take(journal.read({ after: 0, stream: run }), 1).pipe(Stream.mapConcatEffect((one) => tell(one)))
  const rest = Stream.unwrapScoped(
    Effect.map(scripts.opening(run), ({ events, script, seq }) =>
      Stream.fromIterable(events.slice(1)).pipe(
        Stream.concat(runs.events(run, seq)),
        // What came together is told together.
        Stream.mapChunksEffect((page) =>
          Effect.map(
            Effect.forEach(page, (one) =>
              tell(one, one.event._tag === "PlanSealed" ? Option.getOrUndefined(script) : undefined)
            ),
            (frames) => Chunk.unsafeFromArray(frames.flat())
          )
        ),
        Stream.takeUntil(({ event }) => event === "complete")
      )
    )
  )
  const last = Stream.suspend(() => {
    if (narrator.ending !== undefined) return Stream.empty
    const { ending, frames } = narrator.interrupt()
    return Stream.fromIterable<Frame>([...frames, completion(ending, telling, {})])
  })
  const frames: Stream.Stream<Frame> = Stream.concat(first, rest).pipe(
    Stream.interruptWhenDeferred(begun),
    // A journal that cannot be read ends the stream as a stop does; the reason is the operator's to see.
    Stream.catchAll((error) => Stream.execute(Effect.logError(`Run ${run} cannot be followed: ${error.message}`))),
    Stream.concat(last)
  )
  return { frames, narrator }
})
