import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as OpenApi from "@effect/platform/OpenApi"
import { Schema } from "effect"
import { V1Authorization } from "../../Authorization.ts"
import { problems } from "../../Problem.ts"
import { documented } from "../Documented.ts"
import { Kind } from "../objects/RefText.ts"
import { Limit } from "../Paging.ts"
import { Conflict, Drift } from "../runs/Findings.ts"
import { example, Run } from "../runs/Run.ts"

const Found = Schema.Union(
  Schema.Struct({ type: Schema.Literal("drift"), ...Drift.fields }),
  Schema.Struct({ type: Schema.Literal("conflict"), ...Conflict.fields })
).annotations({ identifier: "Difference", description: "What NetBox holds and the engine leaves as it is" })

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

/** Where a page ends: an event and how many of its items. */
const DriftCursor = Schema.String.pipe(Schema.pattern(/^\d{1,15}\.\d{1,9}$/)).annotations({
  description: "`next` of the page before. Absent: the first page"
})

export const DriftPage = Schema.Struct({
  run: Schema.NullOr(Run).annotations({ description: "The run that found it; null where none has looked yet" }),
  items: Schema.Array(Found),
  next: Schema.NullOr(Schema.String).annotations({ description: "Cursor of the next page; null after the last one" })
}).annotations({ identifier: "DriftPage" })

/** Which of them. */
export const DriftParams = Schema.Struct({
  run: optional(
    Schema.String.pipe(Schema.maxLength(100)).annotations({
      description: "What this run found; else the latest that looked at everything and sealed its plan"
    })
  ),
  kind: optional(Kind),
  type: optional(Schema.Literal("drift", "conflict")),
  limit: Limit,
  cursor: optional(DriftCursor)
})

/** Where NetBox and the engine disagree. */
export const DriftGroup = HttpApiGroup.make("drift")
  .add(
    HttpApiEndpoint.get("read", "/v1/drift")
      .setUrlParams(DriftParams)
      .addSuccess(DriftPage)
      .addError(problems(404))
      .annotateContext(
        documented({
          summary: "Read drift and conflicts",
          description:
            "Fields that somebody changed in NetBox and that are kept (`drift`), and objects that the engine leaves alone because it cannot decide (`conflict`), as the journal tells them. Nothing is read from NetBox for it: start a plan to look again.",
          answers: {
            200: {
              description: "A page of both",
              example: {
                run: example,
                items: [
                  {
                    type: "drift",
                    ref: "virtualization.virtualmachine:lab/101",
                    label: "web-1",
                    field: "description",
                    base: "a web server",
                    theirs: "the web server of sales",
                    ours: "a web server"
                  }
                ],
                next: null
              }
            }
          }
        })
      )
  )
  .middleware(V1Authorization)
  .annotateContext(OpenApi.annotations({ description: "Where NetBox and the engine disagree" }))
