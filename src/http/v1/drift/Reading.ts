import { Effect } from "effect"
import type { Recorded } from "../../../domain/Event.ts"
import { kindOf } from "../../../domain/Ref.ts"
import { Audit } from "../../../journal/Audit.ts"
import { Projections, type RunRow } from "../../../journal/Projections.ts"
import { rowOf } from "../runs/Reading.ts"
import { runOf } from "../runs/Run.ts"
import type { DriftPage, DriftParams } from "./Api.ts"

type Found = (typeof DriftPage.Type)["items"][number]

const foundIn = ({ event }: Recorded): ReadonlyArray<Found> => {
  if (event._tag === "DriftFound") return event.drifts.map((drift) => ({ type: "drift", ...drift }))
  if (event._tag !== "ConflictFound") return []
  return [{ type: "conflict", ref: event.ref, label: event.label, detail: event.detail }]
}

/** Whether a run compared everything, so that what it did not find is not there. */
const isWhole = ({ digest, scope: { guests, keep, kinds, sources } }: RunRow): boolean =>
  digest !== null && [guests, keep, kinds, sources].every((part) => part === undefined)

/** How many runs are looked through for one of everything: some weeks of them. */
const memory = 1000

/** The latest run that looked at everything and sealed its plan. */
const latest = Effect.gen(function* () {
  const projections = yield* Projections
  const page = 100
  let before: string | undefined
  for (let looked = 0; looked < memory; looked += page) {
    const rows = yield* projections.runs(page, before === undefined ? {} : { before })
    const whole = rows.find(isWhole)
    if (whole !== undefined || rows.length < page) return whole
    before = rows[rows.length - 1]?.run
  }
  return undefined
})

interface Place {
  readonly seq: number
  /** Items of that event that were told. */
  readonly index: number
}

const placeOf = (cursor: string | undefined): Place => {
  const [seq = 0, index = 0] = (cursor ?? "0.0").split(".").map(Number)
  return { seq, index }
}

const pageOf = Effect.fn("Drift.page")(function* (
  run: string,
  {
    cursor,
    kind,
    limit,
    type
  }: { readonly cursor?: string; readonly kind?: string; readonly limit: number; readonly type?: Found["type"] }
) {
  const audit = yield* Audit
  const start = placeOf(cursor)
  const types = { drift: "DriftFound", conflict: "ConflictFound" } as const
  const events = yield* audit.events({
    run,
    types: type === undefined ? [types.drift, types.conflict] : [types[type]],
    ...(kind === undefined ? {} : { kind }),
    order: "oldest",
    // The event of which some items were told comes again.
    cursor: Math.max(0, start.index > 0 ? start.seq - 1 : start.seq),
    limit
  })
  const items: Array<Found> = []
  for (const recorded of events.items) {
    const found = foundIn(recorded)
    const from = recorded.seq === start.seq ? start.index : 0
    for (const [index, one] of found.entries()) {
      if (index < from || (kind !== undefined && kindOf(one.ref) !== kind)) continue
      items.push(one)
      if (items.length === limit) return { items, next: `${recorded.seq}.${index + 1}` }
    }
  }
  return { items, next: events.next === null ? null : `${events.next}.0` }
})

/** A page of what a run found; unless one is given, of the latest that looked at everything. */
export const driftOf = Effect.fn("Drift.of")(function* ({ run, ...options }: typeof DriftParams.Type) {
  const row = run === undefined ? yield* latest : yield* rowOf(run)
  const nothing: typeof DriftPage.Type = { run: null, items: [], next: null }
  return row === undefined ? nothing : { run: runOf(row), ...(yield* pageOf(row.run, options)) }
})
