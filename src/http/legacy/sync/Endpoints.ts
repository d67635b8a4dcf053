import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import { Option, Schema } from "effect"
import { Json } from "../../../domain/Json.ts"
import { failed, refused } from "../Refused.ts"
import { SyncQuery } from "./ask/Query.ts"

/** What the key of a caller has to be good for: these GETs write. */
export const writes = Option.some("sync" as const)

/** A virtual machine by its id in NetBox. */
export const OneGuest = Schema.Struct({ netbox_vm_id: Schema.NumberFromString.pipe(Schema.int(), Schema.positive()) })

export const OneNode = Schema.Struct({ node: Schema.String.pipe(Schema.minLength(1), Schema.maxLength(100)) })

const Frames = HttpApiSchema.Text({ contentType: "text/event-stream" }).annotations({
  description: "Server-sent events; the last of them is `complete`"
})

type Path = `/${string}`

/** Answers with the frames of a run; 204 to a client that has heard all of it. */
export const streamGet = <const Name extends string>(name: Name, path: Path) =>
  HttpApiEndpoint.get(name, path)
    .setUrlParams(SyncQuery)
    .addSuccess(Frames)
    .addSuccess(HttpApiSchema.NoContent)
    .addError(failed(400))
    .addError(refused(404))
    .addError(refused(422))
    .addError(failed(502))
    .addError(failed(503))

export const streamPost = <const Name extends string>(name: Name, path: Path) =>
  HttpApiEndpoint.post(name, path)
    .setUrlParams(SyncQuery)
    .addSuccess(Frames)
    .addSuccess(HttpApiSchema.NoContent)
    .addError(failed(400))
    .addError(refused(404))
    .addError(refused(422))
    .addError(failed(502))
    .addError(failed(503))

/** Waits for a run and answers with what it made. */
export const answerGet = <const Name extends string>(name: Name, path: Path) =>
  HttpApiEndpoint.get(name, path)
    .setUrlParams(SyncQuery)
    .addSuccess(Json)
    .addError(failed(400))
    .addError(refused(404))
    .addError(refused(409))
    .addError(refused(422))
    .addError(failed(502))
    .addError(failed(503))
    .addError(failed(504))

export const answerPost = <const Name extends string>(name: Name, path: Path) =>
  HttpApiEndpoint.post(name, path)
    .setUrlParams(SyncQuery)
    .addSuccess(Json)
    .addError(failed(400))
    .addError(refused(404))
    .addError(refused(409))
    .addError(refused(422))
    .addError(failed(502))
    .addError(failed(503))
    .addError(failed(504))
