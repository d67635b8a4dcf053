import * as HttpApiError from "@effect/platform/HttpApiError"
import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import { Schema } from "effect"
import { Json } from "../../domain/Json.ts"
import { issuesOf } from "../Issues.ts"

/** An error whose body is `{"detail": …}`. */
export class Refused extends Schema.TaggedError<Refused>()("Refused", { status: Schema.Int, detail: Json }) {
  override get message() {
    return typeof this.detail === "string" ? this.detail : JSON.stringify(this.detail)
  }
}

const Detail = Schema.Struct({ detail: Json })

const ofDetail = (status: number): Schema.Schema<Refused, typeof Detail.Encoded> =>
  Schema.transform(Detail, Schema.typeSchema(Refused).pipe(Schema.filter((refused) => refused.status === status)), {
    strict: true,
    decode: ({ detail }) => new Refused({ status, detail }),
    encode: ({ detail }) => ({ detail })
  }).annotations({ identifier: `Refused${status}`, ...HttpApiSchema.annotations({ status }) })

/** A failure inside, told as `{"message", "detail", "python_exception": null}`. */
export class Failed extends Schema.TaggedError<Failed>()("Failed", {
  status: Schema.Int,
  message: Schema.String,
  detail: Json
}) {}

const Failure = Schema.Struct({ message: Schema.String, detail: Json, python_exception: Schema.Null })

const ofFailure = (status: number): Schema.Schema<Failed, typeof Failure.Encoded> =>
  Schema.transform(Failure, Schema.typeSchema(Failed).pipe(Schema.filter((failed) => failed.status === status)), {
    strict: true,
    decode: ({ detail, message }) => new Failed({ status, message, detail }),
    encode: ({ detail, message }) => ({ message, detail, python_exception: null })
  }).annotations({ identifier: `Failed${status}`, ...HttpApiSchema.annotations({ status }) })

const memoised = <A>(make: (status: number) => A) => {
  const known = new Map<number, A>()
  return (status: number): A => {
    const schema = known.get(status) ?? make(status)
    known.set(status, schema)
    return schema
  }
}

/** `Refused` with a status, for `addError` of a compatible endpoint. */
export const refused = memoised(ofDetail)

/** `Failed` with a status, for `addError` of a compatible endpoint. */
export const failed = memoised(ofFailure)

const Invalid = Schema.Struct({
  detail: Schema.Array(
    Schema.Struct({
      type: Schema.String,
      loc: Schema.Array(Schema.Union(Schema.String, Schema.Int)),
      msg: Schema.String
    })
  )
})

/** The one item that clients know, whatever is wrong. */
export const requestInvalid = { type: "request_validation_error", loc: ["body"], msg: "Request validation failed." }

/** A request that did not decode: the one item that clients know, then what is wrong by field. */
export const InvalidRequest = Schema.transform(Invalid, Schema.typeSchema(HttpApiError.HttpApiDecodeError), {
  strict: true,
  decode: () => new HttpApiError.HttpApiDecodeError({ issues: [], message: "" }),
  encode: ({ issues }) => ({
    detail: [requestInvalid, ...issuesOf(issues).map((issue) => ({ type: "field_invalid", ...issue }))]
  })
}).annotations({ identifier: "RequestValidationError", ...HttpApiSchema.annotations({ status: 422 }) })
