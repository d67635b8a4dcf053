import { Effect, Either, Layer, Option } from "effect"
import type { Event, OperationPlanned } from "../domain/Event.ts"
import { isJsonObject, type Json, type JsonObject } from "../domain/Json.ts"
import { differences, NetBoxRecord } from "../domain/NetBoxRecord.ts"
import { ref } from "../domain/Ref.ts"
import { everything } from "../domain/Scope.ts"
import { digestOf } from "../journal/Digest.ts"
import { Journal } from "../journal/Journal.ts"
import { EngineSettings } from "./EngineSettings.ts"
import { NetBox, type Row } from "./NetBox.ts"
import type { Filter } from "./NetBoxLookups.ts"
import { sealOf } from "./Planner.ts"
import { Reconciler } from "./Reconciler.ts"
import { type Lookup, type Reconciled, RecordNotFound, RecordRefused, Records } from "./Records.ts"
import { runId } from "./RunIds.ts"
import { begin } from "./RunLog.ts"
import { stepwise } from "./Stepwise.ts"

/** One object to write; `record` where it exists. */
type Wish =
  | { readonly verb: "create"; readonly path: string; readonly body: JsonObject }
  | { readonly verb: "update"; readonly path: string; readonly body: JsonObject; readonly record: NetBoxRecord }
  | { readonly verb: "delete"; readonly path: string; readonly body: JsonObject; readonly record: NetBoxRecord }

type Outcome = { readonly id: number } | RecordRefused

const pathOf = (path: string): string => `/api/${path.replace(/^\/?(api\/)?/, "").replace(/\/+$/, "")}/`

const filterOf = (lookup: Lookup): Filter =>
  Object.entries(lookup).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one) => [name, String(one)] as const)
  )

const changesOf = (body: JsonObject, found: JsonObject, why: string): OperationPlanned["changes"] =>
  Object.entries(body).flatMap(([field, to]) => {
    if (field !== "custom_fields" || !isJsonObject(to)) return [{ field, from: found[field] ?? null, to, why }]
    const before = found["custom_fields"] ?? null
    const held = isJsonObject(before) ? before : {}
    return Object.entries(to).map(([name, value]) => ({
      field: `custom_fields.${name}`,
      from: held[name] ?? null,
      to: value,
      why
    }))
  })

const labelOf = (values: JsonObject): string => {
  const [name] = [values["display"], values["name"], values["address"], values["slug"]].filter(
    (value) => typeof value === "string"
  )
  return name ?? "object"
}

const updatedOf = ({ values }: NetBoxRecord): string | null => {
  const updated: Json = values["last_updated"] ?? null
  return typeof updated === "string" ? updated : null
}

const operationOf = (run: string, why: string, wish: Wish, op: number): OperationPlanned => {
  const { body, path, verb } = wish
  const found = wish.verb === "create" ? undefined : wish.record
  return {
    _tag: "OperationPlanned",
    op,
    verb,
    purpose: verb === "delete" ? "remove" : "reconcile",
    ref: ref(path, found === undefined ? `${run}/${op}` : String(found.id)),
    id: found?.id ?? null,
    label: labelOf(found?.values ?? body),
    changes: changesOf(body, found?.values ?? {}, why),
    needs: [],
    guard: found === undefined ? null : updatedOf(found)
  }
}

/** How NetBox says that an object of the same key exists. */
const isDuplicate = ({ detail }: RecordRefused): boolean =>
  /already exists|must be unique|make a unique set|duplicate key value|unique constraint/i.test(detail)

const make = Effect.gen(function* () {
  const netbox = yield* NetBox
  const journal = yield* Journal
  const reconciler = yield* Reconciler
  const { actor, engine, rulesText } = yield* EngineSettings

  const recordOf = (path: string, row: Row) => new NetBoxRecord(path, row.id, row)

  const found = (path: string, filter: Filter) =>
    Effect.map(netbox.find(path, filter), (rows) =>
      rows.toSorted((one, other) => one.id - other.id).map((row) => recordOf(path, row))
    )

  /** Seals the wishes as one plan and carries it out: what became of each. */
  const carryOut = Effect.fnUntraced(function* (label: string, wishes: ReadonlyArray<Wish>) {
    const run = yield* runId
    const log = yield* Effect.provideService(begin(run), Journal, journal)
    const operations = wishes.map((wish, op) => operationOf(run, `set by ${actor}`, wish, op))
    const started: Event = {
      _tag: "RunStarted",
      trigger: "sync",
      origin: "request",
      label,
      scope: everything,
      approveRemovals: true,
      full: false,
      actor,
      requestId: null,
      sources: [],
      engine,
      rules: digestOf(rulesText),
      target: netbox.endpoint
    }
    const digest = yield* stepwise(sealOf(operations, { actor }))
    // All at once: a plan that is not sealed would be made by whoever goes on with it, from the sources.
    yield* log.append([started, ...operations, { _tag: "PlanSealed", operations: operations.length, digest }])
    yield* reconciler.carryOut(log)
    return operations.map(({ op, ref: made }, at): Outcome => {
      const operation = log.state.operations.get(op)
      const id = log.state.written.get(made)?.id
      const path = wishes[at]?.path ?? ""
      if (operation?.state === "ok" && id !== undefined) return { id }
      return new RecordRefused({ path, run, detail: operation?.detail ?? "it was not sent" })
    })
  })

  const read = Effect.fnUntraced(function* (path: string, id: number) {
    const row = yield* netbox.get(path, id)
    if (Option.isSome(row)) return recordOf(path, row.value)
    return yield* new RecordNotFound({ path, detail: `there is no object ${id}` })
  })

  const one = Effect.fnUntraced(function* (label: string, wish: Wish) {
    const [outcome] = yield* carryOut(label, [wish])
    if (outcome === undefined) return yield* Effect.dieMessage("a plan of one operation has one outcome")
    return "id" in outcome ? outcome.id : yield* outcome
  })

  const create = Effect.fn("Records.create")(function* (list: string, body: JsonObject) {
    const path = pathOf(list)
    return yield* read(path, yield* one("create", { verb: "create", path, body }))
  })

  const write = Effect.fnUntraced(function* (record: NetBoxRecord, wanted: JsonObject) {
    const body = differences(record.values, wanted)
    const { path } = record
    if (Object.keys(body).length === 0) return record
    return yield* read(path, yield* one("patch", { verb: "update", path, body, record }))
  })

  const firstOf = Effect.fnUntraced(function* (path: string, lookups: ReadonlyArray<Lookup>) {
    for (const lookup of lookups) {
      const filter = filterOf(lookup)
      if (filter.length === 0)
        return yield* new RecordNotFound({ path, detail: "a look-up without a filter finds anything" })
      const [record] = yield* found(path, filter)
      if (record !== undefined) return record
    }
    return undefined
  })

  const ensure = Effect.fn("Records.ensure")(function* (
    list: string,
    lookups: ReadonlyArray<Lookup>,
    body: JsonObject
  ) {
    const path = pathOf(list)
    const at = yield* firstOf(path, lookups)
    const kept = (record: NetBoxRecord): Reconciled => ({ record, outcome: "unchanged" })
    if (at !== undefined) return kept(at)
    const made = yield* Effect.either(create(path, body))
    if (Either.isRight(made)) return { record: made.right, outcome: "created" } satisfies Reconciled
    const refused = made.left
    const late = refused._tag === "RecordRefused" && isDuplicate(refused) ? yield* firstOf(path, lookups) : undefined
    return late === undefined ? yield* Effect.fail(refused) : kept(late)
  })

  const updated = (record: NetBoxRecord, after: NetBoxRecord): Reconciled => ({
    record: after,
    outcome: after === record ? "unchanged" : "updated"
  })

  const reconcile = Effect.fn("Records.reconcile")(function* (
    list: string,
    lookups: ReadonlyArray<Lookup>,
    body: JsonObject
  ) {
    const made = yield* ensure(list, lookups, body)
    return made.outcome === "created" ? made : updated(made.record, yield* write(made.record, body))
  })

  const results = (path: string, outcomes: ReadonlyArray<Outcome>) =>
    Effect.forEach(
      outcomes,
      (outcome) =>
        Effect.gen(function* () {
          return "id" in outcome ? yield* read(path, outcome.id) : outcome
        }),
      { concurrency: "unbounded" }
    )

  const bulkCreate = Effect.fn("Records.bulkCreate")(function* (list: string, bodies: ReadonlyArray<JsonObject>) {
    const path = pathOf(list)
    if (bodies.length === 0) return []
    const wishes = bodies.map((body): Wish => ({ verb: "create", path, body }))
    return yield* results(path, yield* carryOut("bulk-create", wishes))
  })

  const bulkReconcile = Effect.fn("Records.bulkReconcile")(function* (
    list: string,
    items: ReadonlyArray<{ readonly lookups: ReadonlyArray<Lookup>; readonly body: JsonObject }>
  ) {
    const path = pathOf(list)
    const records = yield* Effect.forEach(items, ({ lookups }) => firstOf(path, lookups), { concurrency: "unbounded" })
    const wishes = items.flatMap(({ body }, at): ReadonlyArray<{ readonly at: number; readonly wish: Wish }> => {
      const record = records[at]
      if (record === undefined) return [{ at, wish: { verb: "create", path, body } }]
      const changed = differences(record.values, body)
      return Object.keys(changed).length === 0 ? [] : [{ at, wish: { verb: "update", path, body: changed, record } }]
    })
    const written =
      wishes.length === 0
        ? []
        : yield* carryOut(
            "bulk-reconcile",
            wishes.map(({ wish }) => wish)
          )
    const after = new Map((yield* results(path, written)).map((result, n) => [wishes[n]?.at, result]))
    return items.flatMap((_, at): ReadonlyArray<Reconciled | RecordRefused> => {
      const result = after.get(at)
      if (result instanceof RecordRefused) return [result]
      const found = records[at]
      if (result !== undefined) return [{ record: result, outcome: found === undefined ? "created" : "updated" }]
      return found === undefined ? [] : [{ record: found, outcome: "unchanged" }]
    })
  })

  return Records.of({
    list: (list, lookup = {}) => found(pathOf(list), filterOf(lookup)),
    first: (list, lookup) =>
      Effect.map(found(pathOf(list), filterOf(lookup)), ([record]) => Option.fromNullable(record)),
    get: (list, id) =>
      Effect.map(
        netbox.get(pathOf(list), id),
        Option.map((row) => recordOf(pathOf(list), row))
      ),
    create,
    patch: Effect.fn("Records.patch")(function* (list, id, body) {
      return yield* write(yield* read(pathOf(list), id), body)
    }),
    save: (record) => write(record, record.dirty),
    remove: (record) => Effect.asVoid(one("remove", { verb: "delete", path: record.path, body: {}, record })),
    ensure,
    reconcile,
    bulkCreate,
    bulkReconcile
  })
})

/** Over the same journal, NetBox and pace as the engine. */
export const layer: Layer.Layer<Records, never, NetBox | Journal | Reconciler | EngineSettings> = Layer.effect(
  Records,
  make
)
