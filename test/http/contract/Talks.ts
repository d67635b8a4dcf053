import { Effect } from "effect"
import { WebSocket } from "undici"
import type { Json } from "../../../src/domain/Json.ts"
import type { RunningService } from "../../support/Service.ts"
import { filled, type Known } from "./Replay.ts"
import { differences } from "./Shape.ts"
import type { Talk } from "./Step.ts"

interface Heard {
  readonly texts: ReadonlyArray<string>
  readonly closed: { readonly code: number; readonly reason: string } | null
}

/** Says it all, and hears until the server closes or has said as much as is expected. */
const converse = (url: string, says: ReadonlyArray<string>, most: number) =>
  Effect.async<Heard>((resume) => {
    const socket = new WebSocket(url)
    const texts: Array<string> = []
    socket.addEventListener("open", () => says.forEach((text) => socket.send(text)))
    socket.addEventListener("message", ({ data }) => {
      texts.push(String(data))
      if (texts.length === most) resume(Effect.succeed({ texts, closed: null }))
    })
    socket.addEventListener("close", ({ code, reason }) => resume(Effect.succeed({ texts, closed: { code, reason } })))
    return Effect.sync(() => socket.close())
  })

const valueOf = (text: string): Json => (text.startsWith("{") ? (JSON.parse(text) as Json) : text)

/** How conversations differ from what is expected of them. */
export const discuss = Effect.fnUntraced(function* (service: RunningService, talks: ReadonlyArray<Talk>, known: Known) {
  const found: Array<string> = []
  for (const { closes, hears, path, says } of talks) {
    const url = `${service.url.replace("http", "ws")}${filled(path, known)}`
    const most = closes === undefined ? hears.length : Number.POSITIVE_INFINITY
    const texts = says.map((text) => filled(text, known))
    const heard = yield* converse(url, texts, most)
    const line = `WS ${path} after ${JSON.stringify(says.slice(1))}`
    const wrong = [
      ...differences(hears, heard.texts.map(valueOf), "texts"),
      ...(closes === undefined ? [] : differences({ ...closes }, heard.closed, "close"))
    ]
    found.push(...wrong.map((difference) => `${line}: ${difference}`))
  }
  return found
})
