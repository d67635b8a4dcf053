import { Effect, Stream } from "effect"
import type { EventOf } from "../domain/Event.ts"
import type { Kind } from "../domain/Kind.ts"
import { kindsOf } from "../domain/Kinds.ts"
import { current, type Current, readFields, type Target, targetOf } from "../domain/Target.ts"
import { NetBox } from "./NetBox.ts"
import { storeKind } from "./StoredTarget.ts"

const readKind = Effect.fn("TargetObserver.kind")(function* (kind: Kind) {
  const netbox = yield* NetBox
  const rows: Array<Current> = []
  yield* Stream.runForEach(netbox.list(kind.path, { fields: readFields(kind) }), (page) =>
    Effect.sync(() => {
      for (const row of page) rows.push(current(kind, row))
    })
  )
  return { kind, rows }
})

/** Reads every kind that this NetBox has whole, lean and in parallel, and keeps what was read under its digest. */
export const observeTarget = Effect.gen(function* () {
  const netbox = yield* NetBox
  const version = yield* netbox.version
  const read = yield* Effect.forEach(kindsOf(version), readKind, { concurrency: "unbounded" })
  // One after the other: turns of the event loop that are taken at once add up to a long one.
  const observed = yield* Effect.forEach(read, ({ kind, rows }) =>
    Effect.map(storeKind(kind, rows), (stored) => ({ ...stored, kind: kind.name }))
  )
  const event: EventOf<"TargetObserved"> = {
    _tag: "TargetObserved",
    version: version.text,
    kinds: observed.map(({ digest, kind, rows }) => ({ kind, count: rows.size, digest }))
  }
  const target: Target = targetOf(new Map(observed.map(({ kind, rows }) => [kind, rows])))
  return { target, event }
}).pipe(Effect.withSpan("TargetObserver.observe"))
