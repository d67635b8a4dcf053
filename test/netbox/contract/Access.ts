import { expect } from "@effect/vitest"
import { Effect } from "effect"
import { refuses, type It } from "./Case.ts"
import { World } from "./World.ts"

/** Tokens, methods, paths and bodies. */
export const access = (it: It, tokenV2: string | undefined): void => {
  it.effect("status tells the version", () =>
    Effect.gen(function* () {
      const { ask } = yield* World
      const answer = yield* ask("GET", "status/")
      expect(answer).toMatchObject({ status: 200, body: { "netbox-version": "4.7.3" } })
      expect(answer.headers.get("api-version")).toBe("4.7")
      expect(answer.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/)
    })
  )

  for (const [title, authorization, detail] of [
    ["no token", null, "Authentication credentials were not provided."],
    ["another scheme", "Basic eA==", "Authentication credentials were not provided."],
    ["an unknown token of version 1", "Token x", "Invalid v1 token"],
    ["a wrong secret of version 2", "Bearer nbt_abcdefghijkl.bad", "Invalid v2 token"],
    [
      "a token in two parts",
      "Token a b",
      'Invalid authorization header: Must be in the form "Bearer <key>.<token>" or "Token <token>"'
    ],
    [
      "a token of version 2 without secret",
      "Bearer nbt_abcdefghijkl",
      "Invalid authorization header: Could not parse key from v2 token. Did you mean to use 'Token' instead of 'Bearer'?"
    ]
  ] as const) {
    it.effect(`${title} is 403`, () =>
      Effect.gen(function* () {
        const { ask } = yield* World
        expect(yield* ask("GET", "dcim/sites/", undefined, { authorization })).toMatchObject({
          status: 403,
          body: { detail }
        })
      })
    )
  }

  if (tokenV2 !== undefined) {
    it.effect("a token of version 2 opens the door", () =>
      Effect.gen(function* () {
        const { ask } = yield* World
        const answer = yield* ask("GET", "dcim/sites/?limit=1", undefined, { authorization: `Bearer ${tokenV2}` })
        expect(answer.status).toBe(200)
      })
    )
  }

  it.effect("an unknown path is a page", () =>
    Effect.gen(function* () {
      const { ask } = yield* World
      const answer = yield* ask("GET", "nope/")
      expect(answer.status).toBe(404)
      expect(answer.headers.get("content-type")).toContain("text/html")
      expect((yield* ask("GET", "dcim/sites/1/x/")).status).toBe(404)
    })
  )

  it.effect("a body beyond 2.5 MB is a crash", () =>
    Effect.gen(function* () {
      const { ask } = yield* World
      const answer = yield* ask("POST", "dcim/sites/", [{ name: "x", slug: "x", comments: "x".repeat(2_621_440) }])
      expect(answer).toMatchObject({
        status: 500,
        body: { exception: "RequestDataTooBig", error: "Request body exceeded settings.DATA_UPLOAD_MAX_MEMORY_SIZE." }
      })
    })
  )

  it.effect("a body that is no JSON is 400", () =>
    Effect.gen(function* () {
      const { ask } = yield* World
      const answer = yield* ask("POST", "dcim/sites/", "{bad")
      expect(answer).toMatchObject({ status: 400, body: { detail: expect.stringContaining("JSON parse error - ") } })
    })
  )

  refuses(it, [
    {
      title: "an unknown object is told as JSON",
      method: "GET",
      path: "virtualization/virtual-machines/999999999/",
      status: 404,
      answer: { detail: "No VirtualMachine matches the given query." }
    },
    {
      title: "POST of a single object is not allowed",
      path: ({ fixture }) => `dcim/sites/${fixture.site}/`,
      body: () => ({}),
      status: 405,
      answer: { detail: 'Method "POST" not allowed.' }
    },
    {
      title: "a number is no object",
      path: "dcim/sites/",
      body: () => 5,
      answer: { __all__: ["Invalid data. Expected a dictionary, but got int."] }
    },
    { title: "null is no object", path: "dcim/sites/", body: () => null, answer: { __all__: ["No data provided"] } },
    {
      title: "a bulk update takes lists only",
      method: "PATCH",
      path: "dcim/sites/",
      body: () => ({ id: 1 }),
      answer: { detail: "Expected a list of objects, but got dict." }
    },
    {
      title: "a bulk delete needs a list",
      method: "DELETE",
      path: "dcim/sites/",
      answer: { detail: "Expected a list of objects, but no data was submitted." }
    }
  ])
}
