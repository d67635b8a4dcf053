import { Context, type Effect, Schema } from "effect"
import type { By } from "../domain/By.ts"
import { Scope } from "../domain/Scope.ts"
import type { Expected, StoreFailed } from "./Database.ts"
import { Flag, given, Name, or } from "./EndpointFields.ts"

/** Times are seconds since 1970. */
const Time = Schema.NullOr(Schema.Number)

export const Schedule = Schema.Struct({
  id: Schema.Int,
  name: Schema.String,
  /** Minute, hour, day of the month, month, day of the week; a field for seconds may come first. */
  cron: Schema.String,
  /** As `Europe/Berlin`. */
  timezone: Schema.String,
  scope: Scope,
  approve_removals: Schema.Boolean,
  enabled: Schema.Boolean,
  /** Null where it is not enabled, or never fires again. */
  next_at: Time,
  /** Id of the last run that it started. */
  last_run: Schema.NullOr(Schema.String),
  last_fired_at: Time,
  /** When it should have fired last and did not, because the service was not running or another run was under way. */
  last_missed_at: Time
}).annotations({ identifier: "Schedule" })
export type Schedule = typeof Schedule.Type

const fields = { cron: Name, timezone: Name, approve_removals: Flag, enabled: Flag }

export const ScheduleInput = Schema.Struct({
  name: Name,
  cron: fields.cron,
  timezone: or(fields.timezone, "UTC"),
  scope: or(Scope, {}),
  approve_removals: or(fields.approve_removals, false),
  enabled: or(fields.enabled, true)
}).annotations({ identifier: "ScheduleInput" })
export type ScheduleInput = typeof ScheduleInput.Type

/** Only what is sent changes. */
export const ScheduleChanges = Schema.Struct({
  name: given(Name),
  cron: given(fields.cron),
  timezone: given(fields.timezone),
  scope: given(Scope),
  approve_removals: given(fields.approve_removals),
  enabled: given(fields.enabled)
}).annotations({ identifier: "ScheduleChanges" })
export type ScheduleChanges = typeof ScheduleChanges.Type

export class ScheduleNotFound extends Schema.TaggedError<ScheduleNotFound>()("ScheduleNotFound", { id: Schema.Int }) {
  override get message() {
    return `There is no schedule ${this.id}`
  }
}

/** The expression, the time zone or the name cannot be used. */
export class ScheduleRefused extends Schema.TaggedError<ScheduleRefused>()("ScheduleRefused", {
  field: Schema.Literal("name", "cron", "timezone"),
  detail: Schema.String
}) {
  override get message() {
    return `${this.field} ${this.detail}`
  }
}

/** When runs start by themselves. Keeping time is the scheduler's part. */
export class Schedules extends Context.Tag("proxledger/Schedules")<
  Schedules,
  {
    readonly list: Effect.Effect<ReadonlyArray<Schedule>, StoreFailed>
    readonly get: (id: number) => Effect.Effect<Schedule, ScheduleNotFound | StoreFailed>
    readonly create: (input: ScheduleInput, by: By) => Effect.Effect<Schedule, ScheduleRefused | StoreFailed>
    readonly update: <E = never>(
      id: number,
      changes: ScheduleChanges,
      by: By,
      expected?: Expected<Schedule, E>
    ) => Effect.Effect<Schedule, E | ScheduleNotFound | ScheduleRefused | StoreFailed>
    readonly remove: <E = never>(
      id: number,
      by: By,
      expected?: Expected<Schedule, E>
    ) => Effect.Effect<void, E | ScheduleNotFound | StoreFailed>
    /** The enabled ones whose `next_at` has come, earliest first. */
    readonly due: Effect.Effect<ReadonlyArray<Schedule>, StoreFailed>
    /** It started a run now; `next_at` moves to the next time after now. */
    readonly fired: (id: number, run: string) => Effect.Effect<Schedule, ScheduleNotFound | StoreFailed>
    /** It did not fire at the time it should have; `next_at` moves to the next time after now. Journaled with the reason. */
    readonly missed: (id: number, why: string) => Effect.Effect<Schedule, ScheduleNotFound | StoreFailed>
    /** Grows with each change of a schedule: the scheduler looks again. */
    readonly revision: Effect.Effect<number>
  }
>() {}
