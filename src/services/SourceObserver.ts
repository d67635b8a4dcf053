import { Effect, Either } from "effect"
import type { Event } from "../domain/Event.ts"
import { EngineSettings } from "./EngineSettings.ts"
import { Proxmox } from "./Proxmox.ts"
import { storeObservation } from "./StoredSource.ts"

/** What a source holds, kept under its digest; a source that cannot be read costs itself alone. */
export const observeSource = Effect.fn("SourceObserver.observe")(function* (
  source: string,
  options: { readonly full: boolean }
) {
  const proxmox = yield* Proxmox
  const settings = yield* EngineSettings
  const read = yield* Effect.either(proxmox.observe(source))
  if (Either.isLeft(read)) {
    const event: Event = { _tag: "SourceUnavailable", source, detail: read.left.message }
    return { source, event, observation: undefined }
  }
  const { digest, observation } = yield* storeObservation(read.right)
  const event: Event = {
    _tag: "SourceObserved",
    source,
    guests: observation.guests.length,
    nodes: observation.nodes.length,
    digest,
    complete: observation.complete,
    gaps: observation.gaps,
    read: "full",
    why: options.full ? "it was asked for" : "",
    since: 0,
    again: 0,
    form: settings.engine,
    cursor: null
  }
  return { source, event, observation }
})
