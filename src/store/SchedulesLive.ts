import type Sqlite from "better-sqlite3"
import { Clock, Cron, DateTime, Effect, Either, Layer, Option, Ref, Schema } from "effect"
import { Scope } from "../domain/Scope.ts"
import { Database } from "./Database.ts"
import { differing, updated } from "./EndpointWriting.ts"
import { Flag, insert, remove, update } from "./Rows.ts"
import { Schedule, ScheduleNotFound, ScheduleRefused, Schedules } from "./Schedules.ts"

const table = "schedules"

const subjectOf = (id: number) => `schedule/${id}`

const ScopeText = Schema.parseJson(Scope)
const scopeText = Schema.encodeSync(ScopeText)

const decode = Schema.decodeUnknownSync(
  Schema.Struct({ ...Schedule.fields, approve_removals: Flag, enabled: Flag, scope: ScopeText })
)

const select = (db: Sqlite.Database, where: string, ...values: ReadonlyArray<number>): ReadonlyArray<Schedule> =>
  db
    .prepare(`SELECT * FROM ${table} WHERE ${where}`)
    .all(...values)
    .map((row) => decode(row))

const find = (db: Sqlite.Database, id: number) =>
  Effect.suspend(() => {
    const [row] = select(db, "id = ?", id)
    return row === undefined ? Effect.fail(new ScheduleNotFound({ id })) : Effect.succeed(row)
  })

const parse = (cron: string, timezone: string): Effect.Effect<Cron.Cron, ScheduleRefused> =>
  Effect.gen(function* () {
    const zone = DateTime.zoneMakeNamed(timezone)
    if (Option.isNone(zone)) {
      return yield* new ScheduleRefused({
        field: "timezone",
        detail: "is not known. Give a name of the IANA database, as Europe/Berlin"
      })
    }
    return yield* Either.mapLeft(
      Cron.parse(cron, zone.value),
      () => new ScheduleRefused({ field: "cron", detail: 'must be an expression of five fields, as "30 2 * * *"' })
    )
  })

const never = new ScheduleRefused({ field: "cron", detail: "names no day that ever comes" })

/** Seconds since 1970 of the first time after now. */
const nextOf = Effect.fnUntraced(function* (cron: string, timezone: string) {
  const parsed = yield* parse(cron, timezone)
  const now = yield* DateTime.now
  const next = yield* Effect.try({ try: () => Cron.next(parsed, now), catch: () => never })
  return next.getTime() / 1000
})

const make = Effect.gen(function* () {
  const database = yield* Database
  const revision = yield* Ref.make(0)

  const counted = <A, E>(self: Effect.Effect<A, E>) =>
    Effect.uninterruptible(Effect.tap(self, () => Ref.update(revision, (count) => count + 1)))

  const unique = (db: Sqlite.Database, name: string, but: number | null) =>
    Effect.suspend(() =>
      db.prepare(`SELECT 1 FROM ${table} WHERE name = ? AND id IS NOT ?`).get(name, but) === undefined
        ? Effect.void
        : Effect.fail(new ScheduleRefused({ field: "name", detail: "is that of another schedule" }))
    )

  /** After its time came, fired or not; `said` is for the journal. What cannot come again is over. */
  const passed = (
    id: number,
    columns: (now: number, due: number) => { readonly [column: string]: string | number },
    said: string | null
  ) =>
    counted(
      database.change({ actor: `schedule ${id}`, requestId: null }, (db) =>
        Effect.gen(function* () {
          const { cron, enabled, next_at, timezone } = yield* find(db, id)
          const now = (yield* Clock.currentTimeMillis) / 1000
          const next = enabled ? yield* Effect.orElseSucceed(nextOf(cron, timezone), () => null) : null
          update(db, table, id, { ...columns(now, next_at ?? now), next_at: next })
          const changed = said === null ? [] : [{ subject: subjectOf(id), change: said, fields: [] }]
          return { value: yield* find(db, id), changed }
        })
      )
    )

  return Schedules.of({
    list: database.read((db) => select(db, "true ORDER BY id")),
    get: (id) =>
      Effect.flatMap(
        database.read((db) => find(db, id)),
        (found) => found
      ),
    create: (input, by) =>
      counted(
        database.change(by, (db) =>
          Effect.gen(function* () {
            const next = yield* nextOf(input.cron, input.timezone)
            yield* unique(db, input.name, null)
            const id = insert(db, table, {
              ...input,
              scope: scopeText(input.scope),
              next_at: input.enabled ? next : null
            })
            const changed = [{ subject: subjectOf(id), change: "created", fields: Object.keys(input) }]
            return { value: yield* Effect.orDie(find(db, id)), changed }
          })
        )
      ),
    update: (id, changes, by, expected = () => Effect.void) =>
      counted(
        database.change(by, (db) =>
          Effect.gen(function* () {
            const before = yield* find(db, id)
            yield* expected(before)
            const after = { ...before, ...changes }
            const next = yield* nextOf(after.cron, after.timezone)
            yield* unique(db, after.name, id)
            const { scope, ...rest } = changes
            const sent = { ...rest, ...(scope === undefined ? {} : { scope: scopeText(scope) }) }
            const columns = differing({ ...before, scope: scopeText(before.scope) }, sent)
            // A time that has come stays until it was fired or missed.
            const other = ["cron", "timezone", "enabled"].some((column) => Object.hasOwn(columns, column))
            update(db, table, id, other ? { ...columns, next_at: after.enabled ? next : null } : columns)
            return { value: yield* find(db, id), changed: updated(subjectOf(id), columns) }
          })
        )
      ),
    remove: (id, by, expected = () => Effect.void) =>
      counted(
        database.change(by, (db) =>
          Effect.gen(function* () {
            yield* expected(yield* find(db, id))
            remove(db, table, id)
            return { value: undefined, changed: [{ subject: subjectOf(id), change: "removed", fields: [] }] }
          })
        )
      ),
    due: Effect.flatMap(Clock.currentTimeMillis, (millis) =>
      database.read((db) => select(db, "enabled = 1 AND next_at <= ? ORDER BY next_at, id", millis / 1000))
    ),
    fired: (id, run) => passed(id, (now) => ({ last_run: run, last_fired_at: now }), null),
    missed: (id, why) => passed(id, (_, due) => ({ last_missed_at: due }), `missed: ${why}`),
    revision: Ref.get(revision)
  })
})

export const layer: Layer.Layer<Schedules, never, Database> = Layer.effect(Schedules, make)
