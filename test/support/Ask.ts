import { request as httpRequest } from "node:http"
import { request as httpsRequest, type RequestOptions } from "node:https"
import { Data, Effect } from "effect"

export interface Answer {
  readonly status: number
  readonly reason: string
  readonly headers: { readonly [name: string]: string | ReadonlyArray<string> | undefined }
  readonly text: string
}

/** The connection failed or broke. */
export class Broken extends Data.TaggedError("Broken")<{ readonly code: string }> {}

/** One request on a connection of its own, with nothing between the test and the wire. */
export const ask = (
  url: string,
  options: RequestOptions & { readonly body?: string } = {}
): Effect.Effect<Answer, Broken> =>
  Effect.async((resume) => {
    const fail = (error: Error) =>
      resume(new Broken({ code: "code" in error && typeof error.code === "string" ? error.code : error.message }))
    const { body, ...rest } = options
    const send = url.startsWith("https:") ? httpsRequest : httpRequest
    const request = send(url, { agent: false, ...rest }, (response) => {
      const chunks: Array<Buffer> = []
      response.on("error", fail)
      response.on("data", (chunk: Buffer) => chunks.push(chunk))
      response.on("end", () =>
        resume(
          Effect.succeed({
            status: response.statusCode ?? 0,
            reason: response.statusMessage ?? "",
            headers: response.headers,
            text: Buffer.concat(chunks).toString("utf8")
          })
        )
      )
    })
    request.on("error", fail)
    request.end(body)
    return Effect.sync(() => request.destroy())
  })
