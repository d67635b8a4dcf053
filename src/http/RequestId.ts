import { Context, Effect } from "effect"
import { runId } from "../services/RunIds.ts"

/** The id of the request that is being answered; empty where there is none. */
export class RequestId extends Context.Reference<RequestId>()("proxledger/RequestId", { defaultValue: () => "" }) {}

/** What a client may call its request: anything else could forge a line of a log or a header. */
const wellFormed = /^[\w.:-]{1,128}$/

/** The id that the client gave in `X-Request-ID`, or a new one. */
export const requestIdOf = (header: string | undefined): Effect.Effect<string> =>
  header !== undefined && wellFormed.test(header) ? Effect.succeed(header) : runId
