import * as SqlClient from "@effect/sql/SqlClient"
import { Effect } from "effect"

/** Runs that were completed before did not keep it, so nothing has to be made again. */
export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`ALTER TABLE runs ADD COLUMN pace TEXT`
})
