import { Effect } from "effect"
import type { Steps } from "../domain/Steps.ts"
import { breathe } from "../journal/Breathe.ts"

/** Milliseconds for which a computation holds the event loop at a time. */
const turn = 10

/** Drives a computation, and gives timers and sockets a turn every ten milliseconds. */
export const stepwise = Effect.fnUntraced(function* <A>(steps: Steps<A>) {
  const clock = yield* Effect.clock
  for (;;) {
    const until = clock.unsafeCurrentTimeMillis() + turn
    do {
      const step = steps.next()
      if (step.done === true) return step.value
    } while (clock.unsafeCurrentTimeMillis() < until)
    yield* breathe
  }
})
