import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { WebSocket } from "undici"
import { isJsonObject, type Json } from "../../../../src/domain/Json.ts"
import { key } from "../../../support/Service.ts"
import { world } from "./Following.ts"

const patience = { timeout: 60_000 }

interface Talk {
  readonly heard: ReadonlyArray<string>
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
  readonly say: (text: string) => void
  /** Once so many texts were heard that this one is among them. */
  readonly until: (is: (text: string) => boolean) => Promise<void>
}

const greeting = JSON.stringify({ api_key: key })

/** A client on a WebSocket of Node's own. */
const talk = (url: string, path: string) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const socket = new WebSocket(`${url.replace("http", "ws")}${path}`)
      const heard: Array<string> = []
      const waiting: Array<{ readonly is: (text: string) => boolean; readonly done: () => void }> = []
      socket.addEventListener("message", ({ data }) => {
        heard.push(String(data))
        for (const one of waiting) if (one.is(String(data))) one.done()
      })
      const closed = new Promise<{ code: number; reason: string }>((done) =>
        socket.addEventListener("close", ({ code, reason }) => done({ code, reason }))
      )
      await new Promise((done) => socket.addEventListener("open", done, { once: true }))
      const until: Talk["until"] = (is) =>
        heard.some(is) ? Promise.resolve() : new Promise((done) => void waiting.push({ is, done: () => done() }))
      return { socket, talk: { heard, closed, say: (text: string) => socket.send(text), until } satisfies Talk }
    }),
    ({ socket }) => Effect.sync(() => socket.close())
  ).pipe(Effect.map((one): Talk => one.talk))

const objectIn = (text: string): { readonly [key: string]: Json } => {
  const parsed: Json = text.startsWith("{") ? (JSON.parse(text) as Json) : null
  return isJsonObject(parsed) ? parsed : {}
}

const completedIn = (data: Json): Json => (isJsonObject(data) ? (data["completed"] ?? null) : null)

describe("the WebSockets of the old surface", () => {
  it.scopedLive(
    "let in who shows a key in the first text, and nobody else",
    () =>
      Effect.gen(function* () {
        const { service } = yield* world()
        const counting = yield* talk(service.url, "/")
        counting.say(greeting)
        yield* Effect.promise(() => counting.until((text) => text === "Message: 2"))
        assert.deepStrictEqual(counting.heard.slice(0, 2), ["Message: 1", "Message: 2"])
        const wrong = yield* talk(service.url, "/")
        wrong.say(JSON.stringify({ api_key: "none of ours" }))
        const refused = yield* Effect.promise(() => wrong.closed)
        assert.deepStrictEqual(refused, { code: 4001, reason: "Invalid API key. 4 attempts remaining." })
        const silent = yield* talk(service.url, "/ws")
        silent.say("Full Update")
        assert.deepStrictEqual(yield* Effect.promise(() => silent.closed), {
          code: 4001,
          reason: "Authentication failed"
        })
      }),
    patience
  )

  it.scopedLive(
    "carry out commands, and tell each object with the id that the client gave",
    () =>
      Effect.gen(function* () {
        const { netbox, service } = yield* world()
        const client = yield* talk(service.url, "/ws")
        client.say(greeting)
        client.say("Sync Everything")
        client.say("Sync Nodes")
        yield* Effect.promise(() => client.until((text) => objectIn(text)["end"] === true))
        assert.deepStrictEqual(client.heard.slice(0, 5), [
          "Connected!",
          "Connected 2!",
          "Invalid sync command",
          "Valid commands: 'Sync Nodes', 'Sync Virtual Machines', 'Full Update Sync'",
          "Sync Nodes"
        ])
        const nodes = client.heard.slice(5).map(objectIn)
        assert.deepStrictEqual(
          nodes.map(({ data, object }) => [object, completedIn(data ?? null)]),
          [
            ["device", false],
            ["device", true],
            ["device", false],
            ["device", true],
            ["device", null]
          ]
        )
        assert.lengthOf(yield* netbox.rows("dcim.device"), 2)

        const before = client.heard.length
        client.say(JSON.stringify({ command: "Full Update", run_id: "0123456789abcdef" }))
        yield* Effect.promise(() => client.until((text) => objectIn(text)["object"] === "full-update"))
        const told = client.heard.slice(before).map(objectIn)
        assert.isTrue(told.every((one) => one["run_id"] === "0123456789abcdef"))
        assert.deepStrictEqual(told[0], { message: "Full Update Sync", run_id: "0123456789abcdef" })
        assert.deepStrictEqual(
          told.filter(({ object }) => object === "virtual_machine").map(({ end }) => end ?? false),
          [false, false, true]
        )
        assert.deepStrictEqual(told.at(-1), {
          object: "full-update",
          end: true,
          status: "completed",
          stages: { devices: "completed", "virtual-machines": "completed" },
          run_id: "0123456789abcdef"
        })
        assert.lengthOf(yield* netbox.rows("virtualization.virtualmachine"), 2)

        const once = yield* talk(service.url, "/ws/virtual-machines")
        once.say(greeting)
        assert.strictEqual((yield* Effect.promise(() => once.closed)).code, 1000)
        assert.deepStrictEqual(once.heard, ["Connected!"])
      }),
    patience
  )
})
