import * as SqlClient from "@effect/sql/SqlClient"
import { Effect } from "effect"

/** From here on the projections are made when a file is opened, and this says of which version those in it are. */
export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE TABLE projected (version INTEGER PRIMARY KEY)`
})
