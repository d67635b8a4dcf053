import { Layer } from "effect"
import * as JournalSqlite from "../journal/JournalSqlite.ts"
import { journalIn } from "./DataFolder.ts"
import * as DatabaseSqlite from "./DatabaseSqlite.ts"
import * as EncryptionLive from "./EncryptionLive.ts"
import * as EndpointsLive from "./EndpointsLive.ts"
import * as IdempotencyLive from "./IdempotencyLive.ts"
import * as KeysLive from "./KeysLive.ts"
import * as LockoutsLive from "./LockoutsLive.ts"
import * as SchedulesLive from "./SchedulesLive.ts"

/** Everything that the service keeps in a folder, which exists, but the journal, which is told of every change. */
export const tables = (folder: string) =>
  Layer.mergeAll(
    EndpointsLive.layer,
    KeysLive.layer,
    LockoutsLive.layer,
    IdempotencyLive.layer,
    SchedulesLive.layer
  ).pipe(Layer.provideMerge(EncryptionLive.layer(folder)), Layer.provideMerge(DatabaseSqlite.layer(folder)))

/** The same with the journal of the folder. */
export const layer = (folder: string) =>
  tables(folder).pipe(Layer.provideMerge(JournalSqlite.layer({ file: journalIn(folder), secrets: [] })))
