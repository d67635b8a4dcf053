import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { Clock, Deferred, Effect, Fiber, Option, Stream } from "effect"
import type { Ref } from "../../../domain/Ref.ts"
import { Journal } from "../../../journal/Journal.ts"
import { Projections } from "../../../journal/Projections.ts"
import { Engines } from "../../../services/Engines.ts"
import { type RunRequest, Runs } from "../../../services/Runs.ts"
import { stepwise } from "../../../services/Stepwise.ts"
import { Caller } from "../../Caller.ts"
import { Shutdown } from "../../Shutdown.ts"
import { type Frame, sse } from "../../Sse.ts"
import { Failed } from "../Refused.ts"
import { type Asked, askedOf } from "./ask/Asked.ts"
import type { SyncQuery } from "./ask/Query.ts"
import { Selection } from "./ask/Selection.ts"
import { Found } from "./follow/Found.ts"
import { Line, Patience } from "./follow/Line.ts"
import { Resumed } from "./follow/Resumed.ts"
import { Scripts } from "./follow/Scripts.ts"
import { told } from "./follow/Told.ts"
import { completion, type Ending, frameErrors } from "./frames/Ending.ts"
import { Narrator } from "./frames/Narrator.ts"
import { beginning } from "./frames/Position.ts"
import { Draft, scriptOf } from "./frames/Script.ts"
import type { StageName } from "./frames/Stage.ts"
import { refusals, runRefusals } from "./Refusals.ts"

/** A route of the old surface with the request that came to it. */
export interface Route {
  /** `full-update`, or what the only stage is called here. */
  readonly title: string
  readonly stages: ReadonlyArray<StageName>
  readonly query: SyncQuery
  /** What it is about, where that does not stand in the query: guests, or devices. */
  readonly objects?: (sources: ReadonlyArray<string>) => ReadonlyArray<Ref>
}

/** What is told where nothing could begin. */
const unbegun = (asked: Asked, outcome: "failed" | "interrupted", detail: string): ReadonlyArray<Frame> => {
  const ending: Ending = {
    run: "",
    outcome,
    ok: false,
    operations: { ok: 0, failed: 0, skipped: 0, planned: 0 },
    tallies: new Map(),
    results: new Map(),
    unavailable: [],
    warnings: [],
    detail
  }
  return [...frameErrors(ending, asked.telling), completion(ending, asked.telling, {})]
}

const waitingFor = (run: string): Frame => ({
  event: "step",
  data: { step: "stream", status: "progress", message: `Waiting for run ${run} to end` }
})

/** The routes that synchronize: each is a run of a part of the difference, told or answered in the old way. */
export class Sync extends Effect.Service<Sync>()("proxledger/LegacySync", {
  effect: Effect.gen(function* () {
    const line = yield* Line
    const selection = yield* Selection
    const resumed = yield* Resumed
    const found = yield* Found
    const engines = yield* Engines
    const projections = yield* Projections
    const shutdown = yield* Shutdown
    const patience = yield* Patience
    const context = yield* Effect.context<Runs | Journal | Scripts | Found | Shutdown>()
    const follow = (...args: Parameters<typeof told>) => Effect.provide(told(...args), context)

    const asked = Effect.fnUntraced(function* ({ objects, query, stages, title }: Route) {
      const sources = yield* selection.sources(query)
      const named = yield* selection.guests(query.netbox_vm_ids)
      const all =
        sources ?? (yield* engines.use((engine) => Effect.succeed(engine.sources.map(({ source }) => source))))
      return { asked: askedOf(title, stages, query, { sources, guests: objects?.(all) ?? named }), all, named }
    })

    const requestOf = (one: Asked, scope: RunRequest["scope"], by: RunRequest["by"]): RunRequest => ({
      mode: one.telling.dryRun ? "plan" : "sync",
      trigger: "request",
      label: one.telling.title,
      scope,
      by,
      approveRemovals: false,
      full: false
    })

    /** What is known of the guests, where there is nothing to run. */
    const atRest = Effect.fnUntraced(function* (
      one: Asked,
      sources: ReadonlyArray<string>,
      guests?: ReadonlyArray<Ref>
    ) {
      const draft = new Draft()
      for (const source of sources) draft.seen.add(source)
      if (guests !== undefined) draft.scope = { guests }
      const known = { bindings: yield* projections.bindings, baselines: yield* projections.baselines }
      const narrator = new Narrator(one.telling)
      const frames = narrator.rest(yield* stepwise(scriptOf("", draft, known)), yield* Clock.currentTimeMillis)
      const { ending } = narrator
      const last =
        ending === undefined ? [] : [completion(ending, one.telling, yield* found.result(narrator, one.telling))]
      return { narrator, frames: [...frames, ...last] }
    })

    /** Joins a run and tells it; whatever keeps it from beginning is told as well. */
    const joined = (one: Asked, request: RunRequest) =>
      Effect.gen(function* () {
        const other = yield* Deferred.make<string>()
        const stopped = Effect.as(Deferred.await(shutdown.begun), Option.none<string>())
        const joining = yield* Effect.forkScoped(
          Effect.raceFirst(
            Effect.asSome(line.join(request, patience.stream, (run) => Deferred.succeed(other, run))),
            stopped
          )
        )
        const notice = Effect.raceFirst(
          Effect.as(Fiber.await(joining), []),
          Effect.map(Deferred.await(other), (run) => [waitingFor(run)])
        )
        const telling = Fiber.join(joining).pipe(
          Effect.flatMap(
            Option.match({
              onNone: () => Effect.succeed(Stream.fromIterable(unbegun(one, "interrupted", ""))),
              onSome: (run) => Effect.map(follow(run, one.telling, beginning), ({ frames }) => frames)
            })
          ),
          Effect.catchAll((problem) => Effect.succeed(Stream.fromIterable(unbegun(one, "failed", problem.message))))
        )
        return Stream.concat(Stream.flattenIterables(Stream.fromEffect(notice)), Stream.unwrap(telling))
      }).pipe(Stream.unwrapScoped)

    /** Answers with the frames of a run: the one the client was cut off from, the open one, or one that begins. */
    const stream = Effect.fn("LegacySync.stream")(function* (route: Route) {
      const { all, asked: one, named } = yield* asked(route)
      if (one.scope === null) {
        const { frames } = yield* atRest(one, all, named)
        return yield* sse(Stream.fromIterable(frames))
      }
      const request = requestOf(one, one.scope, (yield* Caller).by)
      const { headers } = yield* HttpServerRequest.HttpServerRequest
      const before = yield* resumed.find(headers["last-event-id"], request)
      if (Option.isSome(before)) {
        const { isAtRest, position, run } = before.value
        const { frames } = yield* follow(run, one.telling, position)
        // To a client that has heard it all, the end is told so that it does not come again.
        if (isAtRest && Option.isNone(yield* Stream.runHead(frames))) return HttpServerResponse.empty({ status: 204 })
        const again = yield* follow(run, one.telling, position)
        return yield* sse(again.frames, { partsItself: true })
      }
      return yield* sse(joined(one, request), { partsItself: true })
    }, Effect.catchTags(refusals))

    /** Waits for the run and answers with what it made. */
    const answer = Effect.fn("LegacySync.answer")(function* (route: Route) {
      const { all, asked: one, named } = yield* asked(route)
      const { telling } = one
      const ran = Effect.gen(function* () {
        if (one.scope === null) return yield* atRest(one, all, named)
        const run = yield* line.join(requestOf(one, one.scope, (yield* Caller).by), patience.answer)
        const { frames, narrator } = yield* follow(run, telling, beginning)
        return { narrator, frames: Option.toArray(yield* Stream.runLast(frames)) }
      })
      const { frames, narrator } = yield* ran
      const complete = frames.at(-1)?.data ?? {}
      if (narrator.ending?.ok !== true) return yield* failure(narrator.ending)
      return { complete, narrator, telling, scope: one.scope }
    }, Effect.catchTags(runRefusals))
    return { stream, answer, found }
  })
}) {}

const failure = (ending: Ending | undefined) => {
  const isStopped = ending === undefined || ending.outcome === "cancelled" || ending.outcome === "interrupted"
  const unread = ending !== undefined && ending.unavailable.length > 0
  return new Failed({
    status: isStopped ? 503 : unread ? 502 : 400,
    message: isStopped ? "The run did not end: the service stops, or the run was cancelled" : "Error while syncing",
    detail: { run_id: ending?.run ?? "", outcome: ending?.outcome ?? "interrupted", detail: ending?.detail ?? "" }
  })
}
