import { Effect } from "effect"
import * as SimulatedProxmox from "../src/demo/SimulatedProxmox.ts"
import { Proxmox } from "../src/services/Proxmox.ts"
import { engine } from "../test/support/Engine.ts"
import { PureWorld } from "../test/support/PureWorld.ts"
import { type Measure, timed } from "./Measures.ts"

/** Never asked: only Proxmox is observed. */
const noNetBox = { url: "http://127.0.0.1:9", token: "" }

/**
 * Planning in memory, without NetBox and without a journal: what a cluster asks of an empty NetBox, and that nothing is
 * left to do once it has been done.
 */
export const measurePlanning = Effect.fnUntraced(function* (guests: number) {
  const proxmox = yield* SimulatedProxmox.make({
    name: "bench",
    nodes: 3,
    guests,
    seed: 7,
    agentTimeout: "20 millis"
  })
  const observation = yield* Effect.flatMap(Proxmox, ({ observe }) => observe("lab")).pipe(
    Effect.provide(engine({ proxmox, netbox: noNetBox }))
  )
  const world = new PureWorld()
  const first = yield* timed(Effect.sync(() => world.plan([observation])))
  world.apply(first.value)
  const second = yield* timed(Effect.sync(() => world.plan([observation])))
  const measures: ReadonlyArray<Measure> = [
    {
      name: `planning ${guests} guests in memory: first import`,
      engine: first.took,
      operations: first.value.operations.length
    },
    {
      name: `planning ${guests} guests in memory: unchanged`,
      engine: second.took,
      operations: second.value.operations.length
    }
  ]
  return measures
})
