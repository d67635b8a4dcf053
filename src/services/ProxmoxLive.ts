import { type Duration, Effect, Layer, Stream } from "effect"
import { isJsonObject } from "../domain/Json.ts"
import * as Permissions from "../domain/proxmox/Permissions.ts"
import * as Endpoint from "./Endpoint.ts"
import { type EndpointError, Undecodable } from "./EndpointError.ts"
import type { GateWatcher } from "./Gate.ts"
import { Proxmox, type ProxmoxCheck } from "./Proxmox.ts"
import { isOwn, strainOf } from "./ProxmoxAnswer.ts"
import * as ProxmoxClient from "./ProxmoxClient.ts"
import * as ProxmoxObserver from "./ProxmoxObserver.ts"
import * as ProxmoxSession from "./ProxmoxSession.ts"

/** A Proxmox cluster or standalone host, as configured. */
export interface ProxmoxSource {
  /** Its permanent id. */
  readonly name: string
  /** Valid addresses of one or more of its nodes, as `https://pve1:8006`. */
  readonly urls: ReadonlyArray<string>
  readonly auth: ProxmoxSession.ProxmoxAuth
  readonly tls: Endpoint.TlsOptions
  /** For everything one guest is asked through its agent: 15 s unless given. */
  readonly agentDeadline?: Duration.DurationInput
  /** How long a guest whose agent stayed silent is not asked again: 10 min unless given. */
  readonly agentPause?: Duration.DurationInput
  /** Whether agents are asked for the operating system: not unless given, as it costs a call for each running VM. */
  readonly osInfo?: boolean
  /** For every call: that of the client unless given. */
  readonly patience?: ProxmoxClient.Patience
}

export interface ProxmoxOptions {
  readonly guard?: Endpoint.EndpointOptions["guard"]
  readonly recorder?: Endpoint.Recorder
  readonly watcher?: GateWatcher
}

const inFlight = 16

const apiOf = (url: string): string => `${url.replace(/\/+$/, "").replace(/\/api2\/json$/, "")}/api2/json`

/** How `tls` accepts the certificate of an address. */
const acceptanceOf = (url: string, tls: Endpoint.TlsOptions): string => {
  if (url.startsWith("http:")) return "plain http"
  if ((tls.fingerprints ?? []).length > 0) return "pinned"
  return tls.verify ? "verified" : "not verified"
}

const checkOne = Effect.fnUntraced(function* (
  url: string,
  tls: Endpoint.TlsOptions,
  client: ProxmoxClient.ProxmoxClient
) {
  const about = yield* client.send({ path: "/version" })
  const permissions = Permissions.parse(yield* client.send({ path: "/access/permissions" }))
  const version = isJsonObject(about) && typeof about.version === "string" ? about.version : undefined
  if (version === undefined || permissions === undefined) {
    const path = version === undefined ? "/version" : "/access/permissions"
    return yield* new Undecodable({ endpoint: client.source, request: `GET ${path}`, detail: "not as documented" })
  }
  const check: ProxmoxCheck = {
    url,
    version,
    tls: acceptanceOf(url, tls),
    missing: Permissions.missing(permissions, version).map(({ costs, path, privilege }) => ({ privilege, path, costs }))
  }
  return check
})

const open = Effect.fnUntraced(function* (source: ProxmoxSource, { guard, recorder, watcher }: ProxmoxOptions) {
  const endpoints = yield* Effect.forEach(source.urls, (url) =>
    Effect.gen(function* () {
      const endpoint = yield* Endpoint.make({
        name: `${source.name} (${new URL(url).host})`,
        url: apiOf(url),
        tls: source.tls,
        ...(guard === undefined ? {} : { guard }),
        permits: inFlight,
        pacing: { strainOf, isOwn, ...(watcher === undefined ? {} : { watcher }) },
        ...(recorder === undefined ? {} : { recorder })
      })
      return { url, session: yield* ProxmoxSession.make(endpoint, source.auth) }
    })
  )
  const sessions = endpoints.map(({ session }) => session)
  const client = yield* ProxmoxClient.make(source.name, sessions, source.patience)
  const { read } = ProxmoxObserver.make(client, {
    agentDeadline: source.agentDeadline ?? "15 seconds",
    agentPause: source.agentPause ?? "10 minutes",
    osInfo: source.osInfo ?? false
  })
  const check = Stream.fromIterable(endpoints).pipe(
    Stream.mapEffect(
      ({ session, url }) =>
        ProxmoxClient.make(session.name, [session]).pipe(
          Effect.flatMap((client) => checkOne(url, source.tls, client)),
          Effect.catchAll((error: EndpointError) => Effect.succeed(error)),
          Effect.map((result) => ({ url, result }))
        ),
      { concurrency: Math.max(1, endpoints.length) }
    )
  )
  return [source.name, { client, read, check }] as const
})

const make = Effect.fnUntraced(function* (sources: ReadonlyArray<ProxmoxSource>, options: ProxmoxOptions) {
  const opened = new Map(yield* Effect.forEach(sources, (source) => open(source, options)))
  /** Names come from the configuration, so any other one is a mistake of the program. */
  const named = Effect.fnUntraced(function* (name: string) {
    const source = opened.get(name)
    return source ?? (yield* Effect.dieMessage(`no Proxmox source is named ${name}`))
  })
  return Proxmox.of({
    sources: sources.map(({ name }) => name),
    read: (name, before) => Effect.flatMap(named(name), ({ read }) => read(before)),
    observe: (name) =>
      named(name).pipe(
        Effect.flatMap(({ read }) => read()),
        Effect.map(({ observation }) => observation)
      ),
    get: (name, path, query = []) => Effect.flatMap(named(name), ({ client }) => client.send({ path, query })),
    check: (name) => Stream.unwrap(Effect.map(named(name), ({ check }) => check))
  })
})

/** Sources over HTTP; each keeps its connections, tickets and limits as long as the layer lives. */
export const layer = (sources: ReadonlyArray<ProxmoxSource>, options: ProxmoxOptions = {}): Layer.Layer<Proxmox> =>
  Layer.scoped(Proxmox, make(sources, options))
