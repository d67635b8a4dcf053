import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Layer, Redacted } from "effect"
import * as Util from "node:util"
import { Metrics } from "../../src/services/Metrics.ts"
import { NetBox } from "../../src/services/NetBox.ts"
import * as NetBoxLive from "../../src/services/NetBoxLive.ts"
import type { NetBoxSettings } from "../../src/services/NetBoxSettings.ts"
import { quick, tags, v1, withNetBox } from "../support/ScriptedNetBox.ts"

describe("errors", () => {
  const failure = (
    status: number,
    body: string,
    headers: { readonly [name: string]: string } = {},
    settings: Partial<NetBoxSettings> = { maxRetries: 0 }
  ) =>
    withNetBox(
      (_, response) => response.writeHead(status, headers).end(body),
      () => Effect.flatMap(NetBox, ({ create }) => Effect.flip(create(tags, [{ name: "a" }]))),
      { settings }
    )

  const cases: ReadonlyArray<readonly [title: string, status: number, body: unknown, expected: object]> = [
    [
      "positions of a create",
      400,
      {
        detail: "2 of 3 objects could not be created.",
        errors: [
          { index: 0, errors: { slug: ["exists.", "is odd."], name: ["blank."] } },
          { index: 2, errors: { __all__: ["not unique."] } }
        ]
      },
      {
        _tag: "Refused",
        detail: "2 of 3 objects could not be created.",
        items: [
          { position: { by: "index", value: 0 }, detail: "slug: exists. is odd.; name: blank." },
          { position: { by: "index", value: 2 }, detail: "not unique." }
        ]
      }
    ],
    [
      "ids of an update, an index where it is unreadable",
      400,
      {
        detail: "2 of 2 objects could not be updated.",
        errors: [
          { id: 99, errors: { id: ["does not exist"] } },
          { index: 1, errors: { id: ["required"] } }
        ]
      },
      {
        items: [
          { position: { by: "id", value: 99 }, detail: "id: does not exist" },
          { position: { by: "index", value: 1 }, detail: "id: required" }
        ]
      }
    ],
    [
      "a list as long as that of a create, from NetBox before 4.7",
      400,
      [{}, { name: ["blank."] }, {}],
      {
        _tag: "Refused",
        detail: "name: blank.",
        items: [{ position: { by: "index", value: 1 }, detail: "name: blank." }]
      }
    ],
    [
      "the bare errors of one object",
      400,
      { name: ["blank."], slug: ["odd."] },
      { _tag: "Refused", detail: "name: blank.; slug: odd.", items: [] }
    ],
    [
      "a single sentence",
      400,
      { detail: "JSON parse error" },
      { _tag: "Refused", detail: "JSON parse error", items: [] }
    ],
    ["errors of no field", 400, { __all__: ["a", "b"], non_field_errors: ["c"] }, { detail: "a b; c" }],
    ["nested errors", 400, { custom_fields: { uid: ["taken"] } }, { detail: "custom_fields: uid: taken" }],
    ["a list of sentences", 400, ["Ordering cannot be specified."], { detail: "Ordering cannot be specified." }],
    [
      "dependants",
      409,
      {
        detail: "1 of 1 objects could not be deleted.",
        errors: [{ id: 1, errors: { __all__: ["1 dependent object(s)"] } }]
      },
      { _tag: "Refused", status: 409, items: [{ position: { by: "id", value: 1 }, detail: "1 dependent object(s)" }] }
    ],
    ["a stale ETag", 412, { detail: "Precondition failed." }, { _tag: "Refused", status: 412, items: [] }],
    [
      "a token without privilege",
      403,
      { detail: "You do not have permission" },
      { _tag: "Denied", status: 403, detail: "You do not have permission" }
    ],
    [
      "a conflict inside of the database",
      500,
      { error: "duplicate key\nDETAIL: Key", exception: "IntegrityError" },
      { _tag: "Upstream", status: 500, detail: "IntegrityError: duplicate key DETAIL: Key" }
    ],
    [
      "a page",
      404,
      "<!DOCTYPE html><html><head><title>\n  Page Not Found | NetBox</title></head>",
      { _tag: "Refused", detail: "Page Not Found | NetBox" }
    ],
    [
      "a page without title",
      502,
      "<html><style>b{}</style><h1>502</h1> <p>Bad  gateway</p></html>",
      { _tag: "Upstream", status: 502, detail: "502 Bad gateway" }
    ],
    ["nothing", 500, "", { _tag: "Upstream", detail: "" }],
    ["much too much", 400, "x".repeat(5000), { detail: `${"x".repeat(500)}…` }]
  ]
  for (const [title, status, body, expected] of cases) {
    it.live(`${status}: ${title}`, () =>
      Effect.gen(function* () {
        const error = yield* failure(status, typeof body === "string" ? body : JSON.stringify(body))
        assert.deepInclude({ ...error }, { ...expected })
      })
    )
  }

  it.live("a redirect names the address to set", () =>
    Effect.gen(function* () {
      const error = yield* failure(301, "", { location: "https://netbox.example/api/?next=1" })
      assert.strictEqual(error._tag, "Undecodable")
      assert.include(error.message, "https://netbox.example/api/. Set that address")
    })
  )

  it.live("429, and 503 with a time to come back, ask to slow down", () =>
    Effect.gen(function* () {
      const errors = yield* Effect.all([
        failure(429, "", { "retry-after": "3" }),
        failure(503, "", { "retry-after": "4" }),
        failure(429, "", { "retry-after": "soon" }),
        failure(429, "")
      ])
      assert.deepStrictEqual(
        errors.map((error) => (error._tag === "Throttled" ? error.retryAfterMillis : error._tag)),
        [3000, 4000, 0, 0]
      )
    })
  )

  it.live("none carries the token, though the server echoes it", () =>
    Effect.gen(function* () {
      const secret = "5ec7e75ec7e75ec7e75ec7e75ec7e75ec7e75ec7"
      for (const token of [secret, `nbt_plantedkey00.${secret}`]) {
        const seen = new Set<string>()
        for (const status of [200, 301, 400, 401, 403, 404, 409, 429, 500, 503, 0, -1]) {
          const error = yield* withNetBox(
            ({ headers }, response) => {
              const echo = JSON.stringify({
                detail: `You sent ${headers.authorization}`,
                errors: [{ index: 0, errors: { token: [headers.authorization] } }]
              })
              if (status === 0) response.destroy()
              else if (status > 0) response.writeHead(status, { location: `/?${headers.authorization}` }).end(echo)
            },
            () => Effect.flatMap(NetBox, ({ create }) => Effect.flip(create(tags, [{ name: "a" }]))),
            { token, settings: { maxRetries: 0, timeout: Duration.millis(100) } }
          )
          seen.add(error._tag)
          const shown = [
            JSON.stringify(error),
            Util.inspect(error, { depth: 20 }),
            error.message,
            String(error.stack),
            String(error)
          ]
          assert.notInclude(shown.join("\n"), secret)
        }
        assert.sameMembers([...seen], ["Undecodable", "Refused", "Denied", "Throttled", "Upstream", "Cut"])
      }
    })
  )

  it.live("and no address shows its password", () =>
    Effect.gen(function* () {
      const url = "http://user:planted@127.0.0.1:1"
      const layer = NetBoxLive.layer({
        url,
        token: Redacted.make(v1),
        tls: { verify: true },
        settings: { ...quick, maxRetries: 0 }
      })
      const error = yield* Effect.flatMap(NetBox, ({ version }) => version).pipe(
        Effect.provide(Layer.provide(layer, Metrics.Default)),
        Effect.flip
      )
      assert.strictEqual(error._tag, "Unreachable")
      assert.notInclude(Util.inspect(error) + error.message, "planted")
    })
  )
})
