import * as SqlClient from "@effect/sql/SqlClient"
import { Effect } from "effect"

/** Bindings and baselines are one table now, which is made of the events when the file is opened. */
export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`DROP TABLE IF EXISTS bindings`
  yield* sql`DROP TABLE IF EXISTS baselines`
})
