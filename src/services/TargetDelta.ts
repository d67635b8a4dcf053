import { Effect, Stream } from "effect"
import { dirtOf, type FeedRow, referringTo } from "../domain/ChangeFeed.ts"
import type { Kind } from "../domain/Kind.ts"
import { current, type Current, readFields } from "../domain/Target.ts"
import { breathe } from "../journal/Breathe.ts"
import { NetBox } from "./NetBox.ts"
import { chunk } from "./NetBoxLookups.ts"
import type { StoredKind } from "./StoredTarget.ts"

/** NetBox gives no more rows at a time. */
const pageSize = 1000

/** The requests that a whole reading of these kinds takes. */
export const wholeCost = (kinds: ReadonlyArray<Kind>, kept: ReadonlyMap<string, StoredKind>): number =>
  kinds.reduce((sum, { name }) => sum + Math.max(1, Math.ceil((kept.get(name)?.rows.size ?? 0) / pageSize)), 0)

/** Every object of a kind, lean. */
export const readKind = Effect.fn("TargetObserver.kind")(function* (kind: Kind) {
  const netbox = yield* NetBox
  const rows: Array<Current> = []
  yield* Stream.runForEach(netbox.list(kind.path, { fields: readFields(kind) }), (page) =>
    Effect.sync(() => {
      for (const row of page) rows.push(current(kind, row))
    })
  )
  return rows
})

/** Those of a kind that exist; a filter that NetBox passes over would answer with others as well. */
const readAgain = Effect.fnUntraced(function* (kind: Kind, wanted: ReadonlySet<number>) {
  const netbox = yield* NetBox
  const found: Array<Current> = []
  yield* Effect.forEach(
    chunk("id", [...wanted].sort((a, b) => a - b).map(String)),
    (ids) =>
      Stream.runForEach(
        netbox.list(kind.path, { fields: readFields(kind), filter: ids.map((id) => ["id", id] as const) }),
        (page) =>
          Effect.sync(() => {
            for (const row of page) if (wanted.has(row.id)) found.push(current(kind, row))
          })
      ),
    { concurrency: "unbounded", discard: true }
  )
  return found
})

const add = (ids: Map<string, Set<number>>, kind: string, more: Iterable<number>) => {
  const known = ids.get(kind) ?? new Set<number>()
  for (const id of more) known.add(id)
  if (known.size > 0) ids.set(kind, known)
}

const size = (ids: ReadonlyMap<string, ReadonlySet<number>>): number =>
  [...ids.values()].reduce((sum, set) => sum + set.size, 0)

const requestsFor = (ids: ReadonlyMap<string, ReadonlySet<number>>): number =>
  [...ids.values()].reduce((sum, set) => sum + chunk("id", [...set].map(String)).length, 0)

/**
 * What is kept, brought to what NetBox holds now by what its change log says. Undefined, with the reason, where reading
 * everything is safer or cheaper.
 */
export const replay = Effect.fn("TargetDelta.replay")(function* (
  kinds: ReadonlyArray<Kind>,
  kept: ReadonlyMap<string, StoredKind>,
  news: ReadonlyArray<FeedRow>
) {
  const dirt = dirtOf(news, kinds)
  if (dirt.all !== undefined) return dirt.all
  const rows = new Map([...kept].map(([kind, stored]) => [kind, new Map(stored.rows)]))
  const again = new Map<string, Set<number>>()
  for (const [kind, ids] of dirt.again) if (!dirt.whole.has(kind)) add(again, kind, ids)
  const read = new Map<string, Set<number>>()
  let count = 0

  /** Takes them out, and has what pointed to them read again. */
  const drop = Effect.fnUntraced(function* (objects: ReadonlyArray<readonly [string, number]>) {
    const gone = new Map<string, Set<number>>()
    for (const [type, id] of objects) {
      rows.get(type)?.delete(id)
      again.get(type)?.delete(id)
      add(gone, type, [id])
    }
    if (gone.size === 0) return
    for (const kind of kinds) {
      if (dirt.whole.has(kind.name)) continue
      const seen = read.get(kind.name)
      const referring = referringTo(gone, kind, rows.get(kind.name)?.values() ?? [])
      add(again, kind.name, seen === undefined ? referring : referring.filter((id) => !seen.has(id)))
      yield* breathe
    }
  })

  yield* drop(dirt.gone)
  if (requestsFor(again) + dirt.whole.size > wholeCost(kinds, kept)) {
    return { why: "so much has changed that reading all is cheaper", lasting: false }
  }
  const whole = yield* Effect.forEach(
    kinds.filter(({ name }) => dirt.whole.has(name)),
    (kind) => Effect.map(readKind(kind), (found) => [kind.name, found] as const),
    { concurrency: "unbounded" }
  )
  for (const [kind, found] of whole) {
    rows.set(kind, new Map(found.map((row) => [row.id, row])))
    count += found.length
  }
  while (size(again) > 0) {
    const wanted = kinds.flatMap((kind) => {
      const ids = again.get(kind.name)
      return ids === undefined || ids.size === 0 ? [] : [{ kind, ids }]
    })
    again.clear()
    const found = yield* Effect.forEach(
      wanted,
      ({ ids, kind }) => Effect.map(readAgain(kind, ids), (present) => ({ kind, ids, present })),
      { concurrency: "unbounded" }
    )
    const missing: Array<readonly [string, number]> = []
    for (const { ids, kind, present } of found) {
      const known = rows.get(kind.name) ?? new Map<number, Current>()
      for (const row of present) known.set(row.id, row)
      rows.set(kind.name, known)
      const there = new Set(present.map(({ id }) => id))
      for (const id of ids) if (!there.has(id)) missing.push([kind.name, id])
      add(read, kind.name, ids)
      count += ids.size
    }
    yield* drop(missing)
  }
  return { rows, again: count }
})
