import type { Result } from "./Outcomes.ts"

/** How many objects of a stage ended how. */
export interface Tally {
  readonly created: number
  readonly updated: number
  readonly deleted: number
  readonly failed: number
  /** Those that were as wanted, and those that were left alone. */
  readonly skipped: number
  readonly total: number
  /** What a plan would do; null where it was done. */
  readonly planned: Planned | null
}

export type Planned = { readonly create: number; readonly update: number; readonly delete: number }

export const tallyOf = (results: Iterable<Result>, isPlan: boolean): Tally => {
  const count = { created: 0, updated: 0, deleted: 0, failed: 0, skipped: 0 }
  const planned = { create: 0, update: 0, delete: 0 }
  let total = 0
  for (const result of results) {
    total += 1
    if (result === "would_create") planned.create += 1
    else if (result === "would_update") planned.update += 1
    else if (result === "would_delete") planned.delete += 1
    else count[result] += 1
  }
  return { ...count, total, planned: isPlan ? planned : null }
}

/** How many objects a stage left in NetBox, so far as it knows: a plan's count is what would be there. */
export const kept = ({ deleted, failed, planned, total }: Tally): number =>
  total - failed - deleted - (planned?.delete ?? 0)

/** The counters as the old surface names them; `planned` only in a plan. */
export const countersOf = ({ planned, ...counts }: Tally) => (planned === null ? counts : { ...counts, planned })
