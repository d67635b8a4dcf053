import { Chunk, Clock, Duration, Effect, Stream } from "effect"
import { advance, type FeedRow, isAt, positionOf, reachesBack } from "../domain/ChangeFeed.ts"
import type { FeedPosition } from "../domain/Event.ts"
import type { EndpointError } from "./EndpointError.ts"
import { NetBox } from "./NetBox.ts"

/** Pages of the change log that are looked at for transactions still open; a busier one is not followed. */
const mostPages = 10

/** Where the change log ends now, or why it cannot be followed. */
export interface FeedEnd {
  readonly position: FeedPosition | null
  readonly problem: string
}

export const notFollowed = (error: EndpointError): FeedEnd => ({
  position: null,
  problem:
    error._tag === "Denied"
      ? "the token may not view core.objectchange: every run reads all of NetBox"
      : `the change log cannot be read: ${error.message}`
})

/** Taken before the lists are read: what changes while they are is then seen twice, and nothing is missed. */
export const feedEnd = Effect.fn("TargetFeed.end")(function* (settle: Duration.Duration) {
  const netbox = yield* NetBox
  const now = yield* Clock.currentTimeMillis
  const settleMillis = Duration.toMillis(settle)
  const rows: Array<FeedRow> = []
  const read = netbox.newestChanges.pipe(
    Stream.take(mostPages),
    Stream.takeUntil((page) => {
      for (const row of page) rows.push(row)
      return reachesBack(rows, settleMillis)
    }),
    Stream.runCount
  )
  return yield* Effect.match(read, {
    onFailure: notFollowed,
    onSuccess: (pages): FeedEnd => {
      const reaches = reachesBack(rows, settleMillis)
      if (!reaches && pages === mostPages) return { position: null, problem: "" }
      return { position: positionOf(rows, reaches, now), problem: "" }
    }
  })
})

/** What the change log says since a position, or why that is not to be had. */
export type FeedNews =
  { readonly rows: ReadonlyArray<FeedRow>; readonly position: FeedPosition | null } | { readonly why: string }

/** Rows since `position`, unless they take more pages than `most`: then reading everything is cheaper. */
export const feedSince = Effect.fn("TargetFeed.since")(function* (
  position: FeedPosition,
  options: { readonly settle: Duration.Duration; readonly most: number }
) {
  const netbox = yield* NetBox
  const now = yield* Clock.currentTimeMillis
  // The missing ones first: what shows up between the two requests would else be in neither.
  const late = position.missing.length === 0 ? [] : yield* netbox.changesAt(position.missing.map(([id]) => id))
  const pages = yield* netbox.changesFrom(position.id).pipe(Stream.take(options.most + 1), Stream.runCollect)
  const rows: ReadonlyArray<FeedRow> = Chunk.toReadonlyArray(pages).flat()
  const [at, ...news] = rows
  if (!isAt(position, at)) return { why: "NetBox's change log no longer holds the last row that was seen" }
  if (pages.length > options.most) return { why: "so much has changed that reading all is cheaper" }
  return {
    rows: [...late, ...news],
    position: advance(position, rows, late, now, Duration.toMillis(options.settle))
  }
})
