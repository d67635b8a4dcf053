import { Clock, Duration, Effect, Either } from "effect"
import { desire } from "../domain/Desire.ts"
import type { Event, EventOf } from "../domain/Event.ts"
import { canonical, type Json } from "../domain/Json.ts"
import { kindsOf } from "../domain/Kinds.ts"
import { retired } from "../domain/mapping/Tag.ts"
import { type Plan, plan } from "../domain/Plan.ts"
import { Projections } from "../journal/Projections.ts"
import { breathe } from "../journal/Breathe.ts"
import { digestOf } from "../journal/Digest.ts"
import { EngineSettings } from "./EngineSettings.ts"
import { Proxmox } from "./Proxmox.ts"
import { begin, type RunLog } from "./RunLog.ts"
import { NothingObserved, PlanRejected } from "./RunErrors.ts"
import { runId } from "./RunIds.ts"
import { storeObservation } from "./StoredSource.ts"
import { stepwise } from "./Stepwise.ts"
import { observeTarget } from "./TargetObserver.ts"
import { NetBox } from "./NetBox.ts"

/** Events in one append: a transaction that takes some ten milliseconds. */
const page = 500

const observeSource = Effect.fn("Planner.source")(function* (source: string) {
  const proxmox = yield* Proxmox
  const read = yield* Effect.either(proxmox.observe(source))
  if (Either.isLeft(read)) {
    const event: Event = { _tag: "SourceUnavailable", source, detail: read.left.message }
    return { source, event, observation: undefined }
  }
  const { digest, observation } = yield* storeObservation(read.right)
  const event: Event = {
    _tag: "SourceObserved",
    source,
    guests: observation.guests.length,
    nodes: observation.nodes.length,
    digest,
    complete: observation.complete,
    gaps: observation.gaps
  }
  return { source, event, observation }
})

const pages = function* <A>(items: ReadonlyArray<A>): Generator<ReadonlyArray<A>> {
  for (let at = 0; at < items.length; at += page) yield items.slice(at, at + page)
}

/** Everything a plan decided, in the order in which a reader wants to know it; the seal is not among them. */
const eventsOf = (made: Plan, warnings: ReadonlyArray<{ readonly scope: string; readonly detail: string }>) => {
  const events: Array<Event> = []
  for (const bindings of pages(made.released)) events.push({ _tag: "BindingsReleased", bindings })
  for (const bindings of pages(made.bound)) events.push({ _tag: "ObjectsBound", bindings })
  for (const baselines of pages(made.settled)) events.push({ _tag: "BaselinesRecorded", baselines })
  for (const warning of warnings) events.push({ _tag: "WarningRaised", ...warning })
  for (const conflict of made.conflicts) events.push({ _tag: "ConflictFound", ...conflict })
  for (const drifts of pages(made.drifts)) events.push({ _tag: "DriftFound", drifts })
  for (const held of made.held) events.push({ _tag: "RemovalsHeld", ...held })
  events.push(...made.operations)
  return events
}

/** What the seal covers: nothing of it can change without the digest changing. */
export const sealOf = (
  operations: ReadonlyArray<EventOf<"OperationPlanned">>,
  inputs: { readonly [name: string]: Json }
): string => digestOf(canonical({ inputs, operations: JSON.parse(JSON.stringify(operations)) as Json }))

export interface PlannedRun {
  readonly log: RunLog
  readonly operations: ReadonlyArray<EventOf<"OperationPlanned">>
  readonly digest: string
}

/** Observes the sources and NetBox, works out what to do, and seals it. Nothing is written to NetBox. */
export const makePlan = Effect.fn("Planner.plan")(function* (options: {
  readonly trigger: "plan" | "sync"
  readonly approveRemovals: boolean
}) {
  const settings = yield* EngineSettings
  const netbox = yield* NetBox
  const projections = yield* Projections
  const log = yield* begin(yield* runId)
  const rules = digestOf(settings.rulesText)
  const sources = settings.sources.map(({ name }) => name)
  yield* log.append([
    {
      _tag: "RunStarted",
      trigger: options.trigger,
      actor: settings.actor,
      sources,
      engine: settings.engine,
      rules,
      target: netbox.endpoint
    },
    { _tag: "StageEntered", stage: "observe" }
  ])
  return yield* Effect.gen(function* () {
    const [observed, { event: targetObserved, target }] = yield* Effect.all(
      [Effect.forEach(sources, observeSource, { concurrency: "unbounded" }), observeTarget],
      { concurrency: 2 }
    )
    yield* log.append([...observed.map(({ event }) => event), targetObserved, { _tag: "StageEntered", stage: "plan" }])
    const seen = settings.sources.flatMap((one) => {
      const observation = observed.find(({ source }) => source === one.name)?.observation
      return observation === undefined ? [] : [{ settings: one, observation }]
    })
    if (seen.length === 0) {
      const detail = observed.flatMap(({ event }) => (event._tag === "SourceUnavailable" ? [event.detail] : []))
      return yield* new NothingObserved({ detail: detail.join("; ") })
    }
    const kinds = kindsOf(yield* netbox.version)
    const wanted = yield* stepwise(desire(seen, settings.rules, target, kinds))
    if (wanted.errors.length > 0) return yield* new PlanRejected({ detail: wanted.errors.join("; ") })
    const made = yield* stepwise(
      plan({
        kinds,
        desire: wanted,
        target,
        bindings: yield* projections.bindings,
        baselines: yield* projections.baselines,
        policy: {
          ...settings.removal,
          grace: Duration.toMillis(settings.removal.grace),
          approved: options.approveRemovals
        },
        retiredTag: retired,
        now: yield* Clock.currentTimeMillis
      })
    )
    for (const events of pages(eventsOf(made, wanted.warnings))) {
      yield* log.append(events)
      yield* breathe
    }
    const inputs = {
      rules,
      sources: observed.flatMap(({ event }) => (event._tag === "SourceObserved" ? [event.digest] : [])),
      target: targetObserved.kinds.map((kind) => kind.digest)
    }
    const seal = sealOf(made.operations, inputs)
    yield* log.append([{ _tag: "PlanSealed", operations: made.operations.length, digest: seal }])
    const planned: PlannedRun & { readonly inputs: typeof inputs } = {
      log,
      operations: made.operations,
      digest: seal,
      inputs
    }
    return planned
  }).pipe(
    Effect.tapError((error) =>
      log
        .append([
          {
            _tag: "RunCompleted",
            outcome: "failed",
            ok: 0,
            failed: 0,
            skipped: 0,
            requests: 0,
            pace: null,
            detail: error.message
          }
        ])
        .pipe(Effect.ignore)
    )
  )
})
