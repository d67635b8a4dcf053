import * as OpenApi from "@effect/platform/OpenApi"
import type { Context } from "effect"
import { isJsonObject, type Json, type JsonObject } from "../../domain/Json.ts"

const merged = (base: Json | undefined, patch: Json): Json => {
  if (!isJsonObject(patch)) return patch
  const found: { [key: string]: Json } = base !== undefined && isJsonObject(base) ? { ...base } : {}
  for (const [key, value] of Object.entries(patch)) found[key] = merged(found[key], value)
  return found
}

interface Documented {
  readonly summary: string
  readonly description: string
  /** An example of the body. */
  readonly request?: Json
  /** By status: what it means here, its headers with what they hold, an example of the body. */
  readonly answers: {
    readonly [status: number]: {
      readonly description: string
      readonly headers?: { readonly [name: string]: string }
      readonly example?: Json
      readonly contentType?: string
    }
  }
}

const answerOf = ({
  contentType = "application/json",
  description,
  example,
  headers = {}
}: Documented["answers"][number]) => ({
  description,
  ...(Object.keys(headers).length === 0
    ? {}
    : {
        headers: Object.fromEntries(
          Object.entries(headers).map(([name, about]) => [name, { description: about, schema: { type: "string" } }])
        )
      }),
  ...(example === undefined ? {} : { content: { [contentType]: { example } } })
})

/** What OpenAPI says of an endpoint beside its schemas. */
export const documented = ({ answers, description, request, summary }: Documented): Context.Context<never> => {
  const patch: JsonObject = {
    ...(request === undefined ? {} : { requestBody: { content: { "application/json": { example: request } } } }),
    responses: Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, answerOf(answer)]))
  }
  return OpenApi.annotations({
    summary,
    description,
    transform: (operation: JsonObject) => ({ ...operation, ...(merged(operation, patch) as JsonObject) })
  })
}
