import { Effect, Option } from "effect"
import { isJsonObject, type Json } from "../domain/Json.ts"
import type { Strain } from "../domain/Pace.ts"
import type { Answer, Request } from "./Endpoint.ts"
import * as Endpoint from "./Endpoint.ts"
import { Denied, type EndpointError, Refused, Undecodable, Upstream } from "./EndpointError.ts"
import { parseAnswer } from "./LongList.ts"

type Asked = Pick<Request, "method" | "path">

const clip = (text: string) => text.replace(/\s+/g, " ").trim().slice(0, 300)

/**
 * The server's own words: `message` of the body (from libpve-http-server 5.1.2), else the reason phrase, which carries
 * them in every version; then each refused parameter.
 */
const wordsOf = (answer: Answer, body: Json | undefined): string => {
  const message = isJsonObject(body) && typeof body.message === "string" ? body.message : answer.reason
  const errors = isJsonObject(body) && isJsonObject(body.errors) ? Object.entries(body.errors) : []
  const parameters = errors.map(([name, text]) => `${name}: ${typeof text === "string" ? clip(text) : "refused"}`)
  return [clip(message) || `HTTP ${answer.status}`, ...parameters.sort()].join("; ")
}

/** The node a request is forwarded to. */
export const nodeOf = (path: string): string | undefined => /^\/nodes\/([^/]+)/.exec(path)?.[1]

/**
 * A 500 of Proxmox speaks of one object, 595 to 599 of one node. Other answers of overload come from a proxy before it.
 */
export const strainOf = (answer: Answer): Strain | null => {
  const strain = Endpoint.strainOf(answer)
  return strain === "failing" ? null : strain
}

/**
 * A call that names a node is handled there, and what it waits for may be a guest: the limits of the node answer for it.
 */
export const isOwn = ({ path }: Pick<Request, "path">): boolean => nodeOf(path) === undefined

const verdict = (
  endpoint: string,
  asked: Asked,
  answer: Answer,
  body: Json | undefined
): Effect.Effect<Json, Denied | Refused | Undecodable | Upstream> => {
  const request = `${asked.method} ${asked.path}`
  const status = answer.status
  if (status >= 200 && status < 300) {
    if (body === undefined) {
      return new Undecodable({ endpoint, request, detail: answer.text === "" ? "an empty body" : "no valid JSON" })
    }
    return isJsonObject(body) && body.data !== undefined
      ? Effect.succeed(body.data)
      : new Undecodable({ endpoint, request, detail: "JSON without data: is this a Proxmox VE API?" })
  }
  const words = wordsOf(answer, body)
  if (status === 401 || status === 403) return new Denied({ endpoint, status, request, detail: words })
  if (status === 501) {
    return new Upstream({ endpoint, status, request, detail: `not in this version of Proxmox VE: ${words}` })
  }
  if (status >= 595) {
    const node = nodeOf(asked.path)
    return new Upstream({
      endpoint,
      status,
      request,
      detail: `${node === undefined ? "another node" : `node ${node}`} does not answer: ${words}`
    })
  }
  if (status >= 500) return new Upstream({ endpoint, status, request, detail: words })
  const location = answer.headers.location
  const detail = location === undefined ? words : `redirects to ${clip(location)}: set that address`
  return new Refused({ endpoint, status, request, detail, items: [] })
}

/**
 * `data` of an answer, or the error it stands for. 595 to 599 come from the node that forwards a request and cannot
 * reach the one in the path, so that one is named. Fails with `Denied`, `Refused`, `Upstream` or `Undecodable`.
 */
export const judge = (
  endpoint: string,
  asked: Asked,
  answer: Answer
): Effect.Effect<Json, Denied | Refused | Undecodable | Upstream> =>
  Effect.flatMap(parseAnswer(answer.text), (body) => verdict(endpoint, asked, answer, Option.getOrUndefined(body)))

/**
 * What a failure says about its object. Proxmox answers 500 for anything that dies in a handler, so only the text
 * tells: `moved` (or deleted: the text is the same), `agent` (none configured, silent, or refused the command), `stopped`,
 * `locked`, `unsupported` (a path this version lacks), `node` (the node in the path does not answer).
 */
export type Meaning = "moved" | "agent" | "stopped" | "locked" | "unsupported" | "node" | "other"

export const meaningOf = (error: EndpointError): Meaning => {
  if (error._tag !== "Upstream") return "other"
  if (error.status >= 595) return "node"
  if (error.status === 501) return "unsupported"
  if (/^Configuration file '.*' does not exist/i.test(error.detail)) return "moved"
  if (/guest agent|qga command/i.test(error.detail)) return "agent"
  if (/\bis locked\b|can't lock file/i.test(error.detail)) return "locked"
  if (/\bnot running\b/i.test(error.detail)) return "stopped"
  return "other"
}
