/** What a failure of SQLite means for whoever runs the engine, by what its text matches. */
export type Explanation = readonly [pattern: RegExp, detail: string, remedy: string]

const common: ReadonlyArray<Explanation> = [
  [
    /SQLITE_FULL|SQLITE_IOERR_WRITE|ENOSPC|EFBIG/,
    "the disk is full",
    "Free some space and try again: nothing of this change was kept"
  ],
  [
    /SQLITE_CANTOPEN|directory does not exist|ENOENT/,
    "it cannot be opened",
    "Make its folder, and let this user write there"
  ],
  [/SQLITE_READONLY|EACCES|SQLITE_PERM/, "it cannot be written", "Let this user write the file and its folder"],
  [/SQLITE_NOTADB/, "it is not a database", "Give the path of a database, or of a file that does not exist yet"],
  [/SQLITE_CORRUPT/, "it is damaged", "Restore it from a copy"],
  [/SQLITE_BUSY|SQLITE_LOCKED/, "another program holds it", "Close that program and run again"],
  [/SQLITE_IOERR/, "the disk failed to read or write", "Check the disk and its file system"]
]

export const textOf = (problem: unknown): string => {
  if (!(problem instanceof Error)) return String(problem)
  const code = "code" in problem ? `${String(problem.code)} ` : ""
  const cause = problem.cause === undefined ? "" : ` ${textOf(problem.cause)}`
  return `${code}${problem.message}${cause}`
}

/** `own` are the explanations of this file, which come before those of any. */
export const explain = (
  problem: unknown,
  own: ReadonlyArray<Explanation> = []
): { readonly detail: string; readonly remedy: string } => {
  const text = textOf(problem)
  const found = [...own, ...common].find(([pattern]) => pattern.test(text))
  return found === undefined
    ? { detail: text.slice(0, 300), remedy: "Restore it from a copy, or report this" }
    : { detail: found[1], remedy: found[2] }
}
