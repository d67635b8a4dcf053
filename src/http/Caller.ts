import { Context } from "effect"
import type { By } from "../domain/By.ts"
import type { ApiKey } from "../store/Keys.ts"

/** Who makes the request that is being handled. */
export class Caller extends Context.Tag("proxledger/Caller")<
  Caller,
  {
    readonly key: ApiKey
    /** An IP address. */
    readonly source: string
    readonly requestId: string
    /** For the journal. */
    readonly by: By
  }
>() {}
