import { Either } from "effect"
import type { Json, JsonObject } from "../../domain/Json.ts"
import { isJsonObject } from "../../domain/Json.ts"
import { crashed, detail, failed, isSuccess, ok, type Answer } from "./Answer.ts"
import { staleTag } from "./Etag.ts"
import type { Kind } from "./Kind.ts"
import { sorted } from "./Order.ts"
import { general, invalid, type Failure } from "./Problems.ts"
import { pythonType } from "./Reference.ts"
import { remove } from "./Remove.ts"
import { represent } from "./Represent.ts"
import type { Row } from "./Row.ts"
import { formOf, selection } from "./Selection.ts"
import type { Writer } from "./Write.ts"

export interface BulkContext {
  readonly writer: Writer
  readonly kind: Kind
  readonly query: URLSearchParams
  /** Tags of `If-Match`; each object must carry one of them. */
  readonly ifMatch: ReadonlyArray<string>
  /** NetBox's version, for the answers to crashes. */
  readonly version: string
}

const notADictionary = (item: Json) => `Invalid data. Expected a dictionary, but got ${pythonType(item)}.`

interface Rejected {
  readonly position: { readonly index: number } | { readonly id: number }
  readonly failure: Failure
}

const errorsOf = (failure: Failure): JsonObject => {
  switch (failure._tag) {
    case "Invalid":
      return failure.problems
    case "Aborted":
      return { __all__: [failure.message] }
    case "Protected":
      return { __all__: [`Unable to delete: ${failure.dependents.length} dependent object(s) prevent deletion.`] }
    case "Crashed":
      return {}
  }
}

const rejection = (rejected: ReadonlyArray<Rejected>, summary: string): Answer => ({
  status: rejected.some(({ failure }) => failure._tag === "Protected") ? 409 : 400,
  body: {
    detail: summary,
    errors: rejected.map(({ position, failure }) => ({ ...position, errors: errorsOf(failure) }))
  }
})

/** Applies `write` to each item. The first crash ends it all; every other failure is told, with its position. */
const each = <A>(
  { writer: { store }, version }: BulkContext,
  items: ReadonlyArray<A>,
  verb: string,
  write: (item: A) => Either.Either<unknown, Rejected>
): Answer | null => {
  const rejected: Array<Rejected> = []
  for (const item of items) {
    const result = write(item)
    if (Either.isRight(result)) continue
    const { failure } = result.left
    if (failure._tag === "Crashed") return crashed(failure.exception, failure.error, version)
    if (!store.features.tellsPositions) return failed(failure, version)
    rejected.push(result.left)
  }
  return rejected.length === 0
    ? null
    : rejection(rejected, `${rejected.length} of ${items.length} objects could not be ${verb}.`)
}

const tellAll = ({ writer: { store }, kind, query }: BulkContext, ids: ReadonlyArray<number>): Json => {
  const form = formOf(kind, selection(kind, query))
  return ids.flatMap((id) => {
    const row = store.table(kind.name).get(id)
    return row === undefined ? [] : [represent(store, kind, row, form)]
  })
}

/** What is wrong with two objects of one list, which were right each by itself. */
const clash = (kind: Kind): Failure => ({
  _tag: "Crashed",
  exception: "IntegrityError",
  error: `duplicate key value violates unique constraint "${kind.name.replace(".", "_")}_unique"`
})

/**
 * Before 4.7 NetBox looks at every object of a list by itself first, and tells the problems of all in a list as long. (Not
 * for devices, which are created one after the other.) What is only wrong among them the database refuses later.
 */
const validateApart = ({ writer, kind, query, version }: BulkContext, body: ReadonlyArray<Json>): Answer | null => {
  if (writer.store.features.tellsPositions || kind.isCreatedInTurn === true) return null
  const failures = body.map((item) => Either.flip(writer.validate(kind, item, selection(kind, query))))
  const problems = failures.map((failure) =>
    Either.isRight(failure) && failure.right._tag === "Invalid" ? failure.right.problems : {}
  )
  if (problems.some((one) => Object.keys(one).length > 0)) return { status: 400, body: problems }
  const other = failures.find(Either.isRight)
  return other === undefined ? null : failed(other.right, version)
}

export const bulkCreate = (context: BulkContext, body: ReadonlyArray<Json>): Answer => {
  const { writer, kind, query } = context
  const refused = validateApart(context, body)
  if (refused !== null) return refused
  return writer.store.transaction(() => {
    const created: Array<number> = []
    const answer = each(context, [...body.entries()], "created", ([index, item]) => {
      if (!isJsonObject(item)) {
        return Either.left({ position: { index }, failure: invalid(general(notADictionary(item))) })
      }
      const row = writer.create(kind, item, selection(kind, query))
      if (Either.isRight(row)) created.push(row.right.id)
      else if (!writer.store.features.tellsPositions && kind.isCreatedInTurn !== true && row.left._tag === "Invalid") {
        return Either.left({ position: { index }, failure: clash(kind) })
      }
      return Either.mapLeft(row, (failure) => ({ position: { index }, failure }))
    })
    return answer ?? { status: 201, body: tellAll(context, created) }
  }, isSuccess)
}

interface Addressed {
  readonly id: number
  readonly body: JsonObject
}

/** The objects that a list names, or why it cannot be worked with. */
const address = (context: BulkContext, items: ReadonlyArray<Json>): Either.Either<ReadonlyArray<Addressed>, Answer> => {
  const unreadable: Array<Json> = []
  const addressed: Array<Addressed> = []
  for (const [index, item] of items.entries()) {
    if (!isJsonObject(item)) {
      unreadable.push({ index, errors: general(notADictionary(item)) })
      continue
    }
    const id = item["id"]
    const number = typeof id === "string" && /^\d+$/.test(id) ? Number(id) : id
    if (typeof number === "number" && Number.isInteger(number)) addressed.push({ id: number, body: item })
    else
      unreadable.push({
        index,
        errors: { id: [id === undefined ? "This field is required." : "A valid integer is required."] }
      })
  }
  const refuse = (errors: ReadonlyArray<Json>, what: string) =>
    Either.left({ status: 400, body: { detail: `${errors.length} of ${items.length} objects ${what}.`, errors } })
  if (unreadable.length > 0) return refuse(unreadable, "failed validation")
  const counts = new Map<number, number>()
  for (const { id } of addressed) counts.set(id, (counts.get(id) ?? 0) + 1)
  const repeated = [...counts].filter(([, times]) => times > 1)
  if (repeated.length > 0 && context.writer.store.features.tellsPositions) {
    const message = (id: number, times: number) =>
      `Each object may be specified only once; ID ${id} is listed ${times} times`
    return refuse(
      repeated.map(([id, times]) => ({ id, errors: { id: [message(id, times)] } })),
      "are listed more than once"
    )
  }
  const table = context.writer.store.table(context.kind.name)
  const missing = addressed.filter(({ id }) => table.get(id) === undefined)
  if (missing.length > 0 && context.writer.store.features.tellsPositions) {
    return refuse(
      missing.map(({ id }) => ({ id, errors: { id: [`Object with ID ${id} does not exist`] } })),
      "could not be found"
    )
  }
  return Either.right(addressed.filter(({ id }) => table.get(id) !== undefined))
}

/** Works through the addressed rows in the kind's own order; a stale tag ends it all, without naming the object. */
const inOrder = (
  context: BulkContext,
  addressed: ReadonlyArray<Addressed>,
  verb: string,
  write: (row: Row, body: JsonObject) => Either.Either<unknown, Failure>,
  order: Kind["order"] = context.kind.order
): Answer | null => {
  const {
    writer: { store },
    kind,
    ifMatch
  } = context
  const bodies = new Map(addressed.map(({ id, body }) => [id, body]))
  const rows = sorted(store, kind, [...bodies.keys()], order).flatMap((id) => store.table(kind.name).get(id) ?? [])
  for (const row of rows) {
    const stale = store.features.hasCursor ? staleTag(ifMatch, row) : null
    if (stale !== null) return detail(412, "Precondition failed.", { ETag: stale })
  }
  return each(context, rows, verb, (row) =>
    Either.mapLeft(write(store.table(kind.name).get(row.id) ?? row, bodies.get(row.id) ?? {}), (failure) => ({
      position: { id: row.id },
      failure
    }))
  )
}

export const bulkUpdate = (context: BulkContext, body: ReadonlyArray<Json>, partial: boolean): Answer => {
  const { writer, kind, query } = context
  const addressed = address(context, body)
  if (Either.isLeft(addressed)) return addressed.left
  return writer.store.transaction(() => {
    const answer = inOrder(context, addressed.right, "updated", (row, item) =>
      writer.update(kind, row, item, partial, selection(kind, query))
    )
    const ids = addressed.right.map(({ id }) => id)
    return answer ?? ok(tellAll(context, sorted(writer.store, kind, ids)))
  }, isSuccess)
}

export const bulkRemove = (context: BulkContext, body: ReadonlyArray<Json>): Answer => {
  const { writer, kind } = context
  const addressed = address(context, body)
  if (Either.isLeft(addressed)) return addressed.left
  return writer.store.transaction(() => {
    const removing = (row: Row, item: JsonObject) => {
      const message = item["changelog_message"]
      return remove(writer, kind, row, message === undefined ? "" : String(message))
    }
    const answer = inOrder(context, addressed.right, "deleted", removing, kind.deleteOrder)
    return answer ?? { status: 204 }
  }, isSuccess)
}
