import { Effect, Stream } from "effect"
import { Audit } from "../../journal/Audit.ts"
import { Journal } from "../../journal/Journal.ts"
import { Projections } from "../../journal/Projections.ts"
import { Runs, type RunRequest } from "../../services/Runs.ts"
import { Caller } from "../Caller.ts"
import { Shutdown } from "../Shutdown.ts"
import { driftOf } from "../v1/drift/Reading.ts"
import { asProblems } from "../v1/Failures.ts"
import { detailOf, pageOfRuns, rowOf } from "../v1/runs/Reading.ts"
import { runOf } from "../v1/runs/Run.ts"
import { ProxledgerRpc } from "./Api.ts"

type Request = Pick<RunRequest, "scope" | "approveRemovals" | "full">

/** The verbs over the services that the other surfaces use. */
export const Handlers = ProxledgerRpc.toLayer(
  Effect.gen(function* () {
    const runs = yield* Runs
    const journal = yield* Journal
    const { untilShutdown } = yield* Shutdown
    const services = yield* Effect.context<Audit | Projections>()

    const shown = (run: string) => Effect.map(Effect.provide(rowOf(run), services), runOf)

    const start = Effect.fnUntraced(function* (mode: RunRequest["mode"], request: Request) {
      const { by } = yield* Caller
      return yield* runs.start({ mode, trigger: "request", label: "rpc", by, ...request })
    })

    return ProxledgerRpc.of({
      Plan: Effect.fn("Rpc.plan")(function* (request) {
        const run = yield* start("plan", request)
        return runOf(yield* runs.await(run))
      }, asProblems),
      Apply: Effect.fn("Rpc.apply")(function* ({ run, ...options }) {
        const { by } = yield* Caller
        yield* runs.apply(run, { ...options, by })
        return yield* shown(run)
      }, asProblems),
      Sync: Effect.fn("Rpc.sync")(function* (request) {
        return yield* shown(yield* start("sync", request))
      }, asProblems),
      Discard: Effect.fn("Rpc.discard")(function* ({ run }) {
        const { by } = yield* Caller
        yield* runs.discard(run, by)
        return yield* shown(run)
      }, asProblems),
      Cancel: Effect.fn("Rpc.cancel")(function* ({ run }) {
        const { by } = yield* Caller
        yield* runs.cancel(run, by)
        return yield* shown(run)
      }, asProblems),
      Runs: (options) => asProblems(Effect.provide(pageOfRuns(options), services)),
      Run: ({ run, ...options }) => asProblems(Effect.provide(detailOf(run, options), services)),
      Follow: ({ after, run }) =>
        untilShutdown(run === undefined ? journal.follow(after) : runs.events(run, after)).pipe(
          Stream.catchAll((failure) => Stream.fromEffect(asProblems(Effect.fail(failure))))
        ),
      Drift: (options) => asProblems(Effect.provide(driftOf(options), services))
    })
  })
)
