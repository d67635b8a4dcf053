import { Cause, Effect, Option } from "effect"
import { JournalFailed } from "./Journal.ts"

const known: ReadonlyArray<readonly [pattern: RegExp, detail: string, remedy: string]> = [
  [
    /SQLITE_FULL|SQLITE_IOERR_WRITE|ENOSPC|EFBIG/,
    "the disk is full",
    "Free some space and run again: nothing of this step was kept, and what was begun is resumed"
  ],
  [/SQLITE_NOTADB/, "it is not a journal", "Give the path of a journal, or of a file that does not exist yet"],
  [
    /SQLITE_CANTOPEN|directory does not exist|ENOENT/,
    "it cannot be opened",
    "Make its folder, and let this user write there"
  ],
  [/SQLITE_READONLY|EACCES|SQLITE_PERM/, "it cannot be written", "Let this user write the file and its folder"],
  [
    /SQLITE_CORRUPT/,
    "it is damaged",
    "Restore it from a copy; `proxledger journal verify` names the first broken event"
  ],
  [/SQLITE_BUSY|SQLITE_LOCKED/, "another program holds it", "Close that program and run again"],
  [/SQLITE_IOERR/, "the disk failed to read or write", "Check the disk and its file system"],
  [/append-only/, "an event cannot be changed", "Write a new event instead"]
]

export const textOf = (problem: unknown): string => {
  if (!(problem instanceof Error)) return String(problem)
  const code = "code" in problem ? `${String(problem.code)} ` : ""
  const cause = problem.cause === undefined ? "" : ` ${textOf(problem.cause)}`
  return `${code}${problem.message}${cause}`
}

/** What a failure of the store means for whoever runs the engine. */
export const failure = (file: string, problem: unknown): JournalFailed => {
  if (problem instanceof JournalFailed) return problem
  const text = textOf(problem)
  const found = known.find(([pattern]) => pattern.test(text))
  return found === undefined
    ? new JournalFailed({ file, detail: text.slice(0, 300), remedy: "Restore it from a copy, or report this" })
    : new JournalFailed({ file, detail: found[1], remedy: found[2] })
}

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
