import type Sqlite from "better-sqlite3"
import { Effect, Redacted } from "effect"
import type { Changed, Database, StoreFailed } from "./Database.ts"
import type { Encryption, NoEncryptionKey, Undecryptable } from "./Encryption.ts"
import { EndpointRefused } from "./Endpoints.ts"
import type { Values } from "./Rows.ts"

export interface Services {
  readonly database: typeof Database.Service
  /** That of the database; counts in the revision when something was changed. */
  readonly change: (typeof Database.Service)["change"]
  readonly encryption: typeof Encryption.Service
  /** Keeps secrets out of the journal. */
  readonly conceal: (secrets: ReadonlyArray<Redacted.Redacted>) => Effect.Effect<void>
}

/** A credential that was sent: null takes it away, undefined leaves it. */
export type Sent = Redacted.Redacted | null | undefined

/** Null where it is empty. */
export const filled = (sent: Sent): Sent =>
  sent !== undefined && sent !== null && Redacted.value(sent) === "" ? null : sent

/** Without the blanks around it. */
export const trimmed = (sent: Sent): Sent =>
  sent === undefined || sent === null ? sent : filled(Redacted.make(Redacted.value(sent).trim()))

/** Whether what was sent is another secret than what is stored; one that is stored and not to be opened is. */
const differs = ({ encryption }: Services, sent: Redacted.Redacted | null, stored: string | null) =>
  sent === null || stored === null
    ? Effect.succeed(sent !== stored)
    : encryption.decrypt(stored, "").pipe(
        Effect.map((before) => Redacted.value(before) !== Redacted.value(sent)),
        Effect.catchTags({ NoEncryptionKey: () => Effect.succeed(true), Undecryptable: () => Effect.succeed(true) })
      )

/** The columns to write for the credentials that were sent and are new. */
export const sealed: (
  services: Services,
  db: Sqlite.Database,
  secrets: { readonly [column: string]: { readonly sent: Sent; readonly stored: string | null } }
) => Effect.Effect<Record<string, string | null>, NoEncryptionKey | Undecryptable | StoreFailed> = Effect.fnUntraced(
  function* (services, db, secrets) {
    const columns: Record<string, string | null> = {}
    for (const [column, { sent, stored }] of Object.entries(secrets)) {
      if (sent === undefined || !(yield* differs(services, sent, stored))) continue
      if (sent !== null) yield* services.conceal([sent])
      columns[column] = sent === null ? null : yield* services.encryption.encrypt(db, sent)
    }
    return columns
  }
)

/** What of `sent` is another value than in the row. */
export const differing = (row: Values, sent: Values): Values =>
  Object.fromEntries(Object.entries(sent).filter(([column, value]) => value !== undefined && row[column] !== value))

/** Nothing where no column was written. */
export const updated = (subject: string, columns: Values): ReadonlyArray<Changed> => {
  const fields = Object.keys(columns)
  return fields.length === 0 ? [] : [{ subject, change: "updated", fields }]
}

export const refuse = (detail: string | null): Effect.Effect<void, EndpointRefused> =>
  detail === null ? Effect.void : Effect.fail(new EndpointRefused({ detail }))
