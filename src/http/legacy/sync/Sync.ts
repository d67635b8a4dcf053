import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { Clock, Deferred, Effect, Fiber, Option, Stream } from "effect"
import { isJsonObject } from "../../../domain/Json.ts"
import type { Ref } from "../../../domain/Ref.ts"
import type { Scope } from "../../../domain/Scope.ts"
import { Journal } from "../../../journal/Journal.ts"
import { Projections } from "../../../journal/Projections.ts"
import { Engines } from "../../../services/Engines.ts"
import { NetBoxProbe } from "../../../services/NetBoxProbe.ts"
import { type RunRequest, Runs } from "../../../services/Runs.ts"
import { stepwise } from "../../../services/Stepwise.ts"
import { Caller } from "../../Caller.ts"
import { Shutdown } from "../../Shutdown.ts"
import { bytesOf, type Frame, sse, sseOfBytes } from "../../Sse.ts"
import { Failed, Refused } from "../Refused.ts"
import { type Asked, askedOf } from "./ask/Asked.ts"
import type { SyncQuery } from "./ask/Query.ts"
import { Selection } from "./ask/Selection.ts"
import { Found } from "./follow/Found.ts"
import { Line, Patience } from "./follow/Line.ts"
import { Resumed } from "./follow/Resumed.ts"
import { Scripts } from "./follow/Scripts.ts"
import { Tellings } from "./follow/Tellings.ts"
import { told } from "./follow/Told.ts"
import { completion, type Ending, frameErrors } from "./frames/Ending.ts"
import { bootstrapOf } from "./frames/Bootstrap.ts"
import { Narrator } from "./frames/Narrator.ts"
import { Outcomes } from "./frames/Outcomes.ts"
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
  /** Whether every virtual machine is told as an object of its own, as on a socket. */
  readonly eachObject?: boolean
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
    const tellings = yield* Tellings
    const engines = yield* Engines
    const projections = yield* Projections
    const netbox = yield* NetBoxProbe
    const shutdown = yield* Shutdown
    const patience = yield* Patience
    const context = yield* Effect.context<Runs | Journal | Scripts | Found | Shutdown>()
    const follow = (...args: Parameters<typeof told>) => Effect.provide(told(...args), context)

    const asked = Effect.fnUntraced(function* ({ eachObject = false, objects, query, stages, title }: Route) {
      const sources = yield* selection.sources(query)
      const named = yield* selection.guests(query.netbox_vm_ids)
      const all =
        sources ?? (yield* engines.use((engine) => Effect.succeed(engine.sources.map(({ source }) => source))))
      const { scope, telling } = askedOf(title, stages, query, { sources, guests: objects?.(all) ?? named })
      return { asked: { scope, telling: { ...telling, eachObject } }, all, named }
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

    const carriedOut = Effect.fnUntraced(function* (one: Asked, request: RunRequest) {
      const run = yield* line.join(request, patience.answer)
      const { frames, narrator } = yield* follow(run, one.telling)
      return { narrator, frames: Option.toArray(yield* Stream.runLast(frames)) }
    })

    /** Joins a run and tells it; whatever keeps it from beginning is told as well. Of runs by `tell`, of the rest by `say`. */
    const joined = <A>(
      one: Asked,
      request: RunRequest,
      tell: (run: string) => Effect.Effect<Stream.Stream<A>>,
      say: (frames: ReadonlyArray<Frame>) => Stream.Stream<A>
    ) =>
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
          Effect.as(Fiber.await(joining), Stream.empty),
          Effect.map(Deferred.await(other), (run) => say([waitingFor(run)]))
        )
        const telling = Fiber.join(joining).pipe(
          Effect.flatMap(
            Option.match({
              onNone: () => Effect.succeed(say(unbegun(one, "interrupted", ""))),
              onSome: tell
            })
          ),
          Effect.catchTags(runRefusals),
          Effect.catchAll(({ message }) => Effect.succeed(say(unbegun(one, "failed", message))))
        )
        return Stream.concat(Stream.unwrap(notice), Stream.unwrap(telling))
      }).pipe(Stream.unwrapScoped)

    /** For a socket: the frames of the open run where it is the one that is asked for, or else of one that begins. */
    const frames = Effect.fn("LegacySync.frames")(function* (route: Route) {
      const { all, asked: one, named } = yield* asked(route)
      const { scope } = one
      if (scope === null) return Stream.fromIterable<Frame>((yield* atRest(one, all, named)).frames)
      const tell = (run: string) => Effect.map(follow(run, one.telling), ({ frames }) => frames)
      return joined(one, requestOf(one, scope, (yield* Caller).by), tell, (told) => Stream.fromIterable(told))
    }, Effect.catchTags(refusals))

    /** Answers with the frames of a run: the one the client was cut off from, the open one, or one that begins. */
    const stream = Effect.fn("LegacySync.stream")(function* (route: Route) {
      const { headers } = yield* HttpServerRequest.HttpServerRequest
      const { all, asked: one, named } = yield* asked(route)
      const { scope, telling } = one
      if (scope === null) return yield* sse(Stream.fromIterable<Frame>((yield* atRest(one, all, named)).frames))
      const request = requestOf(one, scope, (yield* Caller).by)
      const tell = (run: string, position = beginning) => tellings.follow(run, telling, position)
      const before = yield* resumed.find(headers["last-event-id"], request)
      if (Option.isNone(before)) {
        const told = joined(
          one,
          request,
          (run) => Effect.succeed(tell(run)),
          (frames) => Stream.fromIterable(frames.map((frame) => bytesOf([frame])))
        )
        return yield* sseOfBytes(told, { partsItself: true })
      }
      const { isAtRest, position, run } = before.value
      const rest = tell(run, position)
      // To a client that has heard it all, the end is told so that it does not come again.
      if (isAtRest && Option.isNone(yield* Stream.runHead(rest))) return HttpServerResponse.empty({ status: 204 })
      return yield* sseOfBytes(rest, { partsItself: true })
    }, Effect.catchTags(refusals))

    /** The status of a run that made no plan: NetBox may not be there. */
    const unplanned = netbox
      .get("/api/status/", "10 seconds")
      .pipe(Effect.match({ onFailure: ({ status }) => away[status], onSuccess: () => away.error }))

    /** Waits for the run and answers with what it made: objects of NetBox, counts, or the plan of a dry run. */
    const answer = Effect.fn("LegacySync.answer")(function* (route: Route) {
      const { all, asked: one, named } = yield* asked(route)
      const { scope, telling } = one
      const { frames: told, narrator } =
        scope === null
          ? yield* atRest(one, all, named)
          : yield* carriedOut(one, requestOf(one, scope, (yield* Caller).by))
      const complete = told.at(-1)?.data ?? null
      if (narrator.ending?.ok !== true) {
        return yield* failure(narrator.ending, narrator.told === null ? yield* unplanned : away.error)
      }
      const [stage] = telling.stages
      // Clients know what a sweep would do by the same members as what it did.
      if (telling.dryRun && stage !== "sweep-orphans") return complete
      if (telling.title !== "full-update" && stage !== undefined) {
        return yield* Effect.mapError(found.stage(narrator, stage, scope?.branch), unread)
      }
      const result = isJsonObject(complete) ? (complete["result"] ?? null) : null
      return { status: "completed", ...(isJsonObject(result) ? result : {}) }
    }, Effect.catchTags(runRefusals))

    const missing = "Virtual machine not found"

    const ofGuest = (route: Route, id: number) =>
      selection
        .guest(id)
        .pipe(
          Effect.map(Option.map((guest): Route => ({ ...route, objects: () => [guest] }))),
          Effect.catchTags({ JournalFailed: refusals.JournalFailed })
        )

    /** The same for one guest, by the id of its machine in NetBox. */
    const answerOfGuest = (route: Route, id: number) =>
      Effect.gen(function* () {
        const one = yield* ofGuest(route, id)
        return Option.isSome(one) ? yield* answer(one.value) : yield* new Refused({ status: 404, detail: missing })
      })

    /** Where there is no such machine it is said by a status, or by the frames of a stream, as clients know it. */
    const streamOfGuest = (route: Route, id: number, how: "answered" | "told") =>
      Effect.gen(function* () {
        const one = yield* ofGuest(route, id)
        if (Option.isSome(one)) return yield* stream(one.value)
        if (how === "answered") return yield* new Refused({ status: 404, detail: missing })
        const nothing = askedOf(route.title, route.stages, route.query, { sources: [], guests: [] })
        return yield* sse(Stream.fromIterable(unbegun(nothing, "failed", missing)))
      })

    /** A run that is told to nobody, once it is at rest: what it was about, and what became of that. */
    const carry = Effect.fn("LegacySync.carry")(function* (title: string, scope: Scope, dryRun: boolean) {
      const telling = { title, stages: [], eachGuest: false, eachObject: false, dryRun, runId: null }
      const { narrator } = yield* carriedOut(
        { scope, telling },
        requestOf({ scope, telling }, scope, (yield* Caller).by)
      )
      return narrator
    }, Effect.catchTags(runRefusals))

    /** The support objects that runs stand on, as they are now. */
    const bootstrap = Effect.gen(function* () {
      const known = { bindings: yield* projections.bindings, baselines: yield* projections.baselines }
      const script = yield* stepwise(scriptOf("", new Draft(), known))
      return bootstrapOf(script, new Outcomes(script, false), false)
    }).pipe(Effect.catchTags({ JournalFailed: refusals.JournalFailed }))

    return { frames, stream, streamOfGuest, answer, answerOfGuest, carry, bootstrap }
  })
}) {}

const unread = (error: { readonly message: string }) =>
  new Failed({ status: 502, message: `The objects were not read: ${error.message}`, detail: null })

/** What it means where NetBox was asked in vain. */
const away = { timeout: 504, connection_error: 502, error: 400 } as const

const failure = (ending: Ending | undefined, otherwise: number) => {
  const isStopped = ending === undefined || ending.outcome === "cancelled" || ending.outcome === "interrupted"
  const isUnseen = ending !== undefined && ending.unavailable.length > 0
  return new Failed({
    status: isStopped ? 503 : isUnseen ? 502 : otherwise,
    message: isStopped ? "The run did not end: the service stops, or the run was cancelled" : "Error while syncing",
    detail: { run_id: ending?.run ?? "", outcome: ending?.outcome ?? "interrupted", detail: ending?.detail ?? "" }
  })
}
