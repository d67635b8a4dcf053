import * as SqlClient from "@effect/sql/SqlClient"
import { Effect, Scope } from "effect"

/**
 * A transaction after whose failure the connection is good again. The client's own one stays open when COMMIT fails, and
 * hides a full disk behind "no transaction is active", because SQLite has rolled back by itself then.
 */
export const transactionOf = (sql: SqlClient.SqlClient) =>
  SqlClient.makeWithTransaction({
    transactionTag: SqlClient.TransactionConnection,
    spanAttributes: [],
    acquireConnection: Effect.flatMap(Scope.make(), (scope) =>
      Effect.map(Scope.extend(sql.reserve, scope), (connection) => [scope, connection] as const)
    ),
    begin: (connection) => connection.executeRaw("BEGIN", []),
    savepoint: (connection, id) => connection.executeRaw(`SAVEPOINT s${id}`, []),
    commit: (connection) =>
      Effect.tapError(connection.executeRaw("COMMIT", []), () => Effect.ignore(connection.executeRaw("ROLLBACK", []))),
    rollback: (connection) => Effect.ignore(connection.executeRaw("ROLLBACK", [])),
    rollbackSavepoint: (connection, id) => connection.executeRaw(`ROLLBACK TO SAVEPOINT s${id}`, [])
  })
