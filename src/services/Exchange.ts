import { Data, Effect } from "effect"
import type { Dispatcher } from "undici"
import type { Deadlines } from "./Deadlines.ts"

export interface Exchanged {
  readonly status: number
  readonly reason: string
  /** Names in lower case. */
  readonly headers: { readonly [name: string]: string }
  readonly text: string
}

/** The answer was not there when it had to be. */
export class Overdue extends Data.TaggedClass("Overdue") {}

export interface Terms<E> {
  readonly deadlines: Deadlines
  /** When the answer has to be there, in milliseconds since 1970. */
  readonly at: number
  /** What undici fails with. */
  readonly toError: (problem: unknown) => E
}

const utf8 = new TextDecoder()

const decoded = (chunks: ReadonlyArray<Buffer>): string => {
  const [only] = chunks
  return utf8.decode(chunks.length === 1 ? only : Buffer.concat(chunks))
}

/**
 * One request, its answer whole. A request that is interrupted or overdue is given up, and its connection with it. Below
 * undici's `request`, whose streams and signals cost as much again as the exchange itself.
 */
export const exchange = <E>(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  { at, deadlines, toError }: Terms<E>
): Effect.Effect<Exchanged, E | Overdue> =>
  Effect.async((resume) => {
    const chunks: Array<Buffer> = []
    let status = 0
    let reason = ""
    let headers: { [name: string]: string } = {}
    let running: Dispatcher.DispatchController | undefined
    let abandoned = false
    const abandon = () => {
      abandoned = true
      running?.abort(new Error("given up"))
    }
    const unwatch = deadlines.watch(at, () => {
      resume(Effect.fail(new Overdue()))
      abandon()
    })
    dispatcher.dispatch(options, {
      onRequestStart: (controller) => {
        running = controller
        if (abandoned) abandon()
      },
      onResponseStart: (_, statusCode, fields, statusMessage) => {
        status = statusCode
        reason = statusMessage ?? ""
        headers = {}
        for (const name in fields) {
          const value = fields[name]
          headers[name] = typeof value === "string" ? value : (value ?? []).join(", ")
        }
      },
      onResponseData: (_, chunk) => void chunks.push(chunk),
      onResponseEnd: () => {
        unwatch()
        resume(Effect.succeed({ status, reason, headers, text: decoded(chunks) }))
      },
      onResponseError: (_, error) => {
        unwatch()
        resume(Effect.fail(toError(error)))
      }
    })
    return Effect.sync(() => {
      unwatch()
      abandon()
    })
  })
