import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as OpenApi from "@effect/platform/OpenApi"
import { Schema } from "effect"
import { Json } from "../../../domain/Json.ts"
import { Ref } from "../../../domain/Ref.ts"
import { V1Authorization } from "../../Authorization.ts"
import { problems } from "../../Problem.ts"
import { documented } from "../Documented.ts"
import { Limit, NumberCursor, pageOf, TextCursor } from "../Paging.ts"
import { example as operation, Operations } from "../runs/Operation.ts"
import { Time } from "../Time.ts"
import { Kind } from "./RefText.ts"

export const Binding = Schema.Struct({
  ref: Ref,
  kind: Schema.String,
  netbox_id: Schema.Int,
  evidence: Schema.String.annotations({ description: "By what it was recognised, or `created`" }),
  created: Schema.Boolean.annotations({ description: "Whether an operation made it; else it was there before" }),
  retired_at: Schema.NullOr(Time).annotations({ description: "Since when it is marked as gone from its source" })
}).annotations({ identifier: "Binding", description: "Which NetBox object a ref stands for" })

const ObjectDetail = Schema.Struct({
  ref: Ref,
  binding: Schema.NullOr(Binding).annotations({ description: "Null where it stands for no NetBox object any more" }),
  baseline: Schema.Record({ key: Schema.String, value: Json }).annotations({
    description: "By field, the value that was applied last, or found equal"
  }),
  history: Operations
}).annotations({ identifier: "ObjectDetail" })

const binding = {
  ref: "virtualization.virtualmachine:lab/101",
  kind: "virtualization.virtualmachine",
  netbox_id: 42,
  evidence: "created",
  created: true,
  retired_at: null
}

/** What is known of the objects that are kept true. */
export const ObjectsGroup = HttpApiGroup.make("objects")
  .add(
    HttpApiEndpoint.get("list", "/v1/objects/:kind")
      .setPath(Schema.Struct({ kind: Kind }))
      .setUrlParams(Schema.Struct({ limit: Limit, cursor: TextCursor }))
      .addSuccess(pageOf(Binding, "BindingPage"))
      .annotateContext(
        documented({
          summary: "List objects of a kind",
          description: "The objects of NetBox that are bound to something in a source, in the order of their refs.",
          answers: { 200: { description: "A page of bindings", example: { items: [binding], next: null } } }
        })
      )
  )
  .add(
    HttpApiEndpoint.get("read", "/v1/objects/:kind/:key")
      .setPath(
        Schema.Struct({
          kind: Kind,
          key: Schema.String.pipe(Schema.minLength(1), Schema.maxLength(1000)).annotations({
            description: "The ref without its kind, percent-encoded: `lab%2F101`",
            examples: ["lab/101"]
          })
        })
      )
      .setUrlParams(Schema.Struct({ limit: Limit, cursor: NumberCursor }))
      .addSuccess(ObjectDetail)
      .addError(problems(404))
      .annotateContext(
        documented({
          summary: "Read an object",
          description:
            "To which NetBox object the ref is bound and why, what was applied to it last, and every operation that touched it, newest first, with field, value before and after, and the reason.",
          answers: {
            200: {
              description: "The object",
              example: {
                ref: binding.ref,
                binding,
                baseline: { name: "web-1", memory: 4096 },
                history: { items: [{ ...operation, state: "ok" }], next: null }
              }
            }
          }
        })
      )
  )
  .middleware(V1Authorization)
  .annotateContext(OpenApi.annotations({ description: "What is known of the objects that are kept true" }))
