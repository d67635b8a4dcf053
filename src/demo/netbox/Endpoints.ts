import { Either } from "effect"
import type { Json } from "../../domain/Json.ts"
import { isJsonObject } from "../../domain/Json.ts"
import { detail, failed, isSuccess, ok, type Answer } from "./Answer.ts"
import { bulkCreate, bulkRemove, bulkUpdate, type BulkContext } from "./Bulk.ts"
import { etagOf, staleTag } from "./Etag.ts"
import { filter } from "./Filter.ts"
import { ordered, sorted, sortedAll } from "./Order.ts"
import { page, pageRequest } from "./Page.ts"
import { remove } from "./Remove.ts"
import { represent } from "./Represent.ts"
import type { Row } from "./Row.ts"
import { formOf, selection } from "./Selection.ts"

/** A request for one kind, checked for its token already. */
export interface KindRequest extends BulkContext {
  readonly method: string
  readonly query: URLSearchParams
  /** Undefined where the request had no body. */
  readonly body: Json | undefined
  readonly maxPageSize: number
}

const precondition = (etag: string): Answer => detail(412, "Precondition failed.", { ETag: etag })

const tell = ({ writer: { store }, kind, query }: KindRequest, row: Row, status = 200): Answer => {
  const etag = store.features.hasCursor ? { ETag: etagOf(row) } : {}
  return {
    status,
    body: represent(store, kind, store.table(kind.name).get(row.id) ?? row, formOf(kind, selection(kind, query))),
    headers: etag
  }
}

const list = (request: KindRequest): Answer => {
  const { writer, kind, query } = request
  const { store } = writer
  const found = filter(store, kind, query)
  if (Either.isLeft(found)) return { status: 400, body: found.left }
  const wanted = pageRequest(query, { maxPageSize: request.maxPageSize, hasCursor: store.features.hasCursor })
  if (Either.isLeft(wanted)) return { status: 400, body: [wanted.left] }
  const arranged = (): ReadonlyArray<number> => {
    if (wanted.right.by === "cursor") return found.right
    const asked = query.get("ordering")
    const explicit = asked === null ? null : ordered(store, kind, found.right, asked)
    if (explicit !== null) return explicit
    if (found.right.length < store.table(kind.name).size) return sorted(store, kind, found.right)
    return sortedAll(store, kind)
  }
  const form = formOf(kind, selection(kind, query))
  const listed = { base: `${store.origin}/api/${kind.path}/`, query }
  const told = (id: number): Json => {
    const row = store.table(kind.name).get(id)
    return row === undefined ? null : represent(store, kind, row, form)
  }
  return ok(page(wanted.right, arranged(), listed, (id) => id, told))
}

const create = (request: KindRequest): Answer => {
  const { writer, kind, query, body, version } = request
  if (Array.isArray(body)) return bulkCreate(request, body)
  return writer.store.transaction(
    () =>
      Either.match(writer.create(kind, body ?? (body === null ? null : {}), selection(kind, query)), {
        onLeft: (failure) => failed(failure, version),
        onRight: (row) => {
          const stored = writer.store.table(kind.name).get(row.id) ?? row
          const answer = tell(request, stored, 201)
          return {
            ...answer,
            headers: { ...answer.headers, Location: `${writer.store.origin}/api/${kind.path}/${row.id}/` }
          }
        }
      }),
    isSuccess
  )
}

const notAList = (body: Json | undefined): Answer | null => {
  if (Array.isArray(body)) return null
  const isNothing =
    body === undefined || body === null || body === "" || (isJsonObject(body) && Object.keys(body).length === 0)
  const type = isJsonObject(body ?? null)
    ? "dict"
    : typeof body === "string"
      ? "str"
      : typeof body === "boolean"
        ? "bool"
        : "int"
  return detail(
    400,
    isNothing
      ? "Expected a list of objects, but no data was submitted."
      : `Expected a list of objects, but got ${type}.`
  )
}

/** `/api/<path>/` */
export const collection = (request: KindRequest): Answer => {
  const { method, body } = request
  switch (method) {
    case "GET":
    case "HEAD":
      return list(request)
    case "POST":
      return create(request)
    case "PUT":
    case "PATCH":
      return notAList(body) ?? bulkUpdate(request, Array.isArray(body) ? body : [], method === "PATCH")
    case "DELETE":
      return notAList(body) ?? bulkRemove(request, Array.isArray(body) ? body : [])
    default:
      return detail(405, `Method "${method}" not allowed.`)
  }
}

const update = (request: KindRequest, row: Row, partial: boolean): Answer => {
  const { writer, kind, query, body, version } = request
  return writer.store.transaction(
    () =>
      Either.match(writer.update(kind, row, body ?? {}, partial, selection(kind, query)), {
        onLeft: (failure) => failed(failure, version),
        onRight: (saved) => tell(request, writer.store.table(kind.name).get(saved.id) ?? saved)
      }),
    isSuccess
  )
}

const destroy = ({ writer, kind, body, version }: KindRequest, row: Row): Answer => {
  const message = isJsonObject(body ?? null) ? (body as Readonly<Record<string, Json>>)["changelog_message"] : undefined
  return writer.store.transaction(
    () =>
      Either.match(remove(writer, kind, row, message === undefined ? "" : String(message)), {
        onLeft: (failure): Answer => failed(failure, version),
        onRight: (): Answer => ({ status: 204 })
      }),
    isSuccess
  )
}

/** `/api/<path>/<id>/` */
export const single = (request: KindRequest, id: number): Answer => {
  const { method, writer, kind, ifMatch } = request
  if (!["GET", "HEAD", "PUT", "PATCH", "DELETE"].includes(method)) return detail(405, `Method "${method}" not allowed.`)
  const row = writer.store.table(kind.name).get(id)
  if (row === undefined) return detail(404, `No ${kind.model} matches the given query.`)
  if (method === "GET" || method === "HEAD") return tell(request, row)
  const stale = writer.store.features.hasCursor ? staleTag(ifMatch, row) : null
  if (stale !== null) return precondition(stale)
  return method === "DELETE" ? destroy(request, row) : update(request, row, method === "PATCH")
}
