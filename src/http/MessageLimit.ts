import type { Duplex } from "node:stream"

/** A frame is kept as an object of its own: many small ones cost more than their bytes. */
const leastOfFrame = 128

/** Bytes that may wait for a client that asks for more without reading. */
const mostUnread = 4 * 1024 * 1024

/** Ends a WebSocket with 1009, message too big (RFC 6455, 7.4.1). */
const tooBig = Buffer.from([0x88, 0x02, 0x03, 0xf1])

/** Bytes of payload that the head of a frame announces; undefined while it is not whole. */
const payloadOf = (head: ReadonlyArray<number>): number | undefined => {
  const short = (head[1] ?? 0) & 0x7f
  const longer = short === 127 ? 8 : short === 126 ? 2 : 0
  if (head.length < 2 + longer) return undefined
  return longer === 0 ? short : head.slice(2).reduce((sum, byte) => sum * 256 + byte, 0)
}

/**
 * Reads along on a connection that became a WebSocket, and cuts it as soon as a message is announced that is longer than `most`
 * bytes, before it is kept: the server beneath takes a hundred megabytes from anybody, and offers no way to say less. Likewise
 * where a client says that it has read what still waits to be sent to it.
 */
export const limitMessages = (socket: Duplex, most: number): void => {
  let head: Array<number> = []
  /** Bytes of the frame that are still to come. */
  let left = 0
  let message = 0
  const cut = () => {
    socket.off("data", read)
    socket.end(tooBig)
    socket.destroy()
  }
  const read = (piece: Buffer) => {
    if (socket.writableLength > mostUnread) return cut()
    let at = 0
    while (at < piece.length) {
      if (left > 0) {
        const step = Math.min(left, piece.length - at)
        left -= step
        at += step
        continue
      }
      head.push(piece[at] ?? 0)
      at += 1
      const payload = payloadOf(head)
      if (payload === undefined) continue
      const [first = 0, second = 0] = head
      const isControl = (first & 0x08) !== 0
      const isLast = (first & 0x80) !== 0
      if (!isControl) message += Math.max(payload, leastOfFrame)
      if (message > most) return cut()
      if (!isControl && isLast) message = 0
      // The key by which a client masks its payload.
      left = payload + ((second & 0x80) === 0 ? 0 : 4)
      head = []
    }
  }
  // To listen would make the bytes flow: not before there is somebody who takes them.
  const follow = (event: string | symbol) => {
    if (event !== "data") return
    socket.off("newListener", follow)
    socket.on("data", read)
  }
  socket.on("newListener", follow)
}
