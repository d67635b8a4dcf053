import { Either } from "effect"
import { randomUUID } from "node:crypto"
import type { Json } from "../../domain/Json.ts"
import { crashed, detail, ok, type Answer } from "./Answer.ts"
import { authenticate, type Tokens } from "./Authentication.ts"
import { collection, single } from "./Endpoints.ts"
import { parseIfMatch } from "./Etag.ts"
import { kindAt, kindIn } from "./Kinds.ts"
import { objectChanges } from "./ObjectChanges.ts"
import type { Store } from "./Store.ts"
import { Writer } from "./Write.ts"

export interface Asked {
  readonly method: string
  /** Without query. */
  readonly path: string
  readonly query: URLSearchParams
  readonly authorization: string | undefined
  readonly ifMatch: string | undefined
  /** As received. */
  readonly body: string
}

export interface ApiOptions {
  readonly store: Store
  readonly tokens: Tokens
  /** NetBox's, in full. */
  readonly version: string
  readonly maxPageSize: number
}

/** Django refuses to read more, and NetBox does not catch it. */
const maxBody = 2_621_440

const notFound: Answer = {
  status: 404,
  html: '<!DOCTYPE html>\n<html lang="en"><head><title>Page Not Found | NetBox</title></head></html>\n'
}

const status = (version: string): Answer =>
  ok({
    "django-version": "6.1.2",
    hostname: "simulated",
    installed_apps: {},
    "netbox-version": version,
    "netbox-full-version": version,
    plugins: {},
    "python-version": "3.13.0",
    "rq-workers-running": 0
  })

/** The head of NetBox's own description; nobody needs more of it here. */
const schema = (version: string): Answer =>
  ok({ openapi: "3.0.3", info: { title: "NetBox REST API", version }, paths: {} })

const parseBody = (text: string): Either.Either<Json | undefined, string> =>
  text.trim() === ""
    ? Either.right(undefined)
    : Either.try({
        try: () => JSON.parse(text) as Json,
        catch: (cause) => `JSON parse error - ${cause instanceof Error ? cause.message : String(cause)}`
      })

const route = ({ store, version, maxPageSize }: ApiOptions, asked: Asked, user: string, requestId: string): Answer => {
  const [, root, app = "", name = "", id, ...rest] = asked.path.split("/")
  if (root !== "api" || !asked.path.endsWith("/")) return notFound
  if (app === "status" && name === "" && id === undefined) return status(version)
  if (app === "schema" && name === "" && id === undefined) return schema(version)
  const hasId = id !== undefined && id !== ""
  if (rest.length > 1 || (hasId && !/^\d+$/.test(id))) return notFound
  const number = hasId ? Number(id) : null
  if (app === "core" && name === "object-changes") {
    return objectChanges(store, asked.method, asked.query, { id: number, maxPageSize })
  }
  const known = kindAt(`${app}/${name}`)
  const kind = known === undefined ? undefined : kindIn(store.features.minor, known)
  if (kind === undefined) return notFound
  if (Buffer.byteLength(asked.body) > maxBody) {
    return crashed("RequestDataTooBig", "Request body exceeded settings.DATA_UPLOAD_MAX_MEMORY_SIZE.", version)
  }
  const body = parseBody(asked.body)
  if (Either.isLeft(body)) return detail(400, body.left)
  const request = {
    writer: new Writer(store, { user, requestId }),
    kind,
    method: asked.method,
    query: asked.query,
    body: body.right,
    ifMatch: parseIfMatch(asked.ifMatch),
    version,
    maxPageSize
  }
  return number === null ? collection(request) : single(request, number)
}

/** Answers one request, and leaves the store either as it was or with all that the request asked for. */
export const answer = (options: ApiOptions, asked: Asked): Answer => {
  const requestId = randomUUID()
  const entered = authenticate(asked.authorization, options.tokens)
  const isPage = asked.path !== "/api/" && !asked.path.startsWith("/api/")
  const found = isPage
    ? notFound
    : Either.match(entered, {
        onLeft: (message) => detail(403, message),
        onRight: () => route(options, asked, "admin", requestId)
      })
  options.store.commit()
  const [major, minor] = options.version.split(".")
  return {
    ...found,
    headers: {
      ...found.headers,
      "X-Request-ID": requestId,
      "API-Version": `${major ?? ""}.${minor ?? ""}`,
      Vary: "HX-Request, Accept-Language, Cookie, origin"
    }
  }
}
