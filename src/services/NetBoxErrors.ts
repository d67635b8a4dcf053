import { Clock, Effect, Option, Schema } from "effect"
import { isJsonObject, Json } from "../domain/Json.ts"
import type { Strain } from "../domain/Pace.ts"
import type { Answer } from "./Endpoint.ts"
import * as Endpoint from "./Endpoint.ts"
import {
  Denied,
  type EndpointError,
  Refused,
  type RefusedItem,
  Throttled,
  Undecodable,
  Upstream
} from "./EndpointError.ts"
import { retryAfterMillis } from "./RetryAfter.ts"

/** Longest text taken over from an answer. */
const longest = 500

/** On one line. */
const shorten = (text: string) => {
  const line = text.replace(/\s+/g, " ").trim()
  return line.length > longest ? `${line.slice(0, longest)}…` : line
}

/** The title of a page, or its first words. */
const withoutMarkup = (html: string): string => {
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(html)?.[1]
  return title ?? html.replace(/<(script|style)[^>]*>.*?<\/\1>/gis, " ").replace(/<[^>]*>/g, " ")
}

const parse = Schema.decodeOption(Schema.parseJson(Json))

/** Errors of one object as a sentence: `name: This field may not be blank.; slug: …`; those of no field bare. */
const flatten = (errors: Json): string => {
  if (Array.isArray(errors)) return errors.map(flatten).join(" ")
  if (!isJsonObject(errors)) return String(errors)
  return Object.entries(errors)
    .map(([field, texts]) =>
      ["__all__", "non_field_errors", "detail"].includes(field) ? flatten(texts) : `${field}: ${flatten(texts)}`
    )
    .join("; ")
}

/** One of `errors` as NetBox 4.7 sends them for bulk requests: `{"index" or "id": 1, "errors": {…}}`. */
const toItem = (entry: Json): ReadonlyArray<RefusedItem> => {
  if (!isJsonObject(entry)) return []
  const by = typeof entry.id === "number" ? "id" : "index"
  const value = entry[by]
  if (typeof value !== "number" || !Number.isInteger(value)) return []
  return [{ position: { by, value }, detail: shorten(flatten(entry.errors ?? "refused")) }]
}

/** Before 4.7 a create is answered with a list as long as its own, empty where nothing is wrong. */
const atIndex = (errors: Json, value: number): ReadonlyArray<RefusedItem> =>
  isJsonObject(errors) && Object.keys(errors).length > 0
    ? [{ position: { by: "index", value }, detail: shorten(flatten(errors)) }]
    : []

const itemsOf = (body: Json): ReadonlyArray<RefusedItem> => {
  if (Array.isArray(body)) return body.flatMap(atIndex)
  return isJsonObject(body) && Array.isArray(body.errors) ? body.errors.flatMap(toItem) : []
}

/** What the server says about it. A failure inside of NetBox begins with the name of its exception. */
const detailOf = (text: string): string => {
  const body = Option.getOrUndefined(parse(text))
  if (body === undefined) return shorten(withoutMarkup(text))
  if (!isJsonObject(body)) return shorten(flatten(body))
  if (typeof body.exception === "string") return shorten(`${body.exception}: ${flatten(body.error ?? "")}`)
  return shorten(flatten(body.detail ?? body))
}

/** A failure that NetBox names is about the objects of the request, unless it is its database that fails. */
export const strainOf = (answer: Answer): Strain | null => {
  const strain = Endpoint.strainOf(answer)
  if (strain !== "failing") return strain
  const body = Option.getOrUndefined(parse(answer.text))
  if (!isJsonObject(body) || typeof body.exception !== "string") return strain
  return /^(OperationalError|InterfaceError)/.test(body.exception) ? strain : null
}

/** Fails for every answer that is not a success. A 503 that names a time to come back is taken for a 429. */
export const judge = (endpoint: string, request: string, answer: Answer): Effect.Effect<Answer, EndpointError> => {
  const status = answer.status
  if (status >= 200 && status < 300) return Effect.succeed(answer)
  const retryAfter = answer.headers["retry-after"]
  if (status === 429 || (status === 503 && retryAfter !== undefined)) {
    return Effect.flatMap(
      Clock.currentTimeMillis,
      (now) => new Throttled({ endpoint, retryAfterMillis: retryAfterMillis(retryAfter, now) })
    )
  }
  if (status < 400) {
    const target = answer.headers.location?.replace(/[?#].*$/, "") ?? "elsewhere"
    return new Undecodable({ endpoint, request, detail: `it redirects to ${target}. Set that address` })
  }
  const detail = detailOf(answer.text)
  if (status >= 500) return new Upstream({ endpoint, status, request, detail })
  if (status === 401 || status === 403) return new Denied({ endpoint, status, request, detail })
  const items = Option.match(parse(answer.text), { onNone: () => [], onSome: itemsOf })
  return new Refused({ endpoint, status, request, detail, items })
}
