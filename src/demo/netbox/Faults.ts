import * as Random from "../proxmox/Random.ts"

/** What goes wrong with a request; plain data, so that it can be handed to another process. */
export type Fault =
  /** The answer comes later, the more so the more objects the request writes. */
  | { readonly type: "latency"; readonly millis: number; readonly perObject?: number }
  /** An answer without a look at the request: 429 or 503 with `retryAfter` in seconds or as a date, 500, 502 or 504. */
  | { readonly type: "status"; readonly status: number; readonly retryAfter?: number | string }
  /** The first object of the list is refused with this word on one of its fields, and so nothing is written. */
  | { readonly type: "refused"; readonly field: string; readonly word: string }
  /** The connection ends before anything is done. */
  | { readonly type: "cut" }
  /** All is done and stored, and then the connection ends without an answer. */
  | { readonly type: "appliedThenCut" }

/** Which requests a fault befalls: those that match, then of these the nth, or the first `times`, or some by chance. */
export interface FaultRule {
  readonly fault: Fault
  readonly method?: string
  /** What the path begins with, such as `/api/dcim/`. */
  readonly path?: string
  /** Only this one of the matching requests, from 1. */
  readonly nth?: number
  /** Only so many of the matching requests. */
  readonly times?: number
  /** From 0 to 1, drawn with the seed of the simulator. */
  readonly probability?: number
}

export interface Faults {
  readonly add: (rule: FaultRule) => void
  readonly clear: () => void
  /** The faults of one request, which is thereby counted. */
  readonly of: (method: string, path: string) => ReadonlyArray<Fault>
}

export const make = (seed: number): Faults => {
  const random = Random.make(seed)
  const rules: Array<{ readonly rule: FaultRule; seen: number }> = []
  return {
    add: (rule) => void rules.push({ rule, seen: 0 }),
    clear: () => void rules.splice(0),
    of: (method, path) =>
      rules.flatMap((entry) => {
        const { rule } = entry
        if (rule.method !== undefined && rule.method !== method) return []
        if (rule.path !== undefined && !path.startsWith(rule.path)) return []
        entry.seen += 1
        const isDue = rule.nth === undefined ? entry.seen <= (rule.times ?? entry.seen) : entry.seen === rule.nth
        return isDue && random.chance(rule.probability ?? 1) ? [rule.fault] : []
      })
  }
}
