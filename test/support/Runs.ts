import { type Duration, Effect, Layer } from "effect"
import { EngineSettings } from "../../src/services/EngineSettings.ts"
import { Engines } from "../../src/services/Engines.ts"
import { NetBox } from "../../src/services/NetBox.ts"
import { NetBoxCache } from "../../src/services/NetBoxLive.ts"
import { Proxmox } from "../../src/services/Proxmox.ts"
import { Reconciler } from "../../src/services/Reconciler.ts"
import type { RunRequest } from "../../src/services/Runs.ts"
import * as RunsLive from "../../src/services/RunsLive.ts"
import { engine, type EngineOptions } from "./Engine.ts"

/** The one engine that there is, whatever branch is asked for. */
const engines = Layer.effect(
  Engines,
  Effect.gen(function* () {
    const settings = yield* EngineSettings
    const parts = {
      reconciler: yield* Reconciler,
      netbox: yield* NetBox,
      cache: yield* NetBoxCache,
      proxmox: yield* Proxmox,
      sources: settings.sources.map(({ name }, index) => ({ endpointId: index + 1, source: name })),
      settings
    }
    return { use: (effect) => effect(parts) }
  })
)

/** The runs of a service over one engine, with pauses short enough for tests. */
export const runs = (options: EngineOptions, pause: Duration.DurationInput = "50 millis") =>
  RunsLive.layer({ pause }).pipe(Layer.provideMerge(engines), Layer.provideMerge(engine(options)))

export const by = { actor: "key 1 (test)", requestId: "request-1" }

export const everything: RunRequest = {
  mode: "sync",
  trigger: "request",
  label: "full-update",
  scope: {},
  by,
  approveRemovals: false,
  full: false
}
