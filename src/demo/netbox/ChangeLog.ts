import type { JsonObject } from "../../domain/Json.ts"
import type { Failure } from "./Problems.ts"

/** One row of the change log. */
export interface Change {
  readonly id: number
  /** ISO 8601 in UTC, to the microsecond. */
  readonly time: string
  readonly action: "create" | "update" | "delete"
  /** The content type of the object. */
  readonly kind: string
  readonly objectId: number
  readonly repr: string
  readonly message: string
  readonly requestId: string
  readonly user: string
  readonly before: JsonObject | null
  readonly after: JsonObject | null
}

/** In characters. */
export const messageLimit = 200

/** A longer message is met by the database only. */
export const messageTooLong: Failure = {
  _tag: "Crashed",
  exception: "DataError",
  error: "value too long for type character varying(200)"
}
