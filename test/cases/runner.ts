import { assert, describe, it } from "@effect/vitest"
import { Effect, type Scope } from "effect"
import * as SimulatedProxmox from "../../src/demo/SimulatedProxmox.ts"
import * as CuttingProxy from "../support/CuttingProxy.ts"
import { bareNode } from "../support/bareNode.ts"
import { engine } from "../support/Engine.ts"
import type { NetBoxAddress } from "../support/State.ts"
import type { Case, Estate } from "./Case.ts"
import { quiet, type World } from "./World.ts"

const start = (source: string, { settings: _, ...options }: Estate) =>
  SimulatedProxmox.make({
    name: `${source}-cluster`,
    nodes: 2,
    guests: 0,
    seed: 1,
    agentTimeout: "50 millis",
    ...options
  })

const worldOf = Effect.fnUntraced(function* (one: Case, netbox: NetBoxAddress, isBare: boolean) {
  const sources = yield* Effect.forEach(Object.entries(one.estates ?? { lab: {} }), ([name, estate]) =>
    Effect.map(start(name, estate), (proxmox) => ({ name, proxmox, settings: estate.settings ?? {} }))
  )
  if (isBare) for (const { proxmox } of sources) proxmox.cluster.nodes.forEach(bareNode)
  const proxy = one.cuts === true ? yield* CuttingProxy.make(netbox.url) : undefined
  const known = (source: string) =>
    sources.find(({ name }) => name === source) ?? assert.fail(`case ${one.number} has no source ${source}`)
  const cluster = (source: string) => known(source).proxmox
  const world: World = {
    netbox,
    cluster,
    configure: (source, settings) => {
      known(source).settings = settings
    },
    get proxmox() {
      return cluster("lab")
    },
    engine: () =>
      engine({
        sources,
        netbox: proxy === undefined ? netbox : { ...netbox, url: proxy.url },
        rules: one.rules ?? [],
        ...(one.deletes === true ? { deletes: true, grace: 0 } : {})
      })
  }
  return world
})

export const titleOf = ({ number, title, variant = "" }: Case): string => `case ${number}${variant}: ${title}`

/**
 * A test for each case, on the NetBox that `netbox` empties or starts for it. Bare nodes spare a real NetBox some of the
 * work; the networks of nodes have scenarios of their own.
 */
export const runCases = (
  name: string,
  cases: ReadonlyArray<Case>,
  netbox: (one: Case) => Effect.Effect<NetBoxAddress, never, Scope.Scope>,
  nodes: "whole" | "bare" = "whole"
): void => {
  describe(name, () => {
    for (const one of cases) {
      it.scopedLive(titleOf(one), () =>
        Effect.gen(function* () {
          const world = yield* worldOf(one, yield* netbox(one), nodes === "bare")
          yield* one.run(world).pipe(Effect.zipRight(quiet(world)), Effect.provide(world.engine()))
        })
      )
    }
  })
}
