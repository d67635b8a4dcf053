import { Schema, SchemaAST } from "effect"
import { Event, type Recorded, versions } from "../../../domain/Event.ts"
import { JsonObject } from "../../../domain/Json.ts"
import { Time, timeOf } from "../Time.ts"

const isTag = (tag: string): tag is Event["_tag"] => Object.hasOwn(versions, tag)

/** Every type of event. */
export const EventType = Schema.Literal(...Object.keys(versions).filter(isTag)).annotations({ identifier: "EventType" })

const tagOf = (ast: SchemaAST.AST): string => {
  const tag = SchemaAST.isTypeLiteral(ast)
    ? ast.propertySignatures.find(({ name }) => name === "_tag")?.type
    : undefined
  return tag !== undefined && SchemaAST.isLiteral(tag) ? String(tag.literal) : ""
}

/** What each type of event holds, for OpenAPI. */
export const eventSchemas: ReadonlyArray<Schema.Schema.Any> = Event.members.map(({ ast }) =>
  Schema.make(
    SchemaAST.annotations(SchemaAST.omit(ast, ["_tag"]), { [SchemaAST.IdentifierAnnotationId]: `${tagOf(ast)}Data` })
  )
)

/** One thing that happened, as the journal has it. */
export const JournalEvent = Schema.Struct({
  seq: Schema.Int.annotations({ description: "Its place in this journal" }),
  at: Time,
  stream: Schema.String.annotations({ description: "The run it belongs to, or `configuration`" }),
  version: Schema.Int.annotations({ description: "Its place in the stream" }),
  type: EventType,
  data: JsonObject.annotations({
    description: "What happened; its members depend on the type",
    jsonSchema: {
      anyOf: Event.members.map(({ ast }) => ({ $ref: `#/components/schemas/${tagOf(ast)}Data` }))
    }
  })
}).annotations({ identifier: "JournalEvent" })

export const journalEventOf = ({ at, event, seq, stream, version }: Recorded): typeof JournalEvent.Encoded => {
  const { _tag, ...data } = event
  return { seq, at: timeOf(at), stream, version, type: _tag, data }
}
