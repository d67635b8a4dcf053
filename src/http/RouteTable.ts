import * as HttpApi from "@effect/platform/HttpApi"
import type * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import { FindMyWay } from "@effect/platform/HttpLayerRouter"
import type * as HttpMethod from "@effect/platform/HttpMethod"
import type { KeyScope } from "../store/Keys.ts"
import { LegacyApi } from "./legacy/LegacyApi.ts"
import { scopeOf } from "./RequiredScope.ts"
import { V1Api } from "./v1/V1Api.ts"

/** What is known of an endpoint without running it. */
export interface RouteInfo {
  readonly surface: "legacy" | "v1"
  readonly method: HttpMethod.HttpMethod
  /** As `/v1/runs/:run`. */
  readonly template: HttpApiTemplate
  readonly scope: KeyScope
  readonly takesBody: boolean
  /** Whether the check of keys stands before it; one that looks at the key itself has none. */
  readonly needsKey: boolean
}

type HttpApiTemplate = `/${string}` | "*"

const routesOf = <Id extends string, Groups extends HttpApiGroup.HttpApiGroup.Any, E, R>(
  api: HttpApi.HttpApi<Id, Groups, E, R>,
  surface: RouteInfo["surface"]
): ReadonlyArray<RouteInfo> => {
  const routes: Array<RouteInfo> = []
  HttpApi.reflect(api, {
    onGroup: () => {},
    onEndpoint: ({ endpoint: { method, path }, mergedAnnotations, middleware, payloads }) => {
      routes.push({
        surface,
        method,
        template: path,
        scope: scopeOf(mergedAnnotations, method),
        takesBody: method !== "GET" && payloads.size > 0,
        needsKey: middleware.size > 0
      })
    }
  })
  return routes
}

const routes = [...routesOf(LegacyApi, "legacy"), ...routesOf(V1Api, "v1")]

const table = FindMyWay.make<RouteInfo>()
for (const route of routes) table.on(route.method, route.template, route)

const byTemplate = new Map(routes.map((route) => [`${route.method} ${route.template}`, route]))

/** The endpoint that a request goes to; HEAD goes where GET does. */
export const find = (method: HttpMethod.HttpMethod, url: string): RouteInfo | undefined =>
  table.find(method === "HEAD" ? "GET" : method, url)?.handler

/** The endpoint of a method and a template. */
export const named = (method: string, template: string): RouteInfo | undefined =>
  byTemplate.get(`${method === "HEAD" ? "GET" : method} ${template}`)

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const

/** The methods that a path answers, for `Allow`. */
export const allowed = (url: string): ReadonlyArray<string> =>
  methods.filter((method) => table.find(method, url) !== undefined)
