import { randomBytes } from "node:crypto"
import { connect, type Socket } from "node:net"
import { Effect } from "effect"
import * as Support from "./Service.ts"

/** A connection on which bytes are written and read as they are; it ends with the scope. */
export interface Raw {
  readonly socket: Socket
  /** What came so far. */
  readonly text: () => string
  /** All that came, once the other side has closed. */
  readonly closed: Effect.Effect<string>
  /** Once that is among what came. */
  readonly until: (text: string) => Effect.Effect<string>
}

export const open = (port: number) =>
  Effect.acquireRelease(
    Effect.async<Raw>((resume) => {
      const socket = connect(port, "127.0.0.1")
      let text = ""
      socket.on("data", (piece) => {
        text += piece.toString("latin1")
      })
      socket.on("error", () => {})
      const until = (is: () => boolean, event: "data" | "close") =>
        Effect.async<string>((done) => {
          const look = () => {
            if (!is() && !socket.closed) return
            socket.off("data", look).off("close", look)
            done(Effect.succeed(text))
          }
          socket.on("data", look).on("close", look)
          if (event === "close" ? socket.closed : is()) look()
        })
      socket.once("connect", () =>
        resume(
          Effect.succeed({
            socket,
            text: () => text,
            closed: until(() => socket.closed, "close"),
            until: (wanted) => until(() => text.includes(wanted), "data")
          })
        )
      )
    }),
    ({ socket }) => Effect.sync(() => socket.destroy())
  )

/** A WebSocket of which every byte of a frame is the test's. */
export const upgraded = Effect.fnUntraced(function* (port: number, path: string) {
  const raw = yield* open(port)
  const key = randomBytes(16).toString("base64")
  raw.socket.write(
    `GET ${path} HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${key}\r\n\r\n`
  )
  yield* raw.until("\r\n\r\n")
  return raw
})

/** The head of a frame of a client: masked, with a mask of zeros. */
export const frameHead = (length: number, { last = true, opcode = 1 } = {}): Buffer => {
  const head = Buffer.alloc(length < 126 ? 6 : 14)
  head[0] = (last ? 0x80 : 0) | opcode
  head[1] = 0x80 | (length < 126 ? length : 127)
  if (length >= 126) head.writeBigUInt64BE(BigInt(length), 2)
  return head
}

export const frame = (text: string, options: Parameters<typeof frameHead>[1] = {}): Buffer =>
  Buffer.concat([frameHead(Buffer.byteLength(text), options), Buffer.from(text)])

/** The key of the tests in the first text of a socket of the old surface. */
export const greeting = JSON.stringify({ api_key: Support.key })
