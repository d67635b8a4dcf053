import { Effect, Stream } from "effect"
import type { EventOf } from "../domain/Event.ts"
import { canonical, type Json } from "../domain/Json.ts"
import type { Kind } from "../domain/Kind.ts"
import { kinds } from "../domain/Kinds.ts"
import { current, type Current, readFields, type Target, targetOf } from "../domain/Target.ts"
import { Journal } from "../journal/Journal.ts"
import { NetBox } from "./NetBox.ts"

const observeKind = Effect.fn("TargetObserver.kind")(function* (kind: Kind) {
  const netbox = yield* NetBox
  const journal = yield* Journal
  const rows = new Map<number, Current>()
  yield* Stream.runForEach(netbox.list(kind.path, { fields: readFields(kind) }), (page) =>
    Effect.sync(() => {
      for (const row of page) rows.set(row.id, current(kind, row))
    })
  )
  const stored: ReadonlyArray<Json> = [...rows.values()].map(({ fields, id, updated }) => ({ id, updated, fields }))
  const digest = yield* journal.putBlob(canonical(stored))
  return { kind: kind.name, rows, digest }
})

/** Reads every kind of NetBox whole, lean and in parallel, and keeps what was read under its digest. */
export const observeTarget = Effect.gen(function* () {
  const netbox = yield* NetBox
  const version = yield* netbox.version
  const observed = yield* Effect.forEach(kinds, observeKind, { concurrency: "unbounded" })
  const event: EventOf<"TargetObserved"> = {
    _tag: "TargetObserved",
    version: version.text,
    kinds: observed.map(({ digest, kind, rows }) => ({ kind, count: rows.size, digest }))
  }
  const target: Target = targetOf(new Map(observed.map(({ kind, rows }) => [kind, rows])))
  return { target, event }
}).pipe(Effect.withSpan("TargetObserver.observe"))
