import * as HttpApi from "@effect/platform/HttpApi"
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as HttpServer from "@effect/platform/HttpServer"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { isJsonObject, type Json, type JsonObject } from "../../../src/domain/Json.ts"
import { V1Authorization } from "../../../src/http/Authorization.ts"
import { InvalidRequest } from "../../../src/http/Problem.ts"
import { JournalGroup } from "../../../src/http/v1/journal/Api.ts"
import { JournalHttp } from "../../../src/http/v1/journal/Http.ts"
import { ObjectsGroup } from "../../../src/http/v1/objects/Api.ts"
import { ObjectsHttp } from "../../../src/http/v1/objects/Http.ts"
import type { Audit } from "../../../src/journal/Audit.ts"
import { Journal } from "../../../src/journal/Journal.ts"
import { layerMemory } from "../../../src/journal/JournalSqlite.ts"
import type { Projections } from "../../../src/journal/Projections.ts"
import { completed, dispatched, planned, sealed, settled, started } from "../../journal/events.ts"

/** The groups that read the journal and nothing else. */
class Reading extends HttpApi.make("v1").add(JournalGroup).add(ObjectsGroup) {
  static override readonly errorSchema = InvalidRequest as never
}

const key = {
  id: 1,
  label: "",
  is_active: true,
  created_at: 0,
  scopes: ["read"],
  expires_at: null,
  last_used_at: null
} as const

const someone = Layer.succeed(V1Authorization, {
  apiKey: () => Effect.succeed({ key, source: "127.0.0.1", requestId: "r", by: { actor: "key 1", requestId: "r" } })
})

const guest = "virtualization.virtualmachine:lab/101"
const odd = "dcim.site:it's 100%;a/b?#"

interface Told {
  readonly status: number
  readonly body: JsonObject
}

/** Over a journal with one run. */
const reading = <A>(use: (get: (path: string) => Effect.Effect<Told>) => Effect.Effect<A>) =>
  Effect.gen(function* () {
    const journal = yield* Journal
    yield* journal.append("run-1", 0, [
      started(),
      { _tag: "ConflictFound", ref: odd, label: "b", detail: "two of that name" },
      planned(0, "create", guest),
      sealed(1),
      dispatched(0, [0]),
      settled(0, { ok: [[0, 42, "2026-01-01T00:00:00.000000Z"]] }),
      completed(1)
    ])
    yield* journal.append("run-2", 0, [{ _tag: "ObjectsBound", bindings: [{ ref: odd, id: 7, evidence: "name" }] }])
    const context = yield* Effect.context<Journal | Projections | Audit>()
    const groups = Layer.mergeAll(JournalHttp, ObjectsHttp).pipe(
      Layer.provideMerge(someone),
      Layer.provide(Layer.succeedContext(context))
    )
    const api = HttpApiBuilder.api(Reading).pipe(Layer.provide(groups))
    const { dispose, handler } = HttpApiBuilder.toWebHandler(Layer.mergeAll(api, HttpServer.layerContext))
    yield* Effect.addFinalizer(() => Effect.promise(dispose))
    return yield* use((path) =>
      Effect.gen(function* () {
        const request = new Request(`http://localhost${path}`, { headers: { "x-proxbox-api-key": "k" } })
        const answer = yield* Effect.promise(() => handler(request))
        const body = (yield* Effect.promise(() => answer.json())) as Json
        return { status: answer.status, body: isJsonObject(body) ? body : {} }
      })
    )
  }).pipe(Effect.scoped, Effect.provide(layerMemory))

const items = ({ body }: Told): ReadonlyArray<JsonObject> => {
  const found = body["items"] ?? []
  return Array.isArray(found) ? found.filter(isJsonObject) : []
}

describe("/v1/journal", () => {
  it.live("a page, the one after it, and the end", () =>
    reading((get) =>
      Effect.gen(function* () {
        const first = yield* get("/v1/journal?limit=2&order=oldest")
        assert.deepStrictEqual(
          items(first).map(({ seq, stream, type, version }) => [seq, stream, version, type]),
          [
            [1, "run-1", 1, "RunStarted"],
            [2, "run-1", 2, "ConflictFound"]
          ]
        )
        assert.match(String(items(first)[0]?.["at"]), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
        assert.deepStrictEqual(items(first)[1]?.["data"], { ref: odd, label: "b", detail: "two of that name" })
        const rest = yield* get(`/v1/journal?limit=500&order=oldest&cursor=${String(first.body["next"])}`)
        assert.deepStrictEqual(
          items(rest).map(({ seq }) => seq),
          [3, 4, 5, 6, 7, 8]
        )
        assert.isNull(rest.body["next"])
      })
    )
  )

  it.live("by object, several types, and time; newest first unless asked otherwise", () =>
    reading((get) =>
      Effect.gen(function* () {
        const seqs = (told: Told) => items(told).map(({ seq }) => seq)
        assert.deepStrictEqual(seqs(yield* get(`/v1/journal?ref=${encodeURIComponent(odd)}`)), [8, 2])
        assert.deepStrictEqual(seqs(yield* get("/v1/journal?kind=virtualization.virtualmachine")), [3])
        assert.deepStrictEqual(seqs(yield* get("/v1/journal?type=RunStarted&type=PlanSealed")), [4, 1])
        assert.deepStrictEqual(seqs(yield* get("/v1/journal?run=run-2")), [8])
        assert.deepStrictEqual(seqs(yield* get("/v1/journal?until=2020-01-01")), [])
        assert.lengthOf(seqs(yield* get("/v1/journal?since=2020-01-01T00:00:00Z")), 8)
      })
    )
  )

  it.live("what is wrong with a filter is told by field", () =>
    reading((get) =>
      Effect.gen(function* () {
        for (const query of [
          "limit=0",
          "limit=501",
          "cursor=x",
          "type=Nothing",
          "since=yesterday",
          "kind=x",
          "ref=x"
        ]) {
          const { body, status } = yield* get(`/v1/journal?${query}`)
          assert.deepStrictEqual([query, status, body["code"]], [query, 422, "invalid_request"])
          assert.include(JSON.stringify(body["errors"]), query.split("=")[0] ?? "")
        }
      })
    )
  )
})

describe("/v1/objects", () => {
  it.live("an object with its binding, baseline and history, under a ref with slashes", () =>
    reading((get) =>
      Effect.gen(function* () {
        const { body, status } = yield* get("/v1/objects/virtualization.virtualmachine/lab%2F101")
        assert.strictEqual(status, 200)
        assert.deepInclude(body["binding"], { netbox_id: 42, evidence: "created", created: true, retired_at: null })
        assert.deepStrictEqual(body["baseline"], { name: `name of ${guest}` })
        const history = isJsonObject(body["history"] ?? null) ? body["history"] : null
        assert.deepNestedInclude(history, { "items[0].state": "ok", "items[0].changes[0].why": "config.name" })
      })
    )
  )

  it.live("a key of odd characters", () =>
    reading((get) =>
      Effect.gen(function* () {
        const { body } = yield* get(`/v1/objects/dcim.site/${encodeURIComponent("it's 100%;a/b?#")}`)
        assert.deepInclude(body["binding"], { ref: odd, netbox_id: 7, created: false })
      })
    )
  )

  it.live("those of a kind; one that is not known", () =>
    reading((get) =>
      Effect.gen(function* () {
        const page = yield* get("/v1/objects/dcim.site")
        assert.deepStrictEqual([items(page).map(({ ref }) => ref), page.body["next"]], [[odd], null])
        const unknown = yield* get("/v1/objects/dcim.site/nowhere")
        assert.deepStrictEqual([unknown.status, unknown.body["code"]], [404, "not_found"])
        assert.include(String(unknown.body["detail"]), "dcim.site:nowhere")
      })
    )
  )
})
