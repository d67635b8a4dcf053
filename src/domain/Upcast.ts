import { Either, Schema } from "effect"
import { Event, versions } from "./Event.ts"
import { exact } from "./Exact.ts"
import { isJsonObject, type Json, type JsonObject } from "./Json.ts"

/** Brings data of one version of an event to the next. */
export type Upcaster = (data: JsonObject) => JsonObject

/** By event, the steps from version 1 on: the first makes version 2 of version 1. */
export type Upcasters = { readonly [tag: string]: ReadonlyArray<Upcaster> }

/** Of an engine that read everything each time, and kept nothing that a later reading could go on with. */
const readWhole: JsonObject = { read: "full", why: "", since: 0, again: 0, form: "" }

/** Of an engine that knew runs of everything only, begun at a terminal. */
const ofEverything: JsonObject = { origin: "cli", scope: {}, approveRemovals: false, full: false, requestId: null }

export const upcasters: Upcasters = {
  RunStarted: [(data) => ({ ...data, ...ofEverything, label: data["trigger"] ?? "" })],
  SourceObserved: [(data) => ({ ...data, ...readWhole, cursor: null })],
  TargetObserved: [(data) => ({ ...data, ...readWhole, target: "", feed: null })],
  // Version 2 tells the pace of its requests.
  RunCompleted: [(data) => ({ ...data, pace: null })]
}

/** Whether this engine can read an event; one that it cannot was written by a newer one. */
export const isKnown = (tag: string, version: number, steps: Upcasters = upcasters): boolean =>
  Object.hasOwn(versions, tag) && version <= (steps[tag]?.length ?? 0) + 1

const decode = Schema.decodeUnknownEither(Event)

/** Whether an event is of today's shape, member for member: nearly all are, and need no more than this. */
export const isExact = exact(Event)

/**
 * A stored event in today's shape. Null for an event that only a newer engine knows: readers pass over it, it stays in the
 * journal. An event that is known and does not fit its shape throws: the file is damaged.
 */
export const upcast = (tag: string, version: number, data: Json, steps: Upcasters = upcasters): Event | null => {
  if (!isKnown(tag, version, steps) || !isJsonObject(data)) return null
  const now = steps[tag]?.slice(version - 1).reduce((older, step) => step(older), data) ?? data
  const event = { ...now, _tag: tag }
  if (isExact(event)) return event
  return Either.getOrThrowWith(
    decode(event),
    (error) => new Error(`Event ${tag} version ${version} does not fit its shape: ${error.message.slice(0, 300)}`)
  )
}
