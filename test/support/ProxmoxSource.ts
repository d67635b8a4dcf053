import { Context, Effect, Layer, Redacted } from "effect"
import type { SimulatedProxmox } from "../../src/demo/SimulatedProxmox.ts"
import * as Endpoint from "../../src/services/Endpoint.ts"
import { Proxmox } from "../../src/services/Proxmox.ts"
import * as ProxmoxClient from "../../src/services/ProxmoxClient.ts"
import * as ProxmoxLive from "../../src/services/ProxmoxLive.ts"
import * as ProxmoxSession from "../../src/services/ProxmoxSession.ts"

/** The simulated cluster as the source `lab`, with its API token. */
export const sourceOf = (
  simulated: SimulatedProxmox,
  options: Partial<ProxmoxLive.ProxmoxSource> = {}
): ProxmoxLive.ProxmoxSource => ({
  name: "lab",
  urls: simulated.urls,
  auth: { token: Redacted.make(simulated.token) },
  tls: { verify: true },
  ...options
})

/** The port over one source, alive as long as the test. */
export const open = Effect.fnUntraced(function* (
  simulated: SimulatedProxmox,
  options: Partial<ProxmoxLive.ProxmoxSource> = {}
) {
  const context = yield* Layer.build(ProxmoxLive.layer([sourceOf(simulated, options)]))
  return Context.get(context, Proxmox)
})

/** A single read in a process of its own. */
export const observeOnce = (simulated: SimulatedProxmox, options: Partial<ProxmoxLive.ProxmoxSource> = {}) =>
  Effect.flatMap(Proxmox, (proxmox) => proxmox.observe("lab")).pipe(
    Effect.provide(ProxmoxLive.layer([sourceOf(simulated, options)]))
  )

export const sessionOf = Effect.fnUntraced(function* (url: string, auth: ProxmoxSession.ProxmoxAuth) {
  const endpoint = yield* Endpoint.make({ name: url, url: `${url}/api2/json`, tls: { verify: true }, permits: 16 })
  return yield* ProxmoxSession.make(endpoint, auth)
})

export const clientOf = Effect.fnUntraced(function* (
  simulated: SimulatedProxmox,
  auth: ProxmoxSession.ProxmoxAuth = { token: Redacted.make(simulated.token) },
  patience: ProxmoxClient.Patience = {}
) {
  const sessions = yield* Effect.forEach(simulated.urls, (url) => sessionOf(url, auth))
  return yield* ProxmoxClient.make("lab", sessions, patience)
})
