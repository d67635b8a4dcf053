import { Effect } from "effect"
import type { Dispatcher } from "undici"

export interface Exchanged {
  readonly status: number
  readonly reason: string
  /** Names in lower case. */
  readonly headers: { readonly [name: string]: string }
  readonly text: string
}

const utf8 = new TextDecoder()

const decoded = (chunks: ReadonlyArray<Buffer>): string => {
  const [only] = chunks
  return utf8.decode(chunks.length === 1 ? only : Buffer.concat(chunks))
}

/**
 * One request, its answer whole; `toError` judges what undici fails with. An interrupted request is given up, and its
 * connection with it. Below undici's `request`, whose streams and signals cost as much again as the exchange itself.
 */
export const exchange = <E>(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  toError: (problem: unknown) => E
): Effect.Effect<Exchanged, E> =>
  Effect.async((resume) => {
    const chunks: Array<Buffer> = []
    let status = 0
    let reason = ""
    let headers: { [name: string]: string } = {}
    let running: Dispatcher.DispatchController | undefined
    let abandoned = false
    const abandon = () => running?.abort(new Error("given up"))
    dispatcher.dispatch(options, {
      onRequestStart: (controller) => {
        running = controller
        if (abandoned) abandon()
      },
      onResponseStart: (_, statusCode, fields, statusMessage) => {
        status = statusCode
        reason = statusMessage ?? ""
        headers = {}
        for (const [name, value] of Object.entries(fields)) headers[name] = [value ?? ""].flat().join(", ")
      },
      onResponseData: (_, chunk) => void chunks.push(chunk),
      onResponseEnd: () => resume(Effect.succeed({ status, reason, headers, text: decoded(chunks) })),
      onResponseError: (_, error) => resume(Effect.fail(toError(error)))
    })
    return Effect.sync(() => {
      abandoned = true
      abandon()
    })
  })
