import { Cause, Effect, Option } from "effect"
import { explain, type Explanation } from "../sqlite/Explanation.ts"
import { JournalFailed } from "./Journal.ts"

const own: ReadonlyArray<Explanation> = [
  [
    /SQLITE_FULL|SQLITE_IOERR_WRITE|ENOSPC|EFBIG/,
    "the disk is full",
    "Free some space and run again: nothing of this step was kept, and what was begun is resumed"
  ],
  [/SQLITE_NOTADB/, "it is not a journal", "Give the path of a journal, or of a file that does not exist yet"],
  [
    /SQLITE_CORRUPT/,
    "it is damaged",
    "Restore it from a copy; `proxledger journal verify` names the first broken event"
  ],
  [/append-only/, "an event cannot be changed", "Write a new event instead"]
]

/** What a failure of the store means for whoever runs the engine. */
export const failure = (file: string, problem: unknown): JournalFailed =>
  problem instanceof JournalFailed ? problem : new JournalFailed({ file, ...explain(problem, own) })

/** Opening a file and committing throw where the library does not expect it. */
export const failureOf = (file: string, cause: Cause.Cause<unknown>): JournalFailed =>
  failure(
    file,
    Option.getOrElse(Cause.failureOption(cause), () => Cause.squash(cause))
  )

/** Everything that goes wrong in an effect, as a failure of this journal. */
export const failing =
  (file: string) =>
  <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, JournalFailed, R> =>
    Effect.catchAllCause(self, (cause) => Effect.fail(failureOf(file, cause)))
