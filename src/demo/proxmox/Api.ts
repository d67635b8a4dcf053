import { Clock, Effect, Option } from "effect"
import type { Json } from "../../domain/Json.ts"
import type { Access } from "./Access.ts"
import { accessRoutes, loginFailed } from "./AccessRoutes.ts"
import { agentRoutes } from "./AgentRoutes.ts"
import type { Cluster } from "./Cluster.ts"
import { clusterRoutes } from "./ClusterRoutes.ts"
import { Fault, type Faults } from "./Faults.ts"
import { guestRoutes } from "./GuestRoutes.ts"
import { nodeRoutes } from "./NodeRoutes.ts"
import type { Random } from "./Random.ts"
import { Rejection, type Route } from "./Route.ts"
import type { Traffic } from "./Traffic.ts"

export interface Asked {
  readonly method: string
  /** From behind `/api2/json`, without query. */
  readonly path: string
  readonly parameters: { readonly [name: string]: string }
  readonly authorization: string | undefined
  /** Of the cookie `PVEAuthCookie`. */
  readonly ticket: string | undefined
  readonly csrf: string | undefined
  /** Index of the listener. */
  readonly endpoint: number
}

export interface Reply {
  readonly status: number
  readonly reason: string
  readonly body: string
  readonly cut: "no" | "before headers" | "within body"
}

export interface ApiOptions {
  readonly cluster: Cluster
  readonly access: Access
  readonly faults: Faults
  readonly traffic: Traffic
  readonly random: Random
  /** Milliseconds after which a silent guest agent is given up. */
  readonly agentTimeout: number
  /** Milliseconds by which the cluster's clock is ahead. */
  readonly clockOffset: () => number
}

interface CompiledRoute {
  readonly route: Route
  readonly pattern: RegExp
}

const compile = (route: Route): CompiledRoute => ({
  route,
  pattern: new RegExp(`^${route.path.replaceAll(/\{(\w+)\}/g, "(?<$1>[^/]+)")}$`)
})

const reject = (status: number, reason: string, errors?: Rejection["errors"]) =>
  Effect.fail(new Rejection({ status, reason, ...(errors === undefined ? {} : { errors }) }))

/** Perl's hashes come out in any order: the members of objects, and lists made from hashes. */
const disorder = (value: Json, random: Random, rows: boolean): Json => {
  if (Array.isArray(value)) {
    const list: ReadonlyArray<Json> = rows ? random.shuffle(value) : value
    return list.map((item) => disorder(item, random, false))
  }
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    random.shuffle(Object.entries(value)).map(([key, item]) => [key, disorder(item, random, false)])
  )
}

/** The API of one simulated cluster, apart from HTTP itself. */
export const make = (options: ApiOptions): ((asked: Asked) => Effect.Effect<Reply>) => {
  const { access, cluster, faults, random, traffic } = options
  const routes = [
    ...accessRoutes(access),
    ...clusterRoutes,
    ...nodeRoutes,
    ...guestRoutes,
    ...agentRoutes(cluster.version)
  ].map(compile)

  const authenticate = (asked: Asked, now: number): Effect.Effect<void, Rejection> => {
    if (asked.path === "/access/ticket") return Effect.void
    if (asked.authorization !== undefined) {
      return asked.authorization === `PVEAPIToken=${access.token}`
        ? Effect.void
        : reject(401, cluster.version.major >= 9 ? "Authentication failed!" : "invalid token value!")
    }
    if (asked.ticket === undefined) return reject(401, "No ticket")
    if (!access.accepts(asked.ticket, now)) return reject(401, "permission denied - invalid PVE ticket")
    return asked.method === "GET" || access.acceptsCsrf(asked.csrf, now)
      ? Effect.void
      : reject(401, "Permission denied - invalid csrf token")
  }

  const permit = ({ demands }: Route, path: (text: string) => string): Effect.Effect<void, Rejection> => {
    if (demands === undefined) return Effect.void
    const object = path(demands[1])
    return demands[0].split("|").some((privilege) => access.allowed(privilege, object))
      ? Effect.void
      : reject(403, `Permission check failed (${object}, ${demands[0]})`)
  }

  const verify = ({ method, parameters = [] }: Route, asked: Asked): Effect.Effect<void, Rejection> => {
    const unknown = Object.keys(asked.parameters).filter((name) => !parameters.includes(name))
    if (method !== "GET" || unknown.length === 0) return Effect.void
    const text = "property is not defined in schema and the schema does not allow additional properties"
    return reject(400, "Parameter verification failed.", Object.fromEntries(unknown.map((name) => [name, text])))
  }

  const reach = (node: string | undefined): Effect.Effect<void, Rejection> => {
    if (node === undefined) return Effect.void
    const found = cluster.nodes.find(({ name }) => name === node)
    if (found === undefined) {
      return reject(
        500,
        `hostname lookup '${node}' failed - failed to get address info for: ${node}: Name or service not known`
      )
    }
    return found.online ? Effect.void : reject(595, "No route to host")
  }

  const answer = Effect.fnUntraced(function* (asked: Asked, found: Option.Option<{ route: Route; groups: Groups }>) {
    const now = (yield* Clock.currentTimeMillis) + options.clockOffset()
    yield* authenticate(asked, now)
    if (Option.isNone(found)) return yield* reject(501, `Method '${asked.method} ${asked.path}' not implemented`)
    const { groups, route } = found.value
    yield* permit(route, (text) => text.replaceAll(/\{(\w+)\}/g, (_, name: string) => groups[name] ?? ""))
    yield* verify(route, asked)
    yield* reach(groups["node"])
    const data = yield* route.answer({
      cluster,
      localNode: cluster.nodes[asked.endpoint % cluster.nodes.length]?.name ?? "",
      path: (name) => groups[name] ?? "",
      parameters: asked.parameters,
      allowed: access.allowed,
      permissions: access.permissions,
      now,
      random,
      agentTimeout: options.agentTimeout
    })
    return { data, isOrdered: route.isOrdered ?? false }
  })

  const saysMessage = cluster.version.major >= 9 || cluster.version.minor >= 4
  const rejected = ({ errors, reason, status }: Rejection): Reply => {
    const isLogin = reason === loginFailed
    const isEmpty = status === 595 || status === 596 || (status === 401 && !isLogin)
    const message = saysMessage && !isLogin ? { message: `${reason}\n` } : {}
    const body = isEmpty ? "" : JSON.stringify({ data: null, ...(errors === undefined ? {} : { errors }), ...message })
    return { status, reason, body, cut: "no" }
  }

  return Effect.fnUntraced(function* (asked: Asked) {
    const found = find(routes, asked)
    const route = Option.map(found, (match) => match.route)
    const logged = traffic.begin({
      method: asked.method,
      path: asked.path,
      node: /^\/nodes\/([^/]+)/.exec(asked.path)?.[1] ?? null,
      endpoint: asked.endpoint,
      isProtected: Option.exists(route, ({ isProtected }) => isProtected === true)
    })
    return yield* Effect.gen(function* () {
      const planned = faults.of(asked.method, asked.path)
      for (const fault of planned) {
        if (Fault.$is("Latency")(fault)) yield* Effect.sleep(fault.millis)
        if (Fault.$is("Hang")(fault)) return yield* Effect.never
        if (Fault.$is("Status")(fault)) return rejected(new Rejection(fault))
        if (Fault.$is("Cut")(fault) && fault.when === "before headers")
          return { ...rejected(new Rejection({ status: 500, reason: "" })), cut: fault.when }
      }
      const { data, isOrdered } = yield* answer(asked, found)
      const rewritten = planned
        .filter(Fault.$is("Rewritten"))
        .reduce<Json>((value, { rewrite }) => rewrite(value), disorder(data, random, !isOrdered))
      const body = JSON.stringify({ data: rewritten })
      return {
        status: 200,
        reason: "OK",
        body: planned.some(Fault.$is("Truncated")) ? body.slice(0, body.length / 2) : body,
        cut: planned.find(Fault.$is("Cut"))?.when ?? ("no" as const)
      }
    }).pipe(
      Effect.catchTag("Rejection", (rejection) => Effect.succeed(rejected(rejection))),
      Effect.tap((reply) =>
        Effect.sync(() => {
          logged.status = reply.cut === "before headers" ? null : reply.status
        })
      ),
      Effect.ensuring(Effect.sync(() => traffic.end(logged)))
    )
  })
}

type Groups = { readonly [name: string]: string }

const find = (routes: ReadonlyArray<CompiledRoute>, asked: Asked): Option.Option<{ route: Route; groups: Groups }> => {
  for (const { pattern, route } of routes) {
    const match = route.method === asked.method ? pattern.exec(asked.path) : null
    if (match !== null) return Option.some({ route, groups: match.groups ?? {} })
  }
  return Option.none()
}
