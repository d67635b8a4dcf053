import { Effect, Schema } from "effect"
import type { Event } from "../../../domain/Event.ts"
import { Json } from "../../../domain/Json.ts"
import { Ref } from "../../../domain/Ref.ts"
import { Audit } from "../../../journal/Audit.ts"

/** How many of each are told in one body; `/v1/drift` and `/v1/journal` have them all. */
const most = 100

export const Drift = Schema.Struct({
  ref: Ref,
  label: Schema.String,
  field: Schema.String,
  base: Json.annotations({ description: "What was applied last" }),
  theirs: Json.annotations({ description: "What NetBox says now" }),
  ours: Json.annotations({ description: "What the source says" })
}).annotations({ identifier: "Drift", description: "Somebody else changed a field; the edit is kept" })

export const Conflict = Schema.Struct({ ref: Ref, label: Schema.String, detail: Schema.String }).annotations({
  identifier: "Conflict",
  description: "What the engine will not decide: it leaves the object or the field alone"
})

const Warning = Schema.Struct({ scope: Schema.String, detail: Schema.String }).annotations({ identifier: "Warning" })

const Held = Schema.Struct({
  source: Schema.String,
  removals: Schema.Int,
  of: Schema.Int,
  limit: Schema.Int
}).annotations({
  identifier: "HeldRemovals",
  description: "More removals than the limit allows; they wait for approval"
})

const EndpointStatus = Schema.Struct({
  side: Schema.Literal("netbox", "proxmox"),
  name: Schema.String.annotations({ description: "The source, or the address of the NetBox" }),
  status: Schema.Literal("pending", "read", "partial", "unavailable").annotations({
    description:
      "`partial`: something of it could not be seen, and is left as it is; `unavailable`: nothing could be read"
  }),
  detail: Schema.String,
  gaps: Schema.Int.annotations({ description: "How many things could not be seen" })
}).annotations({ identifier: "EndpointStatus" })

/** What a run saw and did not do; lists hold the first 100, counts are those of all. */
export const Findings = Schema.Struct({
  endpoints: Schema.Array(EndpointStatus),
  drifts: Schema.Array(Drift),
  conflicts: Schema.Array(Conflict),
  warnings: Schema.Array(Warning),
  held: Schema.Array(Held),
  counts: Schema.Struct({ drifts: Schema.Int, conflicts: Schema.Int, warnings: Schema.Int })
}).annotations({ identifier: "Findings" })
export type Findings = typeof Findings.Type

const types: ReadonlyArray<Event["_tag"]> = [
  "StageEntered",
  "SourceObserved",
  "SourceUnavailable",
  "TargetObserved",
  "DriftFound",
  "ConflictFound",
  "WarningRaised",
  "RemovalsHeld"
]

/** Collects from the events of one run, in their order. */
const collector = (sources: ReadonlyArray<string>) => {
  const endpoints = new Map<string, typeof EndpointStatus.Type>()
  const drifts: Array<typeof Drift.Type> = []
  const conflicts: Array<typeof Conflict.Type> = []
  const warnings: Array<typeof Warning.Type> = []
  const held: Array<typeof Held.Type> = []
  const counts = { drifts: 0, conflicts: 0, warnings: 0 }
  const begin = () => {
    for (const list of [drifts, conflicts, warnings, held]) list.length = 0
    Object.assign(counts, { drifts: 0, conflicts: 0, warnings: 0 })
    endpoints.clear()
    for (const name of sources) {
      endpoints.set(`proxmox ${name}`, { side: "proxmox", name, status: "pending", detail: "", gaps: 0 })
    }
  }
  begin()
  const note = (status: typeof EndpointStatus.Type) => endpoints.set(`${status.side} ${status.name}`, status)
  const add = (event: Event): void => {
    switch (event._tag) {
      case "StageEntered":
        // A plan that was interrupted is made again from the start.
        if (event.stage === "observe") begin()
        break
      case "SourceObserved": {
        const { complete, gaps, source: name } = event
        const status = complete && gaps.length === 0 ? "read" : "partial"
        const [first] = gaps
        const detail = first === undefined ? "" : `${first.scope}: ${first.what} (${first.why})`
        note({ side: "proxmox", name, status, detail, gaps: gaps.length })
        break
      }
      case "SourceUnavailable":
        note({ side: "proxmox", name: event.source, status: "unavailable", detail: event.detail, gaps: 0 })
        break
      case "TargetObserved":
        note({ side: "netbox", name: event.target, status: "read", detail: `NetBox ${event.version}`, gaps: 0 })
        break
      case "DriftFound":
        counts.drifts += event.drifts.length
        drifts.push(...event.drifts.slice(0, most - drifts.length))
        break
      case "ConflictFound":
        counts.conflicts += 1
        if (conflicts.length < most) conflicts.push({ ref: event.ref, label: event.label, detail: event.detail })
        break
      case "WarningRaised":
        counts.warnings += 1
        if (warnings.length < most) warnings.push({ scope: event.scope, detail: event.detail })
        break
      case "RemovalsHeld":
        held.push({ source: event.source, removals: event.removals, of: event.of, limit: event.limit })
        break
      default:
        break
    }
  }
  const findings = (): Findings => ({ endpoints: [...endpoints.values()], drifts, conflicts, warnings, held, counts })
  return { add, findings }
}

/** Of a run of these sources. */
export const findingsOf = Effect.fn("Findings.of")(function* (run: string, sources: ReadonlyArray<string>) {
  const audit = yield* Audit
  const { add, findings } = collector(sources)
  let cursor: number | null = 0
  while (cursor !== null) {
    const page: Effect.Effect.Success<ReturnType<typeof audit.events>> = yield* audit.events({
      run,
      types,
      order: "oldest",
      cursor,
      limit: 500
    })
    for (const { event } of page.items) add(event)
    cursor = page.next
  }
  return findings()
})
