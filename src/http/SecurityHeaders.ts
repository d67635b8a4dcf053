import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { Effect } from "effect"
import type { Wrapper } from "./Handler.ts"

const always = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "x-xss-protection": "1; mode=block",
  "referrer-policy": "strict-origin-when-cross-origin",
  "permissions-policy": "geolocation=(), microphone=(), camera=()",
  "strict-transport-security": "max-age=31536000; includeSubDomains"
}

const strict = "default-src 'self'; frame-ancestors 'none'"

/** Pages whose script and style are part of them, so that they work without the internet. */
const pages = new Set(["/docs", "/redoc", "/admin"])
const relaxed =
  "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"

export const policyOf = (url: string): string => (pages.has(url.replace(/\/?(\?.*)?$/, "")) ? relaxed : strict)

/** For answers that Node makes itself, before there is a request. */
export const headers: Readonly<Record<string, string>> = { ...always, "content-security-policy": strict }

/** On every answer, whatever made it. */
export const securityHeaders: Wrapper = (handler) =>
  Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ url }) =>
    Effect.map(handler, HttpServerResponse.setHeaders({ ...always, "content-security-policy": policyOf(url) }))
  )
