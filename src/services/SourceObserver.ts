import { Effect, Either, Option } from "effect"
import type { Event } from "../domain/Event.ts"
import { canonical } from "../domain/Json.ts"
import { deviceKey, guestKey } from "../domain/mapping/Refs.ts"
import { type Before, type Kept, parseCursor } from "../domain/proxmox/Ladder.ts"
import { digestOf } from "../journal/Digest.ts"
import { type Observed, Projections } from "../journal/Projections.ts"
import { EngineSettings } from "./EngineSettings.ts"
import { Proxmox } from "./Proxmox.ts"
import { loadObservation, storeObservation } from "./StoredSource.ts"
import { load, store } from "./StoredText.ts"

type Last = Observed<"SourceObserved">

/** Why what is kept cannot be gone on with; undefined where it can. */
const reasonAgainst = (
  { doubt, event }: Last,
  now: { readonly form: string; readonly fullEvery: number }
): string | undefined => {
  if (doubt !== "") return doubt
  if (event.form !== now.form) return "this engine reads otherwise than the last one"
  if (event.since + 1 >= now.fullEvery) {
    return now.fullEvery === 1 ? "every run reads all" : `one run in ${now.fullEvery} reads all`
  }
  return event.cursor === null ? "the tasks of the cluster were not seen" : undefined
}

const loadBefore = Effect.fnUntraced(function* ({ event }: Last) {
  const cursor = Option.flatMap(event.cursor === null ? Option.none() : yield* load(event.cursor), parseCursor)
  if (Option.isNone(cursor)) return Option.none<Before>()
  return Option.map(yield* loadObservation(event.digest), (observation): Before => ({
    observation,
    cursor: cursor.value
  }))
})

const keysOf = (source: string, { guests, nodes }: Kept): ReadonlySet<string> =>
  new Set([
    ...[...guests.keys()].map((vmid) => guestKey(source, vmid)),
    ...[...nodes.keys()].map((node) => deviceKey(source, node))
  ])

/**
 * What a source holds, kept under its digest; a source that cannot be read costs itself alone. `kept`: keys of the guests and
 * nodes that are as the reading before saw them. `doubt`: why it is read whole whatever was read before; "" where it need not be.
 */
export const observeSource = Effect.fn("SourceObserver.observe")(function* (
  source: string,
  options: { readonly full: boolean; readonly doubt: string }
) {
  const proxmox = yield* Proxmox
  const settings = yield* EngineSettings
  const projections = yield* Projections
  const last = yield* projections.lastSource(source)
  const { fullEvery } = settings.observe
  const form = digestOf(canonical({ engine: settings.engine }))
  const against = options.full
    ? "it was asked for"
    : Option.match(last, {
        onNone: () => "nothing was read before",
        onSome: (before) => (options.doubt === "" ? reasonAgainst(before, { form, fullEvery }) : options.doubt)
      })
  const before = against === undefined && Option.isSome(last) ? yield* loadBefore(last.value) : Option.none<Before>()
  const read = yield* Effect.either(proxmox.read(source, Option.getOrUndefined(before)))
  if (Either.isLeft(read)) {
    const event: Event = { _tag: "SourceUnavailable", source, detail: read.left.message }
    return { source, event, observation: undefined, kept: new Set<string>() }
  }
  const { again, cursor, kept, why: found } = read.right
  const why = Option.isSome(before) ? found : (against ?? "what was read before is not there")
  const { digest, observation } = yield* storeObservation(read.right.observation)
  const event: Event = {
    _tag: "SourceObserved",
    source,
    guests: observation.guests.length,
    nodes: observation.nodes.length,
    digest,
    complete: observation.complete,
    gaps: observation.gaps,
    read: why === "" ? "delta" : "full",
    why,
    since: why === "" && Option.isSome(last) ? last.value.event.since + 1 : 0,
    again,
    form,
    cursor: cursor === null ? null : (yield* store(canonical(cursor))).digest
  }
  return { source, event, observation, kept: keysOf(source, kept) }
})
