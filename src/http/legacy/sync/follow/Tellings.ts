import { Chunk, Deferred, Effect, Option, RcMap, Stream } from "effect"
import type { Journal } from "../../../../journal/Journal.ts"
import type { Runs } from "../../../../services/Runs.ts"
import type { Shutdown } from "../../../Shutdown.ts"
import { bytesOf, type Frame } from "../../../Sse.ts"
import { isBehind, type Position } from "../frames/Position.ts"
import type { Telling } from "../frames/Teller.ts"
import type { Found } from "./Found.ts"
import type { Scripts } from "./Scripts.ts"
import { told } from "./Told.ts"

/** Frames that came together, each as it is sent. */
interface Page {
  readonly pieces: Chunk.Chunk<Uint8Array>
  readonly ids: ReadonlyArray<string | undefined>
}

/** A run told in one way, from its first frame on: as bytes, it is less than what it is told from. */
interface Shared {
  readonly pages: Array<Page>
  followers: number
  isOver: boolean
  /** Done, and replaced, with each change. */
  news: Deferred.Deferred<void>
}

const pageOf = (frames: Chunk.Chunk<Frame>): Page => ({
  pieces: Chunk.map(frames, (frame) => bytesOf([frame])),
  ids: Chunk.toReadonlyArray(frames).map(({ id }) => (id === undefined ? undefined : String(id)))
})

/** What is not behind the position; nothing of it may be left. */
const after = ({ ids, pieces }: Page, position: Position): Chunk.Chunk<Uint8Array> => {
  const first = ids.findIndex((id) => id === undefined || !isBehind(position, id))
  if (first === 0) return pieces
  return first === -1 ? Chunk.empty() : Chunk.unsafeFromArray(Chunk.toReadonlyArray(pieces).slice(first))
}

/** Milliseconds for each follower between two pages: what follows the run is not to keep it waiting. */
const courtesy = 2

/** For how long it is kept for somebody who comes again. */
const idle = "2 seconds"

/** The frames of runs for all who follow them: what is told in the same way is told once, and shared. */
export class Tellings extends Effect.Service<Tellings>()("proxledger/LegacyTellings", {
  scoped: Effect.gen(function* () {
    const context = yield* Effect.context<Runs | Journal | Scripts | Found | Shutdown>()

    const tell = Effect.fnUntraced(function* (key: string) {
      const [run, telling] = JSON.parse(key) as readonly [run: string, telling: Telling]
      const shared: Shared = { pages: [], followers: 0, isOver: false, news: yield* Deferred.make<void>() }
      const change = (how: () => void) =>
        Effect.flatMap(Deferred.make<void>(), (next) => {
          const { news } = shared
          how()
          shared.news = next
          return Deferred.succeed(news, undefined)
        })
      const { frames, narrator } = yield* Effect.provide(told(run, telling), context)
      const end = Effect.suspend(() =>
        Effect.zipRight(
          change(() => {
            shared.isOver = true
          }),
          // What did not end goes on one day.
          narrator.ending?.outcome === "interrupted" ? RcMap.invalidate(tellings, key) : Effect.void
        )
      )
      yield* Stream.runForEachChunk(frames, (together) =>
        Chunk.isEmpty(together)
          ? Effect.void
          : Effect.zipRight(
              change(() => shared.pages.push(pageOf(together))),
              Effect.sleep(courtesy * shared.followers)
            )
      ).pipe(Effect.ensuring(end), Effect.forkScoped)
      return shared
    })

    const tellings: RcMap.RcMap<string, Shared> = yield* RcMap.make({ lookup: tell, idleTimeToLive: idle })

    const next = Effect.fnUntraced(function* (shared: Shared, from: number) {
      for (;;) {
        const page = shared.pages[from]
        if (page !== undefined) return Option.some(page)
        if (shared.isOver) return Option.none()
        yield* Deferred.await(shared.news)
      }
    })

    /** What is sent to one who has come to the position; the last of it is `complete`. */
    const follow = (run: string, telling: Telling, position: Position): Stream.Stream<Uint8Array> =>
      RcMap.get(tellings, JSON.stringify([run, telling])).pipe(
        Effect.tap((shared) =>
          Effect.acquireRelease(
            Effect.sync(() => (shared.followers += 1)),
            () => Effect.sync(() => (shared.followers -= 1))
          )
        ),
        Effect.map((shared) =>
          Stream.unfoldChunkEffect(0, (at) =>
            Effect.map(
              next(shared, at),
              Option.map((page) => [after(page, position), at + 1] as const)
            )
          )
        ),
        Stream.unwrapScoped
      )
    return { follow }
  })
}) {}
