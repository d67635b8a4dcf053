import { connect } from "node:net"
import { Effect } from "effect"

/** An answer as it came off the socket. */
export interface Wired {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  /** Of a body in chunks each chunk that has bytes; of any other the whole body. */
  readonly chunks: ReadonlyArray<Buffer>
  /** Whether the body came to its end. */
  readonly isWhole: boolean
}

/** The chunks that are complete so far, and whether the last one is among them. */
const chunksIn = (body: Buffer): { readonly chunks: ReadonlyArray<Buffer>; readonly isWhole: boolean } => {
  const chunks: Array<Buffer> = []
  for (let at = 0; ;) {
    const end = body.indexOf("\r\n", at)
    if (end === -1) return { chunks, isWhole: false }
    const size = Number.parseInt(body.subarray(at, end).toString("latin1"), 16)
    if (size === 0) return { chunks, isWhole: true }
    if (body.length < end + 2 + size + 2) return { chunks, isWhole: false }
    chunks.push(body.subarray(end + 2, end + 2 + size))
    at = end + 2 + size + 2
  }
}

const wiredIn = (bytes: Buffer): Wired | undefined => {
  const end = bytes.indexOf("\r\n\r\n")
  if (end === -1) return undefined
  const [first = "", ...lines] = bytes.subarray(0, end).toString("latin1").split("\r\n")
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(":")
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const
    })
  )
  const status = Number(first.split(" ")[1])
  const body = bytes.subarray(end + 4)
  if (headers.get("transfer-encoding") === "chunked") return { status, headers, ...chunksIn(body) }
  const length = Number(headers.get("content-length") ?? 0)
  return { status, headers, chunks: length === 0 ? [] : [body], isWhole: body.length >= length }
}

/** One GET on a connection of its own, byte by byte; it hangs up when the body is whole, or as soon as that is `enough`. */
export const wired = (
  port: number,
  path: string,
  headers: { readonly [name: string]: string },
  enough: (wired: Wired) => boolean = () => false
): Effect.Effect<Wired> =>
  Effect.async((resume) => {
    const socket = connect(port, "127.0.0.1")
    const pieces: Array<Buffer> = []
    const settle = (ended: boolean) => {
      const found = wiredIn(Buffer.concat(pieces))
      if (found !== undefined && (ended || found.isWhole || enough(found))) {
        socket.destroy()
        resume(Effect.succeed(found))
      } else if (ended) resume(Effect.dieMessage("the connection ended before an answer began"))
    }
    socket.on("data", (piece) => {
      pieces.push(piece)
      settle(false)
    })
    socket.on("error", () => {})
    socket.on("close", () => settle(true))
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    socket.write(`GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`)
    return Effect.sync(() => socket.destroy())
  })
