import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { Effect } from "effect"
import { otherForm } from "./EitherSlash.ts"
import type { Wrapper } from "./Handler.ts"
import * as RouteTable from "./RouteTable.ts"

/** What stands in the place of compatible paths. */
const successors: ReadonlyArray<readonly [RegExp, string]> = [
  [/^\/auth\/keys/, "/v1/keys"],
  [/^\/netbox\/endpoint/, "/v1/endpoints/netbox"],
  [/^\/proxmox\/endpoints/, "/v1/endpoints/proxmox"],
  [/^\/admin\/encryption/, "/v1/encryption/rotate"],
  [/^\/(full-update|dcim|virtualization|extras|sync)/, "/v1/runs"],
  [/^\/cache\/metrics/, "/metrics"],
  [/^\/health$/, "/readyz"],
  [/^\/version$/, "/meta"]
]

export const successorOf = (template: string): string | undefined =>
  successors.find(([pattern]) => pattern.test(template))?.[1]

/** 2026-11-26, the day since which there is another surface (RFC 9745). */
const since = "@1795651200"

/** Answers of the compatible surface say that there is another one. */
export const deprecating: Wrapper = (handler) =>
  Effect.gen(function* () {
    const { method, url } = yield* HttpServerRequest.HttpServerRequest
    const route = RouteTable.find(method, url) ?? RouteTable.find(method, otherForm(url))
    const response = yield* handler
    if (route?.surface !== "legacy") return response
    const successor = successorOf(route.template)
    return HttpServerResponse.setHeaders(response, {
      deprecation: since,
      ...(successor === undefined ? {} : { link: `<${successor}>; rel="successor-version"` })
    })
  })
