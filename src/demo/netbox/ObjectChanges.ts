import { Either } from "effect"
import type { Json, JsonObject } from "../../domain/Json.ts"
import { detail, ok, type Answer } from "./Answer.ts"
import type { Change } from "./ChangeLog.ts"
import { isKind, kindOf } from "./Kinds.ts"
import { page, pageRequest } from "./Page.ts"
import { nested } from "./Represent.ts"
import type { Store } from "./Store.ts"

const labels = { create: "Created", update: "Updated", delete: "Deleted" }

const capitalised = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

const tell = (store: Store, change: Change): JsonObject => {
  const kind = kindOf(change.kind)
  const app = change.kind.split(".")[0] ?? ""
  return {
    id: change.id,
    url: `${store.origin}/api/core/object-changes/${change.id}/`,
    display_url: `${store.origin}/core/changelog/${change.id}/`,
    display: `${capitalised(app)} | ${kind.verboseName} ${change.repr} ${change.action}d by ${change.user}`,
    time: change.time,
    user: { id: 1, url: `${store.origin}/api/users/users/1/`, display: change.user, username: change.user },
    user_name: change.user,
    request_id: change.requestId,
    action: { value: change.action, label: labels[change.action] },
    changed_object_type: change.kind,
    changed_object_id: change.objectId,
    changed_object: nested(store, change.kind, change.objectId, "brief"),
    object_repr: change.repr,
    message: change.message,
    prechange_data: change.before ?? {},
    postchange_data: change.after ?? {}
  }
}

type Test = (change: Change, value: string) => boolean

const time = (value: string) => value.trim().replace(" ", "T")

const tests: Readonly<Record<string, Test>> = {
  id: (change, value) => change.id === Number(value),
  id__gt: (change, value) => change.id > Number(value),
  id__gte: (change, value) => change.id >= Number(value),
  id__lt: (change, value) => change.id < Number(value),
  id__lte: (change, value) => change.id <= Number(value),
  changed_object_id: (change, value) => change.objectId === Number(value),
  changed_object_type: (change, value) => change.kind === value,
  action: (change, value) => change.action === value,
  user: (change, value) => change.user === value,
  user_name: (change, value) => change.user === value,
  request_id: (change, value) => change.requestId === value,
  object_repr: (change, value) => change.repr === value,
  time_after: (change, value) => change.time >= time(value),
  time_before: (change, value) => change.time <= time(value),
  q: (change, value) => {
    const text = value.toLowerCase()
    return [change.user, change.repr, change.message].some((part) => part.toLowerCase().includes(text))
  }
}

const problemOf = (parameter: string, values: ReadonlyArray<string>): Json => {
  const [value = ""] = values
  if (parameter === "action" && !Object.hasOwn(labels, value)) {
    return [`Select a valid choice. ${value} is not one of the available choices.`]
  }
  if (/^(id|changed_object_id)/.test(parameter) && !values.every((text) => /^\d+$/.test(text)))
    return ["Enter a whole number."]
  if (parameter === "request_id" && !values.every((text) => /^[0-9a-f-]{32,36}$/i.test(text)))
    return ["Enter a valid UUID."]
  if (/^time_/.test(parameter) && Number.isNaN(Date.parse(time(value)))) return ["Enter a valid date/time."]
  return parameter === "changed_object_type" && values.some((text) => !isKind(text) && !text.includes(".")) ? [] : null
}

const matching = (store: Store, query: URLSearchParams): Either.Either<ReadonlyArray<Change>, Json> => {
  const problems: Record<string, Json> = {}
  let changes: ReadonlyArray<Change> = store.changes
  for (const parameter of new Set(query.keys())) {
    const test = tests[parameter]
    const values = query.getAll(parameter).filter((value) => value.trim() !== "")
    if (test === undefined || values.length === 0) continue
    const problem = problemOf(parameter, values)
    if (Array.isArray(problem) && problem.length > 0) problems[parameter] = problem
    else changes = changes.filter((change) => values.some((value) => test(change, value)))
  }
  return Object.keys(problems).length > 0 ? Either.left(problems) : Either.right(changes)
}

const pick = (told: JsonObject, query: URLSearchParams): JsonObject => {
  const fields = query.get("fields")?.split(",")
  const omitted = query.get("omit")?.split(",")
  return Object.fromEntries(
    Object.entries(told).filter(([key]) =>
      fields === undefined ? omitted?.includes(key) !== true : fields.includes(key)
    )
  )
}

/** `/api/core/object-changes/`: read only, the newest first. */
export const objectChanges = (
  store: Store,
  method: string,
  query: URLSearchParams,
  options: { readonly id: number | null; readonly maxPageSize: number }
): Answer => {
  if (method !== "GET" && method !== "HEAD") return detail(405, `Method "${method}" not allowed.`)
  if (options.id !== null) {
    const change = store.changes.find(({ id }) => id === options.id)
    return change === undefined
      ? detail(404, "No ObjectChange matches the given query.")
      : ok(pick(tell(store, change), query))
  }
  const found = matching(store, query)
  if (Either.isLeft(found)) return { status: 400, body: found.left }
  const wanted = pageRequest(query, { maxPageSize: options.maxPageSize, hasCursor: store.features.hasCursor })
  if (Either.isLeft(wanted)) return { status: 400, body: [wanted.left] }
  const ascends = wanted.right.by === "cursor" || ["id", "time"].includes(query.get("ordering") ?? "")
  const listed = { base: `${store.origin}/api/core/object-changes/`, query }
  return ok(
    page(
      wanted.right,
      ascends ? found.right : [...found.right].reverse(),
      listed,
      ({ id }) => id,
      (change) => pick(tell(store, change), query)
    )
  )
}
