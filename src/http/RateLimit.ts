import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import { Clock, Effect } from "effect"
import { isExempt } from "./Exempt.ts"
import type { Wrapper } from "./Handler.ts"
import { hasKey, parting } from "./Keyless.ts"
import { HttpSettings } from "./HttpSettings.ts"
import { parseAddress } from "./Ranges.ts"
import { answer } from "./Refusal.ts"
import { Source } from "./Source.ts"

const minute = 60_000

/** Sources that are remembered; the one that was quiet the longest goes. */
const most = 10_000

/** Whoever has an IPv6 address has its whole /64. */
const groupOf = (source: string): string => {
  const address = parseAddress(source)
  return address?.kind() === "ipv6" ? address.toNormalizedString().split(":").slice(0, 4).join(":") : source
}

/** So many requests of one source in any 60 seconds. */
export class RateLimit extends Effect.Service<RateLimit>()("proxledger/RateLimit", {
  effect: Effect.map(HttpSettings, ({ rateLimit }) => {
    /** When the last requests of a source came, oldest first, and where the oldest stands: a ring. */
    const sources = new Map<string, { readonly times: Array<number>; next: number }>()

    /**
     * Milliseconds to wait; 0 when the request is counted. Requests without a key are counted apart: whoever has none must not
     * use up what those with a key behind the same address are allowed.
     */
    const waitOf = (source: string, now: number, keyed = true): number => {
      const group = `${groupOf(source)}${keyed ? "" : " without a key"}`
      const known = sources.get(group) ?? { times: [], next: 0 }
      sources.delete(group)
      sources.set(group, known)
      if (sources.size > most) {
        for (const [quietest] of sources) {
          sources.delete(quietest)
          break
        }
      }
      const oldest = known.times[known.next]
      if (oldest !== undefined && now - oldest < minute) return minute - (now - oldest)
      known.times[known.next] = now
      known.next = (known.next + 1) % rateLimit
      return 0
    }
    return { waitOf }
  })
}) {}

/** Answers 429 to a source that asks too much; what finds out whether the service lives is never counted. */
export const limiting = Effect.map(
  RateLimit,
  ({ waitOf }): Wrapper =>
    (handler) =>
      Effect.gen(function* () {
        const { headers, url } = yield* HttpServerRequest.HttpServerRequest
        if (isExempt(url)) return yield* handler
        const wait = waitOf(yield* Source, yield* Clock.currentTimeMillis, hasKey(headers))
        if (wait === 0) return yield* handler
        return yield* answer(url, {
          code: "rate_limited",
          detail: "Rate limit exceeded. Please try again later.",
          headers: { "retry-after": String(Math.ceil(wait / 1000)), ...parting(headers) }
        })
      })
)
