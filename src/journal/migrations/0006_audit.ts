import * as SqlClient from "@effect/sql/SqlClient"
import { Effect } from "effect"

/** Events by their type. All but the planned operations, of which there are more than of all others: any page holds some of those. */
export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE INDEX events_by_tag ON events (tag, seq) WHERE tag <> 'OperationPlanned'`
})
