import * as SqlClient from "@effect/sql/SqlClient"
import { Effect } from "effect"

/** The latest observation of each side, by its event, and what speaks against going on with it. */
export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`
    CREATE TABLE observed (
      side TEXT NOT NULL,
      name TEXT NOT NULL,
      seq INTEGER NOT NULL,
      doubt TEXT NOT NULL,
      PRIMARY KEY (side, name)
    )`
})
