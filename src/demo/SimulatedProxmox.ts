import { Clock, Duration, Effect, type Scope } from "effect"
import type { Json } from "../domain/Json.ts"
import * as Access from "./proxmox/Access.ts"
import * as Api from "./proxmox/Api.ts"
import * as Certificate from "./proxmox/Certificate.ts"
import type { AgentMode, Cluster, Guest, Interface } from "./proxmox/Cluster.ts"
import * as Faults from "./proxmox/Faults.ts"
import { type ClusterOptions, generate, type GuestTraits } from "./proxmox/Generate.ts"
import { listen } from "./proxmox/Listener.ts"
import * as Random from "./proxmox/Random.ts"
import * as Tasks from "./proxmox/Tasks.ts"
import * as Traffic from "./proxmox/Traffic.ts"

export interface Options extends ClusterOptions {
  /** Of the first listener; any unless given. */
  readonly port?: number
  /** With a self-signed certificate. */
  readonly tls?: boolean
  /** How many listeners the cluster has; each stands for one of its nodes. */
  readonly endpoints?: number
  /** How long a silent guest agent holds up its request: 3 s unless given. */
  readonly agentTimeout?: Duration.DurationInput
}

/** A Proxmox VE cluster that answers over HTTP, and the strings by which it is moved. */
export interface SimulatedProxmox {
  readonly urls: ReadonlyArray<string>
  /** `user@realm!name=uuid`. */
  readonly token: string
  readonly username: string
  readonly password: string
  /** Of the certificate, where there is one: SHA-256, upper-case hex pairs with colons. */
  readonly fingerprint: string | undefined
  /** The certificate in PEM, its own authority. */
  readonly ca: string | undefined
  /** The live state; changed by the members below only. */
  readonly cluster: Cluster

  readonly addGuest: (traits?: GuestTraits) => Effect.Effect<Guest>
  readonly removeGuest: (vmid: number) => Effect.Effect<void>
  readonly renameGuest: (vmid: number, name: string) => Effect.Effect<void>
  /** Sets keys of the config; null removes one. A POST, as the web interface sends it, is a task for a VM; a PUT is none. */
  readonly updateGuest: (
    vmid: number,
    patch: { readonly [key: string]: Json },
    by?: "PUT" | "POST"
  ) => Effect.Effect<void>
  readonly migrate: (vmid: number, node: string) => Effect.Effect<void>
  readonly start: (vmid: number) => Effect.Effect<void>
  readonly reboot: (vmid: number) => Effect.Effect<void>
  readonly stop: (vmid: number) => Effect.Effect<void>
  readonly setAgent: (vmid: number, mode: AgentMode) => Effect.Effect<void>
  /** What the guest itself sees. */
  readonly setInterfaces: (vmid: number, interfaces: ReadonlyArray<Interface>) => Effect.Effect<void>
  readonly setNodeOnline: (node: string, online: boolean) => Effect.Effect<void>
  /** Opens or closes one listener, by its index among `urls`. */
  readonly setEndpointUp: (endpoint: number, up: boolean) => Effect.Effect<void>
  /** On a path and all below it; everywhere unless given. */
  readonly grant: (privilege: string, path?: string) => Effect.Effect<void>
  readonly revoke: (privilege: string, path?: string) => Effect.Effect<void>
  /** Puts the cluster's clock forward, as for tickets to expire. */
  readonly advanceClock: (by: Duration.DurationInput) => Effect.Effect<void>

  readonly addFault: (rule: Faults.FaultRule) => Effect.Effect<void>
  readonly clearFaults: Effect.Effect<void>
  readonly requests: Effect.Effect<ReadonlyArray<Traffic.LoggedRequest>>
  readonly peaks: Effect.Effect<Traffic.Peaks>
  /** Forgets requests and peaks. */
  readonly resetTraffic: Effect.Effect<void>
}

export const make = (options: Options): Effect.Effect<SimulatedProxmox, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { cluster, grow } = generate(options, yield* Clock.currentTimeMillis)
    const access = Access.make(options.seed, cluster.version)
    const faults = Faults.make(options.seed)
    const traffic = Traffic.make()
    let clockOffset = 0
    const api = Api.make({
      cluster,
      access,
      faults,
      traffic,
      random: Random.make(options.seed),
      agentTimeout: Duration.toMillis(options.agentTimeout ?? "3 seconds"),
      clockOffset: () => clockOffset
    })
    const certificate = options.tls === true ? Certificate.make(options.name) : undefined
    const listeners = yield* Effect.forEach(Array.from({ length: options.endpoints ?? 1 }), (_, endpoint) =>
      listen({ api, endpoint, port: endpoint === 0 ? (options.port ?? 0) : 0, certificate })
    )

    const change = (vmid: number, type: string, how: (guest: Guest, now: number) => void): Effect.Effect<void> =>
      Effect.gen(function* () {
        const guest = cluster.guests.get(vmid)
        if (guest === undefined) return yield* Effect.dieMessage(`there is no guest ${vmid}`)
        const now = yield* Clock.currentTimeMillis
        how(guest, now)
        if (type !== "") Tasks.recordOf(cluster, guest, type, now)
      })
    const updateGuest: SimulatedProxmox["updateGuest"] = (vmid, patch, by = "PUT") =>
      change(vmid, by === "POST" && cluster.guests.get(vmid)?.type === "qemu" ? "config" : "", (guest) => {
        const merged = { ...guest.config, ...patch }
        guest.config = Object.fromEntries(Object.entries(merged).filter(([key]) => patch[key] !== null))
      })

    return {
      urls: listeners.map(({ url }) => url),
      token: access.token,
      username: access.username,
      password: access.password,
      fingerprint: certificate?.fingerprint,
      ca: certificate?.cert,
      cluster,
      addGuest: (traits = {}) =>
        Effect.map(Clock.currentTimeMillis, (now) => {
          const guest = grow(traits)
          Tasks.recordOf(cluster, guest, "create", now)
          return guest
        }),
      removeGuest: (vmid) => change(vmid, "destroy", () => void cluster.guests.delete(vmid)),
      renameGuest: (vmid, name) =>
        change(vmid, "", (guest) => {
          guest.config = { ...guest.config, [guest.type === "lxc" ? "hostname" : "name"]: name }
        }),
      updateGuest,
      migrate: (vmid, node) =>
        change(vmid, "migrate", (guest) => {
          guest.node = node
        }),
      start: (vmid) =>
        change(vmid, "start", (guest, now) => {
          guest.status = "running"
          guest.startedAt = now
        }),
      reboot: (vmid) =>
        change(vmid, "reboot", (guest, now) => {
          guest.startedAt = now
        }),
      stop: (vmid) =>
        change(vmid, "stop", (guest) => {
          guest.status = "stopped"
        }),
      setAgent: (vmid, mode) =>
        change(vmid, "", (guest) => {
          guest.agent = mode
        }),
      setInterfaces: (vmid, interfaces) =>
        change(vmid, "", (guest) => {
          guest.interfaces = interfaces
        }),
      setNodeOnline: (name, online) =>
        Effect.sync(() =>
          cluster.nodes
            .filter((node) => node.name === name)
            .forEach((node) => {
              node.online = online
            })
        ),
      setEndpointUp: (endpoint, up) => {
        const listener = listeners[endpoint]
        if (listener === undefined) return Effect.dieMessage(`there is no endpoint ${endpoint}`)
        return up ? listener.start : listener.stop
      },
      grant: (privilege, path = "/") => Effect.sync(() => access.grant(privilege, path)),
      revoke: (privilege, path = "/") => Effect.sync(() => access.revoke(privilege, path)),
      advanceClock: (by) =>
        Effect.sync(() => {
          clockOffset += Duration.toMillis(by)
        }),
      addFault: (rule) => Effect.sync(() => faults.add(rule)),
      clearFaults: Effect.sync(faults.clear),
      requests: Effect.sync(traffic.requests),
      peaks: Effect.sync(traffic.peaks),
      resetTraffic: Effect.sync(traffic.reset)
    }
  })
