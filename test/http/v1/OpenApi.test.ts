import * as OpenApi from "@effect/platform/OpenApi"
import { assert, describe, it } from "@effect/vitest"
import { createConfig, lintFromString } from "@redocly/openapi-core"
import { Effect } from "effect"
import { document as merged } from "../../../src/http/OpenApiDocument.ts"
import { V1Api } from "../../../src/http/v1/V1Api.ts"

const document = OpenApi.fromApi(V1Api)

const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item)
    .filter(() => path.startsWith("/v1"))
    .map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, method, path, operation }))
)

const statusesOf = (responses: object): ReadonlyArray<string> => Object.keys(responses).sort()

/** What a linter complains of. */
const complaints = (text: string) =>
  Effect.promise(async () => {
    const config = await createConfig({
      extends: ["recommended"],
      // A path of the compatible surface has one, because clients ask for it.
      rules: { "no-path-trailing-slash": "off" }
    })
    const found = await lintFromString({ source: text, absoluteRef: "openapi.json", config })
    return found.map(({ location, message, ruleId, severity }) => {
      return `${severity} ${ruleId}: ${message} ${location[0]?.pointer ?? ""}`
    })
  })

it.live("the document of both surfaces has no error that a linter knows of", () =>
  Effect.gen(function* () {
    const found = yield* complaints(JSON.stringify(merged()))
    assert.deepStrictEqual(
      found.filter((complaint) => complaint.startsWith("error")),
      []
    )
  })
)

describe("the OpenAPI document of /v1", () => {
  it.live("has nothing that a linter complains of", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* complaints(JSON.stringify(document)), [])
    })
  )

  it("says of every operation what it does, with an example of what it answers", () => {
    for (const { name, operation } of operations) {
      assert.isAbove(operation.summary?.length ?? 0, 5, name)
      assert.isAbove(operation.description?.length ?? 0, 10, name)
      for (const [status, answer] of Object.entries(operation.responses)) {
        assert.notInclude(["Success", "Error"], answer.description, `${name} ${status}`)
        if (!status.startsWith("2") || status === "204") continue
        const [content] = Object.values(answer.content ?? {})
        assert.property(content, "example", `${name} ${status}`)
      }
    }
    assert.isAbove(operations.length, 35)
  })

  it("documents what callers run into everywhere, and what its method brings with it", () => {
    for (const { method, name, operation } of operations) {
      const statuses = statusesOf(operation.responses)
      const always = ["401", "403", "422", "429", "503"]
      const ofMethod =
        method === "post" || method === "patch" ? (operation.requestBody ? ["400", "413", "415"] : []) : []
      assert.includeMembers([...statuses], [...always, ...ofMethod], name)
      if (method === "post") assert.include(statuses, "409", name)
      const isConfiguration = /endpoints|schedules/.test(name)
      if (isConfiguration && (method === "patch" || method === "delete")) {
        assert.includeMembers([...statuses], ["404", "412", "428"], name)
      }
      if (/\{(id|run|plan|key)\}/.test(name)) assert.include(statuses, "404", name)
    }
  })

  it("names every type of event", () => {
    const schemas = Object.keys(document.components.schemas)
    assert.includeMembers(schemas, [
      "RunStartedData",
      "OperationPlannedData",
      "RunCompletedData",
      "ConfigurationChangedData"
    ])
  })
})
