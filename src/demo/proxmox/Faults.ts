import { Data } from "effect"
import type { Json } from "../../domain/Json.ts"
import * as Random from "./Random.ts"

/** What goes wrong with a request. */
export type Fault = Data.TaggedEnum<{
  /** The answer comes later; other faults of the same request still apply. */
  Latency: { readonly millis: number }
  /** 595, 596 and 401 come with an empty body, as from Proxmox. */
  Status: { readonly status: number; readonly reason: string }
  /** The connection is reset. */
  Cut: { readonly when: "before headers" | "within body" }
  /** No answer, as long as the caller waits. */
  Hang: {}
  /** A complete answer of which half of the JSON is missing. */
  Truncated: {}
  /** Another value in place of `data`. */
  Rewritten: { readonly rewrite: (data: Json) => Json }
}>
export const Fault = Data.taggedEnum<Fault>()

export interface FaultRule {
  readonly fault: Fault
  /** What the path, counted from behind `/api2/json`, begins with, or what it matches. */
  readonly path: string | RegExp
  readonly method?: string
  /** Only this one of the matching requests, from 1. */
  readonly nth?: number
  /** Only so many of the matching requests. */
  readonly times?: number
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
  const matches = ({ method, path }: FaultRule, askedMethod: string, askedPath: string): boolean =>
    (method === undefined || method === askedMethod) &&
    (typeof path === "string" ? askedPath.startsWith(path) : askedPath.search(path) >= 0)
  return {
    add: (rule) => void rules.push({ rule, seen: 0 }),
    clear: () => void rules.splice(0),
    of: (method, path) => {
      const faults: Array<Fault> = []
      for (const entry of rules) {
        const { fault, nth, probability = 1, times = Number.POSITIVE_INFINITY } = entry.rule
        if (!matches(entry.rule, method, path)) continue
        entry.seen += 1
        if ((nth === undefined ? entry.seen <= times : entry.seen === nth) && random.chance(probability))
          faults.push(fault)
      }
      return faults
    }
  }
}
