import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Duration, Effect, Option, Schema } from "effect"
import * as JournalSqlite from "../src/journal/JournalSqlite.ts"
import { Reconciler } from "../src/services/Reconciler.ts"
import { engine } from "../test/support/Engine.ts"
import { type Estate, EstateOptions } from "./Estate.ts"
import { folder } from "./Folder.ts"
import * as Stalls from "./Stalls.ts"

/** The program of the process of the engine: one first plan, perhaps applied, and what it cost. */

const readStatus = Option.liftThrowable(() => readFileSync("/proc/self/status", "utf8"))

/** In MiB. Linux lets a process inherit the peak of the one that started it in `maxRSS`, but not in `VmHWM`. */
const peakRss = Effect.sync(() => {
  const line = Option.flatMapNullable(readStatus(), (status) => /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1])
  return Math.round(Option.match(line, { onNone: () => process.resourceUsage().maxRSS, onSome: Number }) / 1024)
})

const phase = <A, E, R>(meter: Stalls.StallMeter, effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    yield* meter.longest
    const before = process.cpuUsage()
    const [took, value] = yield* Effect.timed(effect)
    const { system, user } = process.cpuUsage(before)
    return {
      value,
      phase: { took: Duration.toMillis(took), cpu: (system + user) / 1000, stall: yield* meter.longest }
    }
  })

const main = Effect.gen(function* () {
  const { apply, netbox, proxmox } = yield* Schema.decode(Schema.parseJson(EstateOptions))(process.argv[2] ?? "")
  const path = yield* folder
  const meter = yield* Stalls.make
  const estate = yield* Effect.gen(function* () {
    const reconciler = yield* Reconciler
    const planned = yield* phase(meter, reconciler.plan({ trigger: "sync", approveRemovals: false }))
    const peakOfPlan = yield* peakRss
    const applied = apply ? yield* phase(meter, reconciler.apply(planned.value.run)) : undefined
    const found: Estate = {
      operations: planned.value.operations,
      plan: planned.phase,
      apply: applied?.phase ?? null,
      peakRss: apply ? yield* peakRss : peakOfPlan
    }
    return found
  }).pipe(
    Effect.provide(
      engine({ proxmox, netbox, journal: JournalSqlite.layer({ file: join(path, "journal"), secrets: [] }) })
    )
  )
  yield* Effect.async<void>((resume) => {
    process.send?.(estate, () => resume(Effect.void))
  })
  process.disconnect?.()
})

main.pipe(Effect.scoped, NodeRuntime.runMain)
