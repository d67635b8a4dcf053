import { Effect } from "effect"
import type { StoreFailed } from "../../store/Database.ts"
import { Refused } from "./Refused.ts"

/** The database failed: the reason is for the log, not for the client. */
export const storeFailed = ({ message }: StoreFailed): Effect.Effect<never, Refused> =>
  Effect.zipRight(
    Effect.logError(message),
    new Refused({ status: 503, detail: "The database of the service did not take the change or could not be read." })
  )
