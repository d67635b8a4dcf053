import type { Json } from "../../domain/Json.ts"
import type { Failure } from "./Problems.ts"

/** What goes back over HTTP. */
export interface Answer {
  readonly status: number
  /** Absent: no body. */
  readonly body?: Json
  /** Instead of `body`, for what NetBox answers as a page. */
  readonly html?: string
  readonly headers?: Readonly<Record<string, string>>
}

export const ok = (body: Json, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status: 200,
  body,
  headers
})

export const detail = (status: number, message: string, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  body: { detail: message },
  headers
})

export const crashed = (exception: string, error: string, version: string): Answer => ({
  status: 500,
  body: { error, exception, netbox_version: version, python_version: "3.13.0" }
})

/** The answer to a single write that failed. */
export const failed = (failure: Failure, version: string): Answer => {
  switch (failure._tag) {
    case "Invalid":
      return { status: 400, body: failure.problems }
    case "Aborted":
      return detail(400, failure.message)
    case "Protected":
      return detail(
        409,
        `Unable to delete object. ${failure.dependents.length} dependent objects were found: ${failure.dependents.join(", ")}`
      )
    case "Crashed":
      return crashed(failure.exception, failure.error, version)
  }
}

export const isSuccess = (answer: Answer): boolean => answer.status < 400
