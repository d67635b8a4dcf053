import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { Effect } from "effect"
import { Endpoints, type NetBoxEndpoint } from "../store/Endpoints.ts"
import type { Wrapper } from "./Handler.ts"
import { HttpSettings } from "./HttpSettings.ts"
import { answer } from "./Refusal.ts"

const fixed = [
  "https://127.0.0.1",
  "http://127.0.0.1",
  "http://127.0.0.1:8000",
  "http://localhost:3000",
  "http://localhost:3001",
  "http://127.0.0.1:3000",
  "http://127.0.0.1:3001"
]

const methods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"

const requestHeaders = [
  "Accept",
  "Accept-Language",
  "Content-Type",
  "Idempotency-Key",
  "If-Match",
  "If-None-Match",
  "Last-Event-ID",
  "X-Proxbox-API-Key",
  "X-Proxbox-Actor",
  "X-Request-ID",
  "X-Requested-With"
]

const readable = "Deprecation, ETag, Idempotency-Replayed, Link, Location, Retry-After, X-Request-ID"

/** As a browser writes it: without the port that goes without saying. */
const originOf = (text: string): string => (URL.canParse(text) ? new URL(text).origin : text)

/** The pages of a NetBox, at its own port and at those that it is usually reached by. */
const originsOf = ({ domain, port, verify_ssl }: NetBoxEndpoint): ReadonlyArray<string> => {
  if (domain === "") return []
  const origin = `${port === 443 || verify_ssl ? "https" : "http"}://${domain}`
  return [origin, ...[80, 443, 8000, port].map((one) => `${origin}:${one}`)].map(originOf)
}

/** Says to browsers whose pages may call; asked by them beforehand, it answers before any key is looked at. */
export const cors = Effect.gen(function* () {
  const endpoints = yield* Endpoints
  const { corsExtraOrigins } = yield* HttpSettings
  const always = new Set([...fixed, ...corsExtraOrigins].map(originOf))
  let known: { readonly revision: number; readonly origins: ReadonlySet<string> } | undefined

  /** A NetBox that cannot be read allows nothing. */
  const netboxes = Effect.gen(function* () {
    const revision = yield* endpoints.revision
    if (known?.revision === revision) return known.origins
    const rows = yield* endpoints.netbox
    known = { revision, origins: new Set(rows.flatMap(originsOf)) }
    return known.origins
  }).pipe(Effect.catchTag("StoreFailed", () => Effect.succeed(new Set<string>())))

  const isAllowed = (origin: string) =>
    always.has(origin) ? Effect.succeed(true) : Effect.map(netboxes, (origins) => origins.has(origin))

  const preflight = (origin: string) =>
    HttpServerResponse.empty({
      status: 204,
      headers: {
        "access-control-allow-origin": origin,
        "access-control-allow-methods": methods,
        "access-control-allow-headers": requestHeaders.join(", "),
        "access-control-max-age": "600",
        vary: "Origin"
      }
    })

  const wrapper: Wrapper = (handler) =>
    Effect.gen(function* () {
      const { headers, method, url } = yield* HttpServerRequest.HttpServerRequest
      const { origin } = headers
      if (origin === undefined) return yield* handler
      const allowed = yield* isAllowed(originOf(origin))
      if (method === "OPTIONS" && headers["access-control-request-method"] !== undefined) {
        if (allowed) return preflight(origin)
        return yield* answer(url, {
          code: "refused",
          detail: "Disallowed CORS origin. PROXBOX_CORS_EXTRA_ORIGINS names further ones",
          headers: { vary: "Origin" }
        })
      }
      const response = HttpServerResponse.setHeader(yield* handler, "vary", "Origin")
      return allowed
        ? HttpServerResponse.setHeaders(response, {
            "access-control-allow-origin": origin,
            "access-control-expose-headers": readable
          })
        : response
    })
  return wrapper
})
