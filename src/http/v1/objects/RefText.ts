import { Schema } from "effect"
import type { Ref } from "../../../domain/Ref.ts"

/** A kind of NetBox object, as `virtualization.virtualmachine`. */
export const Kind = Schema.String.pipe(Schema.pattern(/^[a-z_]{1,50}\.[a-z_]{1,50}$/)).annotations({
  identifier: "Kind",
  description: "Content type of NetBox",
  examples: ["virtualization.virtualmachine"]
})

const isRef = (text: string): text is Ref => text.includes(":")

/** A ref in a query, as `virtualization.virtualmachine:lab/101`. */
export const RefText = Schema.String.pipe(
  Schema.maxLength(1000),
  Schema.filter(isRef, {
    message: () => "is no ref, as `virtualization.virtualmachine:lab/101`",
    jsonSchema: { pattern: ":" }
  })
)
