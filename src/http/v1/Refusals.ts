import { isJsonObject, type Json, type JsonObject } from "../../domain/Json.ts"
import { aboutOf, contentType } from "../Problem.ts"

const refusal = (status: number): Json => ({
  description: aboutOf(status),
  content: { [contentType]: { schema: { $ref: "#/components/schemas/Problem" } } }
})

/** What the frame refuses before an endpoint that reads a body is asked. */
const ofBodies: JsonObject = Object.fromEntries([400, 413, 415].map((status) => [status, refusal(status)]))

const each = (object: Json | undefined, change: (member: JsonObject) => JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(object !== undefined && isJsonObject(object) ? object : {}).map(([name, member]) => [
      name,
      isJsonObject(member) ? change(member) : member
    ])
  )

/** Tells OpenAPI of the answers that no endpoint declares, because the frame makes them. */
export const withRefusals = (document: JsonObject): JsonObject => ({
  ...document,
  paths: each(document["paths"], (path) =>
    each(path, (operation) => {
      const { requestBody, responses } = operation
      return requestBody === undefined || responses === undefined || !isJsonObject(responses)
        ? operation
        : { ...operation, responses: { ...ofBodies, ...responses } }
    })
  )
})
