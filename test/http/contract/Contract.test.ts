import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as SimulatedNetBox from "../../../src/demo/SimulatedNetBox.ts"
import * as SimulatedProxmox from "../../../src/demo/SimulatedProxmox.ts"
import { isJsonObject, type Json } from "../../../src/domain/Json.ts"
import { key, start } from "../../support/Service.ts"
import { shape, small } from "../legacy/sync/SmallCluster.ts"
import { all as frames } from "./Frames.ts"
import { type Known, replay } from "./Replay.ts"
import { canonical, exempt, routes } from "./Routes.ts"
import { additionsIn } from "./Shape.ts"
import type { Step } from "./Step.ts"
import { bootstrapping, keys, wrongKeys } from "./steps/Bootstrap.ts"
import { encryption, keyInUse, keyUnused } from "./steps/Encryption.ts"
import { individual } from "./steps/Individual.ts"
import { netbox, netboxGone } from "./steps/NetBox.ts"
import { proxmox, proxmoxGone } from "./steps/Proxmox.ts"
import { browsers, frame, root } from "./steps/Root.ts"
import { talks } from "./steps/Sockets.ts"
import { full, refusals, stages } from "./steps/Stages.ts"
import { caches, logs } from "./steps/Watching.ts"
import { discuss } from "./Talks.ts"

const before: ReadonlyArray<Step> = [
  ...bootstrapping,
  ...root,
  ...frame,
  ...keys,
  ...encryption,
  ...netbox,
  ...keyInUse,
  ...browsers,
  ...proxmox,
  ...caches,
  ...stages,
  ...refusals,
  ...full,
  ...individual
]

const after: ReadonlyArray<Step> = [...logs, ...wrongKeys, ...proxmoxGone, ...netboxGone, ...keyUnused]

const portOf = (url: string | undefined): number => Number(new URL(url ?? "").port)

/** A new service beside a small cluster and an empty NetBox, of which it knows nothing yet. */
const world = Effect.gen(function* () {
  const netbox = yield* SimulatedNetBox.make({})
  const proxmox = yield* SimulatedProxmox.make({ ...small, tls: true })
  yield* shape(proxmox)
  const service = yield* start({
    bootstrap: false,
    env: { PROXBOX_AUTH_MAX_ACTIVE_KEYS: "2", PROXBOX_CORS_EXTRA_ORIGINS: "https://ui.example.com" }
  })
  const [account = "", tokenValue = ""] = proxmox.token.split("=")
  const [username = "", tokenName = ""] = account.split("!")
  const known: Known = new Map<string, Json>([
    ["key", key],
    ["wrong", "a-wrong-key-0123456789abcdefghijklmnopqrstuvwxyz"],
    ["netboxPort", portOf(netbox.url)],
    ["netboxToken", netbox.token],
    ["proxmoxPort", portOf(proxmox.urls[0])],
    ["username", username],
    ["tokenName", tokenName],
    ["tokenValue", tokenValue]
  ])
  return { service, known }
})

/** Operations of the document that a service serves, as `GET /a/{}`. */
const operationsOf = (document: Json): ReadonlySet<string> => {
  const paths = isJsonObject(document) ? (document["paths"] ?? null) : null
  return new Set(
    Object.entries(isJsonObject(paths) ? paths : {}).flatMap(([path, item]) =>
      Object.keys(isJsonObject(item) ? item : {}).map((method) => canonical(`${method.toUpperCase()} ${path}`))
    )
  )
}

/** Pages, the document itself, and conversations are no operations. */
const undocumented = new Set(["GET /docs", "GET /redoc", "GET /openapi.json"])

describe("the contract of proxbox-api", () => {
  it.scopedLive("is kept, request by request", () =>
    Effect.gen(function* () {
      const { known, service } = yield* world
      const first = yield* replay(service, before, known)
      const spoken = yield* discuss(service, talks, known)
      const second = yield* replay(service, after, known)
      assert.deepStrictEqual([...first.differences, ...spoken, ...second.differences], [])
      assert.isAtLeast(first.asked.length + second.asked.length, 120)
      const spokenTo = talks.map(({ path }) => `WS ${path.split("?")[0]}`)
      const visited = new Set([...first.visited, ...second.visited, ...spokenTo])
      assert.deepStrictEqual(
        routes.filter((route) => !visited.has(route)),
        []
      )
    })
  )

  it.scopedLive("has no route that is not documented, or that answers without a key what needs one", () =>
    Effect.gen(function* () {
      const { call } = yield* start()
      const document = operationsOf((yield* call("/openapi.json", { key: null })).json)
      const http = routes.filter((route) => !route.startsWith("WS ") && !undocumented.has(route))
      assert.deepStrictEqual(
        http.filter((route) => !document.has(canonical(route))),
        []
      )
      for (const route of http) {
        if (exempt.has(route)) continue
        const [method = "", path = ""] = route.replaceAll(/\{\w+\}/g, "1").split(" ")
        const { json, status } = yield* call(path, { method, key: null })
        assert.strictEqual(status, 401, route)
        assert.deepStrictEqual(json, { detail: "API key required. 5 attempts remaining." }, route)
      }
    })
  )

  it("is told of, where an answer has more members than it says", () => {
    const told = readFileSync(new URL("../../../docs/compatibility.md", import.meta.url), "utf8")
    const shapes = [...before, ...after].flatMap(({ frame, is, stream }) => [
      is ?? "any",
      frame?.data ?? "any",
      stream?.result ?? "any"
    ])
    const added = new Set([...shapes, ...frames].flatMap(additionsIn))
    assert.deepStrictEqual(
      [...added].filter((name) => !told.includes(`\`${name}\``)),
      []
    )
  })
})
