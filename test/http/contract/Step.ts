import type { Json } from "../../../src/domain/Json.ts"
import { Each, every, type Shape } from "./Shape.ts"

/** One request of the contract with what has to come back. Texts may hold `{{name}}`: something that was known, or saved before. */
export interface Step {
  /** Method and path with its query. */
  readonly ask: string
  /** The API key: `{{key}}` unless given; null sends none. */
  readonly key?: string | null
  readonly headers?: { readonly [name: string]: string }
  readonly json?: Json
  /** Sent as it is. */
  readonly body?: string
  readonly status: number
  /** Of a body that is JSON. */
  readonly is?: Shape
  /** Of a body that is none. */
  readonly text?: RegExp
  /** Of the headers beside those that every answer has; null: there is none. */
  readonly has?: { readonly [header: string]: Shape }
  /** Of a body that is a stream which ends. */
  readonly stream?: Streamed
  /** Of a stream that does not end: its first frame. */
  readonly frame?: { readonly event: string; readonly data: Shape }
  /** What later steps need of the body: names with the way to the value, as `keys.0.id`. */
  readonly save?: { readonly [name: string]: string }
}

/** The frames of one stage, or of a full update. */
export interface Streamed {
  /** The name in its first and last frame; `full-update` has its own first frames. */
  readonly step: string
  /** The `result` of `complete`. */
  readonly result: Shape
  /** Whether it ends well: true unless given. */
  readonly ok?: boolean
}

/** One conversation over a WebSocket. */
export interface Talk {
  readonly path: string
  readonly says: ReadonlyArray<string>
  /** What is heard first, in this order; a text that is JSON is compared as such. */
  readonly hears: ReadonlyArray<Shape>
  /** How the server closes it; absent where it goes on. */
  readonly closes?: { readonly code: number; readonly reason: Shape }
}

/** `{"detail": text}`. */
export const detail = (text: Shape): Shape => ({ detail: text })

/** A failure inside. */
export const failure = (message: Shape = "text"): Shape => ({
  message,
  detail: "text|object|null",
  python_exception: null
})

/** What is wrong with a request: the one item of the contract, then by field. */
export const invalid: Shape = {
  detail: new Each(
    [{ type: "=request_validation_error", loc: ["=body"], msg: "=Request validation failed." }],
    { type: "text", loc: every("text|int"), msg: "text" },
    1
  )
}

/** An object of NetBox, as NetBox shows it. */
export const netboxObject: Shape = { id: "int", url: "text", display: "text", "*": "any" }
