import { Clock, Context, Duration, Effect, Either, Option } from "effect"
import { canonical, type Json } from "../../../../domain/Json.ts"
import type { Scope } from "../../../../domain/Scope.ts"
import { Projections } from "../../../../journal/Projections.ts"
import { type RunRequest, Runs } from "../../../../services/Runs.ts"

/** For how long a request waits for another run to end: streams keep their clients awake meanwhile, plain answers cannot. */
export class Patience extends Context.Reference<Patience>()("proxledger/LegacyPatience", {
  defaultValue: () => ({ stream: Duration.minutes(30), answer: Duration.seconds(60) })
}) {}

/** Between two looks at a run that was interrupted and is not yet taken up again. */
const pause = "100 millis"

const textOf = (scope: Scope): string => canonical(JSON.parse(JSON.stringify(scope)) as Json)

export const isSameScope = (one: Scope, other: Scope): boolean => textOf(one) === textOf(other)

/**
 * Whoever asks for the open run follows it; whoever asks for another one waits until it has ended. A client of the old
 * surface repeats what was cut off, and runs stage after stage: neither may fail because of the other.
 */
export class Line extends Effect.Service<Line>()("proxledger/LegacyLine", {
  effect: Effect.gen(function* () {
    const runs = yield* Runs
    const projections = yield* Projections

    /** The open run where it is the one that is asked for: a plan is always made anew. */
    const open = Effect.fnUntraced(function* ({ mode, scope }: RunRequest) {
      const active = yield* runs.active
      if (mode === "plan" || Option.isNone(active) || !isSameScope(active.value.scope, scope)) {
        return Option.none<string>()
      }
      const row = yield* projections.run(active.value.run)
      return Option.exists(row, ({ trigger }) => trigger === "sync") ? Option.some(active.value.run) : Option.none()
    })

    /** Its id once it has begun; `RunActive` when the other one has not ended in time. `waiting` is told once of the other one. */
    const join = Effect.fn("Line.join")(function* (
      request: RunRequest,
      patience: Duration.Duration,
      waiting: (run: string) => Effect.Effect<void> = () => Effect.void
    ) {
      const until = (yield* Clock.currentTimeMillis) + Duration.toMillis(patience)
      let told = false
      for (;;) {
        const same = yield* open(request)
        if (Option.isSome(same)) return same.value
        const started = yield* Effect.either(runs.start(request))
        if (Either.isRight(started)) return started.right
        const problem = started.left
        if (problem._tag !== "RunActive") return yield* problem
        const left = until - (yield* Clock.currentTimeMillis)
        if (left <= 0) return yield* problem
        if (!told) yield* waiting(problem.run)
        told = true
        yield* Effect.timeoutOption(
          Effect.catchTag(runs.await(problem.run), "RunNotFound", () => Effect.void),
          left
        )
        yield* Effect.sleep(pause)
      }
    })
    return { join }
  })
}) {}
