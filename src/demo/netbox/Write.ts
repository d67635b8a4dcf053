import { Either } from "effect"
import type { Json, JsonObject } from "../../domain/Json.ts"
import { isJsonObject } from "../../domain/Json.ts"
import { messageLimit, messageTooLong, type Change } from "./ChangeLog.ts"
import { abortOnTag, checkFilled, checkGenericReferences, checkUnique, crashOnClash } from "./Constraints.ts"
import { isWritable } from "./Field.ts"
import type { Draft, Kind } from "./Kind.ts"
import { parse } from "./Parse.ts"
import { invalid, isClear, join, type Failure, type Problems } from "./Problems.ts"
import { pythonType } from "./Reference.ts"
import { customFieldsOf } from "./Customs.ts"
import { logged } from "./Logged.ts"
import type { Selection } from "./Selection.ts"
import { textOf, type Row, type Values } from "./Row.ts"
import { checkCustomData } from "./rules/CustomField.ts"
import type { Store } from "./Store.ts"

/** Who asks, as the change log keeps it. */
export interface Origin {
  readonly user: string
  readonly requestId: string
}

const messageOf = (body: JsonObject): string => {
  const message = body["changelog_message"]
  return message === undefined ? "" : String(message)
}

const asObject = (value: Json | undefined): JsonObject => (isJsonObject(value ?? null) ? (value as JsonObject) : {})

/** Creates and updates of one request. */
export class Writer {
  readonly store: Store
  readonly origin: Origin

  constructor(store: Store, origin: Origin) {
    this.store = store
    this.origin = origin
  }

  /** What a create would store, with its message and body, or why it would not. */
  validate(kind: Kind, body: Json, selected: Selection) {
    const read = this.#read(kind, null, false, body, selected)
    if (Either.isLeft(read)) return Either.left(read.left)
    const initial = this.#initial(kind)
    const data = { ...asObject(initial["custom_fields"]), ...asObject(read.right.values["custom_fields"]) }
    const values = { ...initial, ...read.right.values }
    const settled = this.#settle(
      kind,
      null,
      read.right.body,
      "custom_fields" in initial ? { ...values, custom_fields: data } : values
    )
    if (Either.isLeft(settled)) return Either.left(settled.left)
    const message = messageOf(read.right.body)
    return message.length > messageLimit
      ? Either.left(messageTooLong)
      : Either.right({ values: settled.right, message, body: read.right.body })
  }

  create(kind: Kind, body: Json, selected: Selection): Either.Either<Row, Failure> {
    return Either.map(this.validate(kind, body, selected), (valid) => {
      const row = this.#insert(kind, valid.values, valid.message)
      kind.stored?.(this, row, valid.body)
      return row
    })
  }

  /** A row that NetBox makes by itself: not validated. */
  add(kind: Kind, values: Values): Row {
    return this.#insert(kind, { ...this.#initial(kind), ...values }, "")
  }

  update(kind: Kind, before: Row, body: Json, partial: boolean, selected: Selection): Either.Either<Row, Failure> {
    const read = this.#read(kind, before, partial, body, selected)
    if (Either.isLeft(read)) return Either.left(read.left)
    const settled = this.#settle(kind, before, read.right.body, { ...before.values, ...read.right.values })
    if (Either.isLeft(settled)) return Either.left(settled.left)
    const message = messageOf(read.right.body)
    const logLength = this.store.changes.length
    const row = this.save(kind, before, settled.right, message)
    if (message.length > messageLimit && this.store.changes.length > logLength) return Either.left(messageTooLong)
    kind.stored?.(this, row, read.right.body)
    return Either.right(row)
  }

  /** Stores new values; they are logged where they differ, while `last_updated` moves in any case. */
  save(kind: Kind, before: Row, values: Values, message = ""): Row {
    const old = logged(this.store, kind, before)
    const row: Row = { ...before, lastUpdated: this.store.stamp(), values }
    this.store.put(kind.name, row)
    const data = logged(this.store, kind, row)
    // Both have their keys in one order.
    if (JSON.stringify(old) !== JSON.stringify(data)) this.log("update", kind, row, message, old, data)
    return row
  }

  log(
    action: Change["action"],
    kind: Kind,
    row: Row,
    message: string,
    before: JsonObject | null,
    after: JsonObject | null
  ): void {
    this.store.record({
      id: this.store.nextChange(),
      time: this.store.stamp(),
      action,
      kind: kind.name,
      objectId: row.id,
      repr: kind.display(row, this.store),
      message,
      ...this.origin,
      before,
      after
    })
  }

  #read(kind: Kind, before: Row | null, partial: boolean, body: Json, selected: Selection) {
    if (body === null) return Either.left(invalid({ __all__: ["No data provided"] }))
    if (!isJsonObject(body)) {
      return Either.left(invalid({ __all__: [`Invalid data. Expected a dictionary, but got ${pythonType(body)}.`] }))
    }
    const { values, problems, late } = parse({ store: this.store, kind, before, partial, selected }, body)
    if (!isClear(problems)) return Either.left(invalid(problems))
    if (!isClear(late)) return Either.left(invalid(late))
    return Either.right({ values, body })
  }

  #settle(kind: Kind, before: Row | null, body: JsonObject, values: Values): Either.Either<Values, Failure> {
    const checked = join(checkFilled(kind, values), this.#check(kind, { store: this.store, before, values, body }))
    const problems = join(checked, checkUnique(this.store, kind, before, values))
    if (!isClear(problems)) return Either.left(invalid(problems))
    const derived = kind.derive?.({ store: this.store, before, values, body }) ?? values
    const failure = crashOnClash(this.store, kind, before, derived) ?? abortOnTag(this.store, kind, before, derived)
    return failure === null ? Either.right(derived) : Either.left(failure)
  }

  #check(kind: Kind, draft: Draft): Problems {
    const { before, values } = draft
    const custom = checkCustomData(this.store, kind, before, values)
    if (!isClear(custom)) return custom
    const generic = checkGenericReferences(this.store, kind, values)
    return isClear(generic) ? (kind.check?.(draft) ?? {}) : generic
  }

  #insert(kind: Kind, values: Values, message: string): Row {
    const created = this.store.stamp()
    const id = this.store.table(kind.name).nextId()
    const row: Row = { id, created, lastUpdated: this.store.stamp(), values }
    this.store.put(kind.name, row)
    this.log("create", kind, row, message, null, logged(this.store, kind, row))
    return row
  }

  #initial(kind: Kind): Values {
    const values: Record<string, Json> = {}
    for (const [name, field] of Object.entries(kind.fields)) {
      if (isWritable(field)) values[name] = field.initial
      else if (field.type === "tags") values[name] = []
      else if (field.type === "customFields") values[name] = this.#customDefaults(kind)
    }
    return values
  }

  #customDefaults(kind: Kind): JsonObject {
    return Object.fromEntries(
      customFieldsOf(this.store, kind).map(({ values }) => [textOf(values, "name"), values["default"] ?? null])
    )
  }
}
