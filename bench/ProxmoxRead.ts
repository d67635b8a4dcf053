import { Effect } from "effect"
import { Pool } from "undici"
import { Proxmox } from "../src/services/Proxmox.ts"
import { engine } from "../test/support/Engine.ts"
import { atLeast, type Goal } from "./Goals.ts"
import { timed } from "./Measures.ts"
import * as Simulators from "./Simulators.ts"
import { Unmeasurable } from "./Unmeasurable.ts"

/** Milliseconds that Proxmox takes for an answer; real ones take as long, and more. */
const latency = 10

/**
 * Reads the configurations of a cluster with the engine's limits, and the very same ones one after the other. Stopped
 * guests only, so that nobody waits for agents.
 */
export const measureProxmoxRead = Effect.fnUntraced(function* (guests: number) {
  const { proxmox } = yield* Simulators.make({ guests, nodes: 6, latency, stopped: true })
  const together = yield* timed(
    Effect.flatMap(Proxmox, ({ observe }) => observe("lab")).pipe(
      Effect.provide(engine({ proxmox, netbox: { url: "http://127.0.0.1:9", token: "" } }))
    )
  )
  const configs = together.value.guests.filter(({ config }) => config !== undefined)
  if (configs.length < guests) return yield* new Unmeasurable({ detail: `Only ${configs.length} guests were read` })
  const pool = yield* Effect.acquireRelease(
    Effect.sync(() => new Pool(proxmox.urls[0] ?? "", { connections: 1 })),
    (one) => Effect.promise(() => one.close())
  )
  const headers = { authorization: `PVEAPIToken=${proxmox.token}` }
  const alone = yield* timed(
    Effect.forEach(
      configs,
      ({ node, type, vmid }) =>
        Effect.promise(async () => {
          const path = `/api2/json/nodes/${node}/${type}/${vmid}/config`
          const answer = await pool.request({ method: "GET", path, headers })
          return answer.body.text()
        }),
      { discard: true }
    )
  )
  const goals: ReadonlyArray<Goal> = [
    atLeast(`Proxmox, ${guests} configurations: one at a time / the engine`, 8, alone.took / together.took, "×")
  ]
  return goals
}, Effect.scoped)
