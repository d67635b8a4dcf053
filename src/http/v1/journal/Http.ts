import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import { Effect } from "effect"
import { Audit } from "../../../journal/Audit.ts"
import { asProblems } from "../Failures.ts"
import { V1Api } from "../V1Api.ts"
import { journalEventOf } from "./JournalEvent.ts"

export const JournalHttp = HttpApiBuilder.group(V1Api, "journal", (handlers) =>
  Effect.gen(function* () {
    const audit = yield* Audit
    return handlers.handle("events", ({ urlParams: { type, ...filter } }) =>
      audit.events({ ...filter, ...(type === undefined ? {} : { types: type }) }).pipe(
        Effect.map(({ items, next }) => ({
          items: items.map(journalEventOf),
          next: next === null ? null : String(next)
        })),
        asProblems
      )
    )
  })
)
