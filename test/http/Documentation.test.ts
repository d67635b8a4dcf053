import * as OpenApi from "@effect/platform/OpenApi"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Json, JsonObject } from "../../src/domain/Json.ts"
import { LegacyApi } from "../../src/http/legacy/LegacyApi.ts"
import { document } from "../../src/http/OpenApiDocument.ts"
import { V1Api } from "../../src/http/v1/V1Api.ts"
import * as Support from "../support/Service.ts"

const at = (value: Json | undefined, ...keys: ReadonlyArray<string>): Json | undefined =>
  keys.reduce<Json | undefined>((found, key) => (found as JsonObject | undefined)?.[key], value)

describe("the documentation", () => {
  it.scopedLive("is one document of both surfaces, and a page that needs nothing else", () =>
    Effect.gen(function* () {
      const { call } = yield* Support.start()
      const { json, status } = yield* call("/openapi.json", { key: null })
      assert.strictEqual(status, 200)
      assert.strictEqual(at(json, "openapi"), "3.1.0")
      for (const place of [at(json, "info"), json]) {
        assert.hasAllKeys(at(place, "x-proxmox-generated-openapi"), [
          "source",
          "endpoint_count",
          "version",
          "version_tag"
        ])
      }
      assert.isTrue(at(json, "paths", "/auth/keys", "get", "deprecated"))
      assert.isUndefined(at(json, "paths", "/v1/keys", "get", "deprecated"))
      assert.isDefined(at(json, "paths", "/v1/keys", "get", "responses", "401"))
      assert.isDefined(at(json, "paths", "/v1/keys", "post", "responses", "413"))
      for (const path of ["/docs", "/redoc"]) {
        const page = yield* call(path, { key: null })
        assert.strictEqual(page.status, 200)
        assert.match(String(page.headers["content-type"]), /^text\/html/)
        assert.match(String(page.headers["content-security-policy"]), /'unsafe-inline'/)
        assert.include(page.text, "SwaggerUIBundle")
        assert.include(page.text, "/auth/register-key")
        assert.notMatch(page.text, /<(script|link)[^>]+(src|href)="http/)
      }
      assert.notMatch(String((yield* call("/health")).headers["content-security-policy"]), /unsafe-inline/)
    })
  )

  it("has every schema that it names, and one of each name", () => {
    const whole = document()
    const schemas = at(whole, "components", "schemas") as JsonObject
    for (const [, name = ""] of JSON.stringify(whole).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      assert.property(schemas, name)
    }
    for (const api of [OpenApi.fromApi(LegacyApi), OpenApi.fromApi(V1Api)]) {
      const own = JSON.parse(JSON.stringify(api.components.schemas)) as JsonObject
      for (const [name, schema] of Object.entries(own)) assert.deepStrictEqual(schemas[name], schema, name)
    }
  })
})
