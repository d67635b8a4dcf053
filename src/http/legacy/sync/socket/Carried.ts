import { Effect, Either, Stream } from "effect"
import { isJsonObject, type JsonObject } from "../../../../domain/Json.ts"
import type { Frame } from "../../../Sse.ts"
import type { SyncQuery } from "../ask/Query.ts"
import type { StageName } from "../frames/Stage.ts"
import { titleOf } from "../frames/Stage.ts"
import { Sync } from "../Sync.ts"
import type { Command } from "./Command.ts"
import type { Conversation } from "./Conversation.ts"

/** What a frame of a stream is on a socket: the object it wraps up; others are not sent. */
const objectIn = ({ data, event }: Frame): JsonObject | undefined => {
  const payload = isJsonObject(data) && event === "step" ? data["payload"] : undefined
  return payload !== undefined && isJsonObject(payload) && typeof payload["object"] === "string" ? payload : undefined
}

const hasFailed = (complete: JsonObject, stage: StageName): boolean => {
  const counters = complete["counters"] ?? null
  const own = isJsonObject(counters) ? (counters[stage] ?? null) : null
  return !isJsonObject(own) || own["failed"] !== 0
}

/** Carries out a command, and says every object; whether it went well. */
export const carriedOut = Effect.fn("LegacySocket.carriedOut")(function* (
  { name, runId, stages }: Command,
  query: SyncQuery,
  { say }: Conversation
) {
  const { frames } = yield* Sync
  const tagged = (message: JsonObject) => say(JSON.stringify(runId === null ? message : { ...message, run_id: runId }))
  const tell = (text: string) => (runId === null ? say(text) : tagged({ message: text }))
  const [title = "devices"] = stages
  const asking = { ...query, sync_vm_network: false }
  yield* tell(name)
  let complete: JsonObject = {}
  const begun = yield* Effect.either(frames({ title, stages, query: asking, eachObject: true }))
  if (Either.isRight(begun)) {
    yield* Stream.runForEach(begun.right, (frame) => {
      if (frame.event === "complete" && isJsonObject(frame.data)) complete = frame.data
      const message = objectIn(frame)
      return message === undefined ? Effect.void : tagged(message)
    })
  }
  const ok = complete["ok"] === true
  if (runId === null) return ok
  const failed = ok ? [] : stages.filter((stage) => hasFailed(complete, stage))
  for (const phase of failed) {
    const message = `${titleOf(phase)} synchronization failed.`
    yield* tagged({ event: "error_detail", phase, category: "internal", message })
  }
  if (stages.length > 1) {
    const statuses = stages.map((stage) => [stage, failed.includes(stage) ? "failed" : "completed"] as const)
    yield* tagged({
      object: "full-update",
      end: true,
      status: ok ? "completed" : "failed",
      stages: Object.fromEntries(statuses)
    })
  }
  return ok
})
