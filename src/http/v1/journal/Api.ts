import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as OpenApi from "@effect/platform/OpenApi"
import { Schema } from "effect"
import { V1Authorization } from "../../Authorization.ts"
import { documented } from "../Documented.ts"
import { Kind, RefText } from "../objects/RefText.ts"
import { Limit, NumberCursor, pageOf } from "../Paging.ts"
import { Moment } from "../Time.ts"
import { EventType, JournalEvent } from "./JournalEvent.ts"

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

const Filter = Schema.Struct({
  run: optional(Schema.String.pipe(Schema.maxLength(100)).annotations({ description: "Events of one run" })),
  ref: optional(
    RefText.annotations({
      description: "Events that name this object: planned operations, bindings, baselines, drifts, conflicts"
    })
  ),
  kind: optional(Kind.annotations({ description: "Events that name an object of this kind" })),
  type: optional(Schema.Array(EventType).annotations({ description: "Events of these types" })),
  since: optional(Moment),
  until: optional(Moment),
  order: Schema.optionalWith(Schema.Literal("newest", "oldest"), { default: () => "newest" as const }),
  limit: Limit,
  cursor: NumberCursor
})

/** Everything that happened. */
export const JournalGroup = HttpApiGroup.make("journal")
  .add(
    HttpApiEndpoint.get("events", "/v1/journal")
      .setUrlParams(Filter)
      .addSuccess(pageOf(JournalEvent, "JournalPage"))
      .annotateContext(
        documented({
          summary: "Search the journal",
          description:
            "Every filter narrows the others. A page looks at a bounded part of the journal: it may hold few events, or none, and still have a `next`. What became of a planned operation is in `/v1/runs/{run}` and in the history of its object.",
          answers: {
            200: {
              description: "A page of events",
              example: {
                items: [
                  {
                    seq: 4711,
                    at: "2026-03-01T06:00:01.000Z",
                    stream: "019a1b2c-3d4e-7f60-8a9b-0c1d2e3f4a5b",
                    version: 9,
                    type: "PlanSealed",
                    data: { operations: 12, digest: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" }
                  }
                ],
                next: "4711"
              }
            }
          }
        })
      )
  )
  .middleware(V1Authorization)
  .annotateContext(OpenApi.annotations({ description: "Everything that happened, and who asked for it" }))
