import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, type Scope, Stream } from "effect"
import * as SimulatedProxmox from "../../src/demo/SimulatedProxmox.ts"
import type { EventOf } from "../../src/domain/Event.ts"
import { Journal } from "../../src/journal/Journal.ts"
import { Reconciler } from "../../src/services/Reconciler.ts"
import { observeTarget } from "../../src/services/TargetObserver.ts"
import { engine } from "./Engine.ts"
import type { Edit } from "./OperatorEdits.ts"
import type { NetBoxAddress } from "./State.ts"

const patience = 600_000

export const targetSeen = Effect.fnUntraced(function* (run: string) {
  const journal = yield* Journal
  const all = yield* Stream.runCollect(journal.read({ after: 0, stream: run }))
  const found = Chunk.toReadonlyArray(all).find(({ event }) => event._tag === "TargetObserved")
  if (found?.event._tag !== "TargetObserved") return yield* Effect.dieMessage(`run ${run} saw no target`)
  return found.event
})

/** A run that only plans. */
export const look = Effect.gen(function* () {
  const reconciler = yield* Reconciler
  const { run } = yield* reconciler.plan({ trigger: "plan", approveRemovals: false })
  return yield* targetSeen(run)
})

/** Imports, so that what follows is a change. */
export const importAll = Effect.gen(function* () {
  const reconciler = yield* Reconciler
  const { operations, run } = yield* reconciler.plan({ trigger: "sync", approveRemovals: false })
  if (operations > 0) yield* reconciler.apply(run)
  return yield* targetSeen(run)
})

const digests = ({ kinds }: EventOf<"TargetObserved">) => kinds.map(({ count, digest, kind }) => [kind, count, digest])

/** What is kept and brought forward has to be what a whole reading finds, row by row. */
export const assertSame = Effect.fnUntraced(function* (delta: EventOf<"TargetObserved">, title: string) {
  const whole = yield* observeTarget({ full: true })
  assert.deepStrictEqual(digests(delta), digests(whole.event), title)
})

/** The delta on any NetBox. */
export const deltas = (options: {
  readonly name: string
  readonly netbox: Effect.Effect<NetBoxAddress, never, Scope.Scope>
  readonly edits: ReadonlyArray<Edit>
}): void => {
  describe(options.name, () => {
    it.scopedLive(
      "after each edit, what is brought forward is what a whole reading finds",
      () =>
        Effect.gen(function* () {
          const netbox = yield* options.netbox
          const proxmox = yield* SimulatedProxmox.make({ name: "lab-cluster", nodes: 2, guests: 6, seed: 5 })
          yield* Effect.gen(function* () {
            yield* importAll
            yield* Effect.repeatN(importAll, 2)
            let n = 1
            for (const edit of options.edits) {
              for (const round of [n, n + 1]) {
                yield* Effect.promise(() => edit.run(netbox, round))
                const seen = yield* look
                yield* assertSame(seen, edit.title)
                if (seen.read === "full") assert.match(seen.why, /custom field|change log could not/, edit.title)
                else assert.isAbove(seen.again + 1, 0)
              }
              n += 2
            }
            const quiet = yield* look
            assert.deepStrictEqual([quiet.read, quiet.again], ["delta", 0])
          }).pipe(Effect.provide(engine({ proxmox, netbox, fullEvery: 1000 })))
        }),
      patience
    )
  })
}
