import { Effect, Option } from "effect"
import { customFieldRef, customFieldsOf, type InUse, namesInUse } from "../domain/CustomNames.ts"
import type { EventOf, FeedPosition } from "../domain/Event.ts"
import { canonical } from "../domain/Json.ts"
import type { Kind } from "../domain/Kind.ts"
import { kindsOf } from "../domain/Kinds.ts"
import { CustomField } from "../domain/kinds/CustomField.ts"
import { type Current, readFields, targetOf } from "../domain/Target.ts"
import { digestOf } from "../journal/Digest.ts"
import { type Observed, Projections } from "../journal/Projections.ts"
import { EngineSettings } from "./EngineSettings.ts"
import { NetBox } from "./NetBox.ts"
import { loadKind, type StoredKind, storeKind } from "./StoredTarget.ts"
import { readKind, replay, wholeCost } from "./TargetDelta.ts"
import { feedEnd, feedSince, notFollowed } from "./TargetFeed.ts"

/** What this engine reads of NetBox; a reading of another form is not gone on with. */
const formOf = (engine: string, kinds: Kinds): string =>
  digestOf(canonical({ engine, kinds: kinds.map((kind) => [kind.name, kind.path, [...readFields(kind)]]) }))

type Kinds = ReadonlyArray<Kind>

type Kept = Observed<"TargetObserved">

interface Reading extends InUse {
  readonly found: ReadonlyArray<{ readonly kind: Kind; readonly rows: Iterable<Current>; readonly known?: StoredKind }>
  readonly feed: FeedPosition | null
  readonly again: number
  readonly why: string
  /** Why the change log cannot be followed; "" where it can. */
  readonly problem: string
}

/** The kinds under the names that their custom fields have in this NetBox. */
const inUse = Effect.fnUntraced(function* (kinds: Kinds, definitions: Iterable<Current>) {
  const projections = yield* Projections
  const applied = new Map(
    yield* Effect.forEach(customFieldsOf(kinds).keys(), (own) => {
      const ref = customFieldRef(own)
      return Effect.map(projections.baseline(ref), (fields) => [ref, fields.get("name")] as const)
    })
  )
  return namesInUse(kinds, definitions, (ref) => applied.get(ref))
})

const readWhole = Effect.fnUntraced(function* (kinds: Kinds, why: string, followed: boolean) {
  const settings = yield* EngineSettings
  const end = yield* feedEnd(settings.dispatch.settle)
  // They tell under which names the values of the others are to be read.
  const definitions = yield* readKind(CustomField)
  const named = yield* inUse(kinds, definitions)
  const found = yield* Effect.forEach(
    named.kinds,
    (kind) =>
      Effect.map(kind.name === CustomField.name ? Effect.succeed(definitions) : readKind(kind), (rows) => ({
        kind,
        rows
      })),
    { concurrency: "unbounded" }
  )
  const feed = followed ? end.position : null
  const reading: Reading = { ...named, found, feed, again: 0, why, problem: end.problem }
  return reading
})

/** Why what is kept cannot be gone on with; undefined where it can. */
const reasonAgainst = (
  { doubt, event }: Kept,
  now: { readonly version: string; readonly form: string; readonly fullEvery: number }
): string | undefined => {
  if (doubt !== "") return doubt
  if (event.form !== now.form) return "this engine reads otherwise than the last one"
  if (event.version !== now.version) return `NetBox was ${event.version} before`
  if (event.since + 1 >= now.fullEvery)
    return now.fullEvery === 1 ? "every run reads all" : `one run in ${now.fullEvery} reads all`
  return event.feed === null ? "the change log could not be followed" : undefined
}

const loadKinds = Effect.fnUntraced(function* (kinds: Kinds, event: EventOf<"TargetObserved">) {
  const kept = new Map<string, StoredKind>()
  for (const { digest, kind: name } of event.kinds) {
    const kind = kinds.find((one) => one.name === name)
    const stored = kind === undefined ? Option.none<StoredKind>() : yield* loadKind(kind, digest)
    if (Option.isSome(stored)) kept.set(name, stored.value)
  }
  return kept
})

/** Reads what the change log names; everything, where the log does not tell enough. */
const readChanged = Effect.fnUntraced(function* (
  kinds: Kinds,
  event: EventOf<"TargetObserved">,
  position: FeedPosition
) {
  const settings = yield* EngineSettings
  const kept = yield* loadKinds(kinds, event)
  if (kept.size !== kinds.length) return yield* readWhole(kinds, "what was read before is not there", true)
  const { settle } = settings.dispatch
  const told = yield* Effect.either(feedSince(position, { settle, most: wholeCost(kinds, kept) }))
  if (told._tag === "Left") {
    if (told.left._tag !== "Denied" && told.left._tag !== "Refused") return yield* told.left
    return yield* readWhole(kinds, notFollowed(told.left).problem, true)
  }
  const news = told.right
  if ("why" in news) return yield* readWhole(kinds, news.why, true)
  // A custom field that changes has all read again, so that what is kept was read under the same names.
  const named = yield* inUse(kinds, kept.get(CustomField.name)?.rows.values() ?? [])
  const changed = yield* replay(named.kinds, kept, news.rows)
  // What rewrites all objects may go on doing so for some time, and the next run has to look again.
  if ("why" in changed) return yield* readWhole(kinds, changed.why, !changed.lasting)
  const found = named.kinds.map((kind) => {
    const known = kept.get(kind.name)
    return { kind, rows: changed.rows.get(kind.name)?.values() ?? [], ...(known === undefined ? {} : { known }) }
  })
  const reading: Reading = { ...named, found, feed: news.position, again: changed.again, why: "", problem: "" }
  return reading
})

/**
 * What NetBox holds, kept under its digests: by what its change log says since the run before, or whole. Both give the same
 * but for what NetBox changes without a word; a whole reading every few runs finds that.
 */
export const observeTarget = Effect.fn("TargetObserver.observe")(function* (options: { readonly full: boolean }) {
  const netbox = yield* NetBox
  const settings = yield* EngineSettings
  const projections = yield* Projections
  const version = yield* netbox.version
  const kinds = kindsOf(version)
  const form = formOf(settings.engine, kinds)
  const last = yield* projections.lastTarget(netbox.endpoint)
  const { fullEvery } = settings.observe
  const against = options.full
    ? "it was asked for"
    : Option.match(last, {
        onNone: () => "nothing was read before",
        onSome: (kept) => reasonAgainst(kept, { version: version.text, form, fullEvery })
      })
  const position = Option.getOrNull(last)?.event.feed ?? null
  const reading =
    against !== undefined || Option.isNone(last) || position === null
      ? yield* readWhole(kinds, against ?? "the change log could not be followed", true)
      : yield* readChanged(kinds, last.value.event, position)
  // One after the other: turns of the event loop that are taken at once add up to a long one.
  const stored = yield* Effect.forEach(reading.found, ({ kind, known, rows }) =>
    Effect.map(storeKind(kind, rows, known), (one) => [kind.name, one] as const)
  )
  const isDelta = reading.why === ""
  const event: EventOf<"TargetObserved"> = {
    _tag: "TargetObserved",
    target: netbox.endpoint,
    version: version.text,
    kinds: stored.map(([kind, { digest, rows }]) => ({ kind, count: rows.size, digest })),
    read: isDelta ? "delta" : "full",
    why: reading.why,
    since: isDelta && Option.isSome(last) ? last.value.event.since + 1 : 0,
    again: reading.again,
    form,
    feed: reading.feed
  }
  const wasFollowed = Option.match(last, { onNone: () => true, onSome: ({ event }) => event.feed !== null })
  return {
    target: targetOf(new Map(stored.map(([kind, { rows }]) => [kind, rows]))),
    kinds: reading.kinds,
    event,
    warnings: [
      ...reading.warnings,
      // Told once, not in every run.
      ...(reading.problem !== "" && wasFollowed ? [{ scope: "netbox", detail: reading.problem }] : [])
    ]
  }
})
