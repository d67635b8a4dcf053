import { Effect } from "effect"
import { Failed, Refused } from "../Refused.ts"

const failed = (status: number, message: string) => new Failed({ status, message, detail: null })

const asRefused = (status: number) => (error: { readonly message: string }) =>
  new Refused({ status, detail: error.message })

const asFailed = (status: number) => (error: { readonly message: string }) => failed(status, error.message)

/** Where the service keeps its data is the operator's to know. */
const unavailable = (error: { readonly message: string }) =>
  Effect.zipRight(Effect.logError(error.message), failed(503, "The service cannot reach its own data. Try again later"))

/** What keeps a request from being understood, in the words of the old surface. */
export const refusals = { NoEndpoint: asFailed(400), JournalFailed: unavailable, StoreFailed: unavailable }

/** What keeps a run from beginning, or from being followed. */
export const runRefusals = {
  ...refusals,
  ScopeRefused: asFailed(400),
  RunActive: asRefused(409),
  PlanUnusable: asRefused(409),
  Conflict: asRefused(409)
}
