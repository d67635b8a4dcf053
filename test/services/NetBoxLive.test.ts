import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, Layer, Redacted, Stream } from "effect"
import { Metrics } from "../../src/services/Metrics.ts"
import { NetBox, type Row } from "../../src/services/NetBox.ts"
import * as NetBoxLive from "../../src/services/NetBoxLive.ts"
import { dataSent, queryOf, quick, rows, table, tags, v1, withNetBox } from "../support/ScriptedNetBox.ts"
import { json, serve } from "../support/ScriptedServer.ts"

const listed = Effect.flatMap(NetBox, (netBox) => Stream.runCollect(netBox.list(tags, { fields: ["slug"] })))

describe("tokens and version", () => {
  for (const [token, header] of [
    [v1, `Token ${v1}`],
    [`nbt_abcdefghijkl.${v1}`, `Bearer nbt_abcdefghijkl.${v1}`],
    [`${v1}\n`, `Token ${v1}`]
  ] as const) {
    it.live(`sends ${JSON.stringify(header.slice(0, 12))}`, () =>
      withNetBox(
        table([]),
        ({ seen }) =>
          Effect.gen(function* () {
            yield* Effect.flatMap(NetBox, ({ version }) => version)
            assert.strictEqual(seen[0]?.headers.authorization, header)
          }),
        { token }
      )
    )
  }

  it.live("asks for the version once", () =>
    withNetBox(
      table([]),
      ({ seen }) =>
        Effect.gen(function* () {
          const { version } = yield* NetBox
          const found = yield* Effect.all([version, version, version], { concurrency: "unbounded" })
          assert.deepStrictEqual(found[2], { text: "4.6.8-Docker-3.4", major: 4, minor: 6 })
          assert.strictEqual(seen.length, 1)
        }),
      { version: "4.6.8-Docker-3.4" }
    )
  )

  for (const version of ["4.4.10", "4.8.0", "5.0.0", "none"]) {
    it.live(`refuses ${version}`, () =>
      withNetBox(
        table([]),
        (server) =>
          Effect.gen(function* () {
            const error = yield* Effect.flip(listed)
            assert.strictEqual(error._tag, "UnsupportedVersion")
            assert.include(error.message, version)
            assert.deepStrictEqual(dataSent(server), [])
          }),
        { version }
      )
    )
  }

  it.live("says what an address is that is not NetBox's", () =>
    Effect.gen(function* () {
      const { url } = yield* serve((_, response) => response.end("<html><title>Welcome</title></html>"))
      const layer = NetBoxLive.layer({ url, token: Redacted.make(v1), tls: { verify: true }, settings: quick })
      const error = yield* Effect.flatMap(NetBox, ({ version }) => version).pipe(
        Effect.provide(Layer.provide(layer, Metrics.Default)),
        Effect.flip
      )
      assert.strictEqual(error._tag, "Undecodable")
      assert.include(error.message, "Check that the address is that of NetBox")
    }).pipe(Effect.scoped)
  )
})

describe("list", () => {
  it.live("reads cursor pages of 1000 with lean fields", () =>
    withNetBox(table(rows(2001)), (server) =>
      Effect.gen(function* () {
        const pages = Chunk.toReadonlyArray(yield* listed)
        assert.deepStrictEqual(
          pages.map(({ length }) => length),
          [1000, 1000, 1]
        )
        assert.deepStrictEqual(
          dataSent(server).map((seen) => Object.fromEntries(queryOf(seen))),
          ["0", "2001", "4001"].map((start) => ({ fields: "id,slug", limit: "1000", start }))
        )
      })
    )
  )

  it.live("reads offset pages ordered by id before 4.6, and each row once", () => {
    const all = rows(1500)
    return withNetBox(
      (seen, response) => {
        const offset = Number(queryOf(seen).get("offset"))
        // A row was deleted meanwhile, or so it looks: the second page begins three rows early.
        const results = offset === 0 ? all.slice(0, 1000) : all.slice(997)
        json(response, 200, { count: 1500, next: offset === 0 ? `http://x/?offset=1000` : null, results })
      },
      (server) =>
        Effect.gen(function* () {
          const pages = Chunk.toReadonlyArray(yield* listed)
          assert.deepStrictEqual(
            pages.flat().map(({ id }) => id),
            all.map(({ id }) => id)
          )
          assert.isTrue(dataSent(server).every((seen) => queryOf(seen).get("ordering") === "id"))
        }),
      { version: "4.5.2" }
    )
  })

  it.live("stops where pages do not advance", () =>
    withNetBox(
      (_, response) => json(response, 200, { next: "http://x/?start=0", results: rows(1) }),
      (server) =>
        Effect.gen(function* () {
          const error = yield* Effect.flip(listed)
          assert.strictEqual(error._tag, "Undecodable")
          assert.include(error.message, "do not advance")
          assert.strictEqual(dataSent(server).length, 1)
        })
    )
  )
})

describe("writes", () => {
  it.live("answer in the order of the request, and name what is gone", () =>
    withNetBox(
      ({ body }, response) => {
        const items: ReadonlyArray<Row> = JSON.parse(body)
        const found = items.filter(({ id }) => id !== 7).sort((a, b) => a.id - b.id)
        json(response, 200, found, { "x-request-id": "request-1" })
      },
      (server) =>
        Effect.gen(function* () {
          const netBox = yield* NetBox
          const items = [9, 7, 3, 5].map((id) => ({ id, name: `n${id}` }))
          const written = yield* netBox.update(tags, items, { ifMatch: ['W/"a"', 'W/"b"'] })
          assert.deepStrictEqual(
            written.rows.map(({ id }) => id),
            [9, 3, 5]
          )
          assert.deepStrictEqual(written.missing, [7])
          assert.strictEqual(written.requestId, "request-1")
          assert.strictEqual(dataSent(server)[0]?.headers["if-match"], 'W/"a", W/"b"')
        }),
      { version: "4.6.8" }
    )
  )

  it.live("of nothing send nothing", () =>
    withNetBox(table([]), (server) =>
      Effect.gen(function* () {
        const netBox = yield* NetBox
        yield* Effect.all([netBox.create(tags, []), netBox.update(tags, []), netBox.remove(tags, [])])
        assert.deepStrictEqual(server.seen, [])
      })
    )
  )

  it.live("of a list must be answered by one as long", () =>
    withNetBox(
      (_, response) => json(response, 201, [{ id: 1 }]),
      () =>
        Effect.gen(function* () {
          const { create } = yield* NetBox
          assert.strictEqual((yield* Effect.flip(create(tags, [{ name: "a" }, { name: "b" }])))._tag, "Undecodable")
        })
    )
  )

  it.live("are counted, reads apart", () =>
    withNetBox(
      ({ method }, response) =>
        method === "GET" ? json(response, 200, { next: null, results: [] }) : response.writeHead(204).end(),
      () =>
        Effect.gen(function* () {
          const { find, remove, requests } = yield* NetBox
          yield* remove(tags, [{ id: 1 }])
          yield* find(tags, [])
          assert.deepStrictEqual(yield* requests, { total: 2, mutating: 1 })
        })
    )
  )
})

describe("changes", () => {
  it.live("are those whose message holds the text, whatever else the search finds", () => {
    const change = (id: number, message: string, time = "2026-11-24T13:05:18.498070Z") => ({
      id,
      time,
      action: { value: "update", label: "Updated" },
      changed_object_type: "extras.tag",
      changed_object_id: id * 10,
      message,
      request_id: `r${id}`
    })
    const all = [
      change(1, "run r1 op o1"),
      change(2, "of another run"),
      change(3, "run r1 op o2"),
      change(4, "run r1 op o0", "2026-11-23T00:00:00Z")
    ]
    return withNetBox(
      (seen, response) => {
        const offset = Number(queryOf(seen).get("offset"))
        json(response, 200, {
          next: offset === 0 ? "http://x/?offset=2" : null,
          results: all.slice(offset, offset + 2)
        })
      },
      (server) =>
        Effect.gen(function* () {
          const found = yield* Effect.flatMap(NetBox, ({ changes }) => changes("run r1 op", "2026-11-24T00:00:00Z"))
          assert.deepStrictEqual(found[0], {
            id: 1,
            time: "2026-11-24T13:05:18.498070Z",
            action: "update",
            objectType: "extras.tag",
            objectId: 10,
            message: "run r1 op o1",
            requestId: "r1"
          })
          assert.deepStrictEqual(
            found.map(({ id }) => id),
            [1, 3]
          )
          const [first] = dataSent(server)
          assert.include(first?.url, "q=run+r1+op&time_after=2026-11-24T00%3A00%3A00Z")
        })
    )
  })
})
