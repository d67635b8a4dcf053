import type { JsonObject } from "../../../../domain/Json.ts"

/** One event of a stream, before it has an id. */
export interface Frame {
  readonly event: string
  readonly data: JsonObject
}

export type Frames = ReadonlyArray<Frame>
