import { Either } from "effect"
import type { Kind } from "./Kind.ts"
import { kindOf, kinds } from "./Kinds.ts"
import { messageLimit, messageTooLong } from "./ChangeLog.ts"
import type { Failure } from "./Problems.ts"
import { logged } from "./Logged.ts"
import { idsOf, type Row } from "./Row.ts"
import type { Store } from "./Store.ts"
import type { Writer } from "./Write.ts"

interface Doomed {
  readonly kind: Kind
  readonly row: Row
}

interface Collected {
  /** What goes, by kind and id. */
  readonly doomed: ReadonlyMap<string, Doomed>
  /** Rows that forbid it, as messages name them. */
  readonly dependents: ReadonlyArray<string>
}

const keyOf = (kind: string, id: number) => `${kind}/${id}`

const label = ({ kind, row }: Doomed, store: Store) => `${kind.display(row, store)} (${row.id})`

/** Follows references to the row, as the database's owner does: what goes with it, and what stands against it. */
const collect = (store: Store, kind: Kind, row: Row): Collected => {
  const doomed = new Map<string, Doomed>()
  const protecting = new Map<string, Doomed>()
  const restricting = new Map<string, Doomed>()
  const visit = (item: Doomed) => {
    const key = keyOf(item.kind.name, item.row.id)
    if (doomed.has(key)) return
    doomed.set(key, item)
    for (const { kind: from, field } of store.referrers(item.kind.name)) {
      const reference = from.fields[field]
      if (reference?.type !== "reference" || reference.onDelete === "setNull") continue
      for (const id of store.table(from.name).referring(field, item.row.id)) {
        const referrer = store.table(from.name).get(id)
        if (referrer === undefined) continue
        const found = { kind: from, row: referrer }
        if (reference.onDelete === "cascade") visit(found)
        else (reference.onDelete === "protect" ? protecting : restricting).set(keyOf(from.name, id), found)
      }
    }
    for (const [name, ids] of item.kind.dependents?.(item.row, store) ?? []) {
      for (const id of ids) {
        const dependent = store.table(name).get(id)
        if (dependent !== undefined) visit({ kind: kindOf(name), row: dependent })
      }
    }
  }
  visit({ kind, row })
  const restricted = [...restricting].filter(([key]) => !doomed.has(key)).map(([, item]) => item)
  const against = (protecting.size > 0 ? [...protecting.values()] : restricted).sort(
    (a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || a.row.id - b.row.id
  )
  return { doomed, dependents: against.map((item) => label(item, store)) }
}

/** Empties what refers to a row that goes; logged, but for one-to-one references and rows that are gone already. */
const release = (writer: Writer, { kind, row }: Doomed) => {
  for (const { kind: from, field } of writer.store.referrers(kind.name)) {
    const reference = from.fields[field]
    const table = writer.store.table(from.name)
    for (const id of table.referring(field, row.id)) {
      const referrer = table.get(id)
      if (referrer === undefined) continue
      if (reference?.type === "reference") {
        if (reference.onDelete !== "setNull") continue
        const values = { ...referrer.values, [field]: null }
        if (reference.single) writer.store.put(from.name, { ...referrer, values })
        else writer.save(from, referrer, values)
      } else {
        const values = {
          ...referrer.values,
          [field]: idsOf(referrer.values, field).filter((other) => other !== row.id)
        }
        const saved = writer.save(from, referrer, values)
        writer.store.put(from.name, { ...saved, lastUpdated: referrer.lastUpdated })
      }
    }
  }
}

/** Deletes a row with all that goes with it. Only the row itself carries the message. */
export const remove = (writer: Writer, kind: Kind, row: Row, message: string): Either.Either<void, Failure> => {
  const { doomed, dependents } = collect(writer.store, kind, row)
  if (dependents.length > 0) return Either.left({ _tag: "Protected", dependents })
  if (message.length > messageLimit) return Either.left(messageTooLong)
  const ranked = [...doomed.values()].sort(
    (a, b) => kinds.indexOf(b.kind) - kinds.indexOf(a.kind) || a.row.id - b.row.id
  )
  const snapshots = new Map(ranked.map((item) => [item, logged(writer.store, item.kind, item.row)]))
  for (const item of ranked) {
    const own = item.kind === kind && item.row.id === row.id
    const before = snapshots.get(item) ?? null
    writer.log("delete", item.kind, item.row, own ? message : "", before, null)
    item.kind.removing?.(writer, item.row)
    release(writer, item)
    writer.store.drop(item.kind.name, item.row.id)
    item.kind.removed?.(writer, item.row)
  }
  return Either.right(undefined)
}
