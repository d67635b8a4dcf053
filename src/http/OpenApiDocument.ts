import * as OpenApi from "@effect/platform/OpenApi"
import { Context, identity, Option } from "effect"
import { isJsonObject, type Json, type JsonObject } from "../domain/Json.ts"
import { version } from "../Version.ts"
import { LegacyApi } from "./legacy/LegacyApi.ts"
import { V1Api } from "./v1/V1Api.ts"

/** Clients read it in either place: no route is generated from a description of Proxmox's API. */
const generated = { source: "proxledger", endpoint_count: 0, version: "latest", version_tag: "latest" }

const objectOf = (value: Json | undefined): JsonObject => (value !== undefined && isJsonObject(value) ? value : {})

const listOf = (value: Json | undefined): ReadonlyArray<Json> => (Array.isArray(value) ? value : [])

/** What the frame refuses before an endpoint that reads a body is asked. */
const tooLarge = { "413": { description: "The body is too large" } }

/** `registerKey` as `Register key`. */
const summaryOf = (id: string): string => {
  const words = id.slice(id.lastIndexOf(".") + 1).replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
  return words.slice(0, 1).toUpperCase() + words.slice(1)
}

/** Its names are all that most operations of the compatible surface say of themselves. */
const deprecated = (path: Json): Json =>
  Object.fromEntries(
    Object.entries(objectOf(path)).map(([method, item]) => {
      const operation = objectOf(item)
      const refusals = operation["requestBody"] === undefined ? {} : tooLarge
      return [
        method,
        {
          summary: summaryOf(String(operation["operationId"] ?? method)),
          ...operation,
          deprecated: true,
          responses: { ...refusals, ...objectOf(operation["responses"]) }
        }
      ]
    })
  )

const eventStream = "text/event-stream"

/** What is read of a stream is events, one after the other: there is no schema for the text of all. */
const untyped = (response: JsonObject): JsonObject => {
  const content = objectOf(response["content"])
  if (content[eventStream] === undefined) return response
  const { schema: _, ...rest } = objectOf(content[eventStream])
  return { ...response, content: { ...content, [eventStream]: { ...rest, schema: {} } } }
}

const withStreams = (path: Json): Json =>
  Object.fromEntries(
    Object.entries(objectOf(path)).map(([method, item]) => {
      const { responses, ...operation } = objectOf(item)
      const told = Object.entries(objectOf(responses)).map(([status, one]) => [status, untyped(objectOf(one))])
      return [method, { ...operation, responses: Object.fromEntries(told) }]
    })
  )

/** Plain JSON of what is made of schemas. */
const plain = (specification: OpenApi.OpenAPISpec): JsonObject => objectOf(JSON.parse(JSON.stringify(specification)))

/** One document for both surfaces; everything of the compatible one is deprecated. */
const merge = (specification: JsonObject): JsonObject => {
  const legacy = plain(OpenApi.fromApi(LegacyApi))
  const components = objectOf(specification["components"])
  const others = objectOf(legacy["components"])
  const tags = listOf(specification["tags"])
  const names = new Set(tags.map((tag) => objectOf(tag)["name"]))
  const clean = Object.entries(objectOf(specification["paths"]))
  const paths = [
    ...clean,
    ...Object.entries(objectOf(legacy["paths"])).map(([path, item]) => [path, deprecated(item)] as const)
  ]
  return {
    ...specification,
    info: {
      ...objectOf(specification["info"]),
      title: "Proxledger",
      version,
      "x-proxmox-generated-openapi": generated
    },
    "x-proxmox-generated-openapi": generated,
    paths: Object.fromEntries(paths.map(([path, item]) => [path, withStreams(item)])),
    components: {
      ...components,
      schemas: { ...objectOf(others["schemas"]), ...objectOf(components["schemas"]) },
      securitySchemes: { ...objectOf(others["securitySchemes"]), ...objectOf(components["securitySchemes"]) }
    },
    tags: [...tags, ...listOf(legacy["tags"]).filter((tag) => !names.has(objectOf(tag)["name"]))]
  }
}

/** What the clean surface itself makes of its document. */
const own = Option.getOrElse(Context.getOption(V1Api.annotations, OpenApi.Transform), () => identity)

/** Both surfaces, as far as they are described. */
export const DocumentedApi = V1Api.annotate(OpenApi.Transform, (specification) =>
  merge(objectOf(JSON.parse(JSON.stringify(own(specification)))))
)

export const document = (): JsonObject => plain(OpenApi.fromApi(DocumentedApi))
