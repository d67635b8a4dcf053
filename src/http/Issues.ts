import type * as HttpApiError from "@effect/platform/HttpApiError"

/** One thing that is wrong with a request. */
export interface Issue {
  readonly loc: ReadonlyArray<string | number>
  readonly msg: string
}

/** What was sent stays out: it may be a password. */
const withoutValue = (message: string): string =>
  message.replace(/, actual .*/s, "").replace(/^Unable to decode .* into/s, "Unable to decode it into")

/** What is wrong, field by field, without what was sent. */
export const issuesOf = (issues: HttpApiError.HttpApiDecodeError["issues"]): ReadonlyArray<Issue> =>
  issues.map(({ message, path }) => ({
    loc: path.map((key) => (typeof key === "number" ? key : String(key))),
    msg: withoutValue(message)
  }))
