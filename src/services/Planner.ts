import { Clock, Duration, Effect } from "effect"
import { desire } from "../domain/Desire.ts"
import { type Desire, parentKey } from "../domain/Desired.ts"
import type { Event, EventOf } from "../domain/Event.ts"
import { canonical, type Json } from "../domain/Json.ts"
import { retired } from "../domain/mapping/Tag.ts"
import { type Plan, plan } from "../domain/Plan.ts"
import { keyOf, type Ref } from "../domain/Ref.ts"
import type { Scope } from "../domain/Scope.ts"
import { scopingOf } from "../domain/Scoping.ts"
import type { Steps } from "../domain/Steps.ts"
import { Projections } from "../journal/Projections.ts"
import { breathe } from "../journal/Breathe.ts"
import { digesting, digestOf } from "../journal/Digest.ts"
import { EngineSettings } from "./EngineSettings.ts"
import { begin, type RunLog } from "./RunLog.ts"
import { NothingObserved, PlanRejected } from "./RunErrors.ts"
import { runId } from "./RunIds.ts"
import { observeSource } from "./SourceObserver.ts"
import { stepwise } from "./Stepwise.ts"
import { observeTarget } from "./TargetObserver.ts"
import { NetBox } from "./NetBox.ts"

/** Events in one append: a transaction that takes some ten milliseconds. */
const page = 250

const pages = function* <A>(items: Iterable<A>): Generator<ReadonlyArray<A>> {
  let open: Array<A> = []
  for (const item of items) {
    if (open.push(item) < page) continue
    yield open
    open = []
  }
  if (open.length > 0) yield open
}

/** Everything a plan decided, in the order in which a reader wants to know it; the seal is not among them. */
const eventsOf = function* ({ made, warnings }: Decided): Generator<Event> {
  if (made.moved.length > 0) yield { _tag: "BindingsReleased", bindings: made.moved }
  for (const bindings of pages(made.released)) yield { _tag: "BindingsReleased", bindings }
  for (const bindings of pages(made.bound)) yield { _tag: "ObjectsBound", bindings }
  for (const baselines of pages(made.settled)) yield { _tag: "BaselinesRecorded", baselines }
  for (const warning of warnings) yield { _tag: "WarningRaised", ...warning }
  for (const conflict of made.conflicts) yield { _tag: "ConflictFound", ...conflict }
  for (const drifts of pages(made.drifts)) yield { _tag: "DriftFound", drifts }
  for (const held of made.held) yield { _tag: "RemovalsHeld", ...held }
  yield* made.operations
}

/** What the seal covers, as it is journaled: nothing of it can change without the digest changing. */
export const sealOf = function* (
  operations: ReadonlyArray<EventOf<"OperationPlanned">>,
  inputs: { readonly [name: string]: Json }
): Steps<string> {
  const digest = digesting()
  digest.add(canonical(inputs))
  for (const operation of operations) {
    yield
    digest.add(`\n${JSON.stringify(operation)}`)
  }
  return digest.end()
}

/** How a run begins, as it is journaled. */
export type PlanOptions = Pick<
  EventOf<"RunStarted">,
  "trigger" | "origin" | "label" | "scope" | "approveRemovals" | "full" | "actor" | "requestId"
>

interface Options extends Pick<PlanOptions, "scope" | "approveRemovals" | "full"> {
  /** Sources to be read whole, because something of theirs would be deleted for which this run did not look. */
  readonly doubted?: ReadonlySet<string>
}

const sourceOf = (ref: Ref): string => keyOf(ref).split("/", 1)[0] ?? ""

const sourcesOf = ({ sources }: EngineSettings["Type"], scope: Scope) =>
  sources.filter(({ name }) => scope.sources?.includes(name) ?? true)

/** Reads both sides, and journals what was seen. */
const observe = Effect.fn("Planner.observe")(function* (log: RunLog, rules: string, options: Options) {
  const sources = sourcesOf(yield* EngineSettings, options.scope)
  const [observed, { event: targetObserved, kinds, target, warnings }] = yield* Effect.all(
    [
      Effect.forEach(
        sources,
        ({ name }) =>
          observeSource(name, {
            full: options.full,
            doubt:
              options.doubted?.has(name) === true ? "something would be deleted that an earlier run did not find" : ""
          }),
        { concurrency: "unbounded" }
      ),
      observeTarget(options)
    ],
    { concurrency: 2 }
  )
  yield* log.append([
    ...observed.map(({ event }) => event),
    targetObserved,
    ...warnings.map((warning): Event => ({ _tag: "WarningRaised", ...warning })),
    { _tag: "StageEntered", stage: "plan" }
  ])
  const seen = sources.flatMap((one) => {
    const observation = observed.find(({ source }) => source === one.name)?.observation
    return observation === undefined ? [] : [{ settings: one, observation }]
  })
  if (seen.length === 0) {
    const details = observed.flatMap(({ event }) => (event._tag === "SourceUnavailable" ? [event.detail] : []))
    const detail = sources.length === 0 ? "none is in the scope of the run" : details.join("; ")
    return yield* new NothingObserved({ detail })
  }
  const inputs = {
    rules,
    scope: options.scope,
    sources: observed.flatMap(({ event }) => (event._tag === "SourceObserved" ? [event.digest] : [])),
    target: targetObserved.kinds.map((kind) => kind.digest)
  }
  const kept = new Set(observed.flatMap((one) => [...one.kept]))
  return { seen, target, kinds, inputs, kept }
})

interface Decided {
  readonly made: Plan
  readonly warnings: Desire["warnings"]
  /** Sources of which something is to be deleted although its guest or node is as an earlier run saw it. */
  readonly doubted: ReadonlySet<string>
}

const isOf = (ref: Ref, keys: ReadonlySet<string>): boolean => {
  for (let key = keyOf(ref); key !== ""; key = parentKey(key)) if (keys.has(key)) return true
  return false
}

const doubtedIn = ({ operations }: Plan, kept: ReadonlySet<string>): ReadonlySet<string> =>
  new Set(operations.flatMap(({ ref, verb }) => (verb === "delete" && isOf(ref, kept) ? [sourceOf(ref)] : [])))

/** What the sources that were seen ask for. What was read of them is let go of with this function, and that is much. */
const ask = Effect.fnUntraced(function* (log: RunLog, rules: string, options: Options) {
  const settings = yield* EngineSettings
  const projections = yield* Projections
  const { seen, ...found } = yield* observe(log, rules, options)
  const baselines = yield* projections.baselines
  const wanted = yield* stepwise(desire(seen, settings.rules, found.target, found.kinds, baselines))
  if (wanted.errors.length > 0) return yield* new PlanRejected({ detail: wanted.errors.join("; ") })
  return { ...found, baselines, wanted, seen: new Set(seen.map((one) => one.settings.name)) }
})

/** What both sides were is let go of with this function: an estate of ten thousand guests is large. */
const decide = Effect.fn("Planner.decide")(function* (log: RunLog, rules: string, options: Options) {
  const settings = yield* EngineSettings
  const projections = yield* Projections
  const { baselines, inputs, kept, kinds, seen, target, wanted } = yield* ask(log, rules, options)
  const unseen = new Set(settings.sources.flatMap(({ name }) => (seen.has(name) ? [] : [name])))
  const made = yield* stepwise(
    plan({
      kinds,
      desire: wanted,
      target,
      bindings: yield* projections.bindings,
      baselines,
      policy: {
        ...settings.removal,
        grace: Duration.toMillis(settings.removal.grace),
        approved: options.approveRemovals
      },
      retiredTag: retired,
      scoping: scopingOf(options.scope),
      unseen: (ref) => unseen.has(sourceOf(ref)),
      now: yield* Clock.currentTimeMillis
    })
  )
  return { made, warnings: wanted.warnings, inputs, doubted: doubtedIn(made, kept) }
})

const failed = (detail: string): Event => ({
  _tag: "RunCompleted",
  outcome: "failed",
  ok: 0,
  failed: 0,
  skipped: 0,
  requests: 0,
  pace: null,
  detail
})

const rulesOf = ({ rulesText }: EngineSettings["Type"]): string => digestOf(rulesText)

/** The log of a run that begins, with its beginning on disk. */
export const beginRun = Effect.fn("Planner.begin")(function* (run: string | undefined, options: PlanOptions) {
  const settings = yield* EngineSettings
  const netbox = yield* NetBox
  const log = yield* begin(run ?? (yield* runId))
  const sources = sourcesOf(settings, options.scope).map(({ name }) => name)
  const { engine } = settings
  yield* log.append([
    { _tag: "RunStarted", ...options, sources, engine, rules: rulesOf(settings), target: netbox.endpoint }
  ])
  return log
})

const observeAndDecide = Effect.fnUntraced(function* (log: RunLog, options: Options) {
  yield* log.append([{ _tag: "StageEntered", stage: "observe" }])
  return yield* decide(log, rulesOf(yield* EngineSettings), options)
})

/**
 * Observes the sources and NetBox, works out what to do, and seals it in the log of a run, which may have tried before and been
 * interrupted. Nothing is written to NetBox. What ends it is journaled: as the end of the run, or as an interruption.
 */
export const planInto = Effect.fn("Planner.plan")(
  function* (log: RunLog, options: Options) {
    let decided = yield* observeAndDecide(log, options)
    // The guest may have got it back since, without a word: what is deleted was looked for in the same run.
    if (decided.doubted.size > 0) decided = yield* observeAndDecide(log, { ...options, doubted: decided.doubted })
    for (const events of pages(eventsOf(decided))) {
      yield* log.append(events)
      yield* breathe
    }
    const { operations } = decided.made
    const digest = yield* stepwise(sealOf(operations, decided.inputs))
    yield* log.append([{ _tag: "PlanSealed", operations: operations.length, digest }])
    return { operations: operations.length, digest }
  },
  (planning, log) => Effect.tapError(planning, (error) => Effect.ignore(log.append([failed(error.message)])))
)
