import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import { Chunk, Effect, Schema, Stream } from "effect"
import type { Recorded } from "../../../domain/Event.ts"
import { Projections } from "../../../journal/Projections.ts"
import { Runs } from "../../../services/Runs.ts"
import { Caller } from "../../Caller.ts"
import { bytesOf, type Frame, sseOfBytes } from "../../Sse.ts"
import { answering } from "../Answer.ts"
import { asProblems } from "../Failures.ts"
import { idempotent } from "../Idempotent.ts"
import { journalEventOf } from "../journal/JournalEvent.ts"
import { V1Api } from "../V1Api.ts"
import { detailOf, pageOfRuns, rowOf } from "./Reading.ts"
import { requestOf } from "./Request.ts"
import { Run, runOf } from "./Run.ts"

const answer = answering(Run)

const encode = Schema.encodeSync(Run)

const frameOf = (recorded: Recorded): Frame => ({
  event: recorded.event._tag,
  id: recorded.seq,
  data: journalEventOf(recorded)
})

/** Pages as they are sent, made once for all who are told the same. */
const pages = new WeakMap<Chunk.Chunk<Recorded>, Uint8Array>()

const sent = (page: Chunk.Chunk<Recorded>): Uint8Array => {
  const known = pages.get(page)
  if (known !== undefined) return known
  const bytes = bytesOf(Chunk.map(page, frameOf))
  pages.set(page, bytes)
  return bytes
}

/** The last frame of a stream that could not go on. */
const broken = bytesOf([
  {
    event: "error",
    data: {
      code: "unavailable",
      retryable: true,
      detail: "The journal cannot be read. Go on later, with Last-Event-ID"
    }
  }
])

export const RunsHttp = HttpApiBuilder.group(V1Api, "runs", (handlers) =>
  Effect.gen(function* () {
    const runs = yield* Runs
    const projections = yield* Projections
    /** The stream outlives its request, and what that was given. */
    const rest = (run: string) => Effect.provideService(rowOf(run), Projections, projections)
    return handlers
      .handle("start", ({ headers, payload }) =>
        idempotent(
          headers,
          Effect.gen(function* () {
            const { by } = yield* Caller
            const request = { mode: "sync", trigger: "request", label: "v1", by, ...requestOf(payload) } as const
            const run = yield* runs.start(request)
            return answer(runOf(yield* rowOf(run)), 202, { location: `/v1/runs/${run}` })
          })
        )
      )
      .handle("list", ({ urlParams }) => asProblems(pageOfRuns(urlParams)))
      .handle("read", ({ path, urlParams }) => asProblems(detailOf(path.run, urlParams)))
      .handle("cancel", ({ headers, path: { run } }) =>
        idempotent(
          headers,
          Effect.gen(function* () {
            yield* runs.cancel(run, (yield* Caller).by)
            return answer(runOf(yield* rowOf(run)), 202, { location: `/v1/runs/${run}` })
          })
        )
      )
      .handle("events", ({ headers, path: { run } }) =>
        Effect.gen(function* () {
          yield* rowOf(run)
          const events = Stream.mapChunks(runs.events(run, headers["last-event-id"] ?? 0), (page) =>
            Chunk.of(sent(page))
          )
          const complete = Stream.fromEffect(
            Effect.map(rest(run), (row) => bytesOf([{ event: "complete", data: encode(runOf(row)) }]))
          )
          return yield* sseOfBytes(
            Stream.concat(events, complete).pipe(
              Stream.catchAll((failure) => Stream.fromEffect(Effect.as(Effect.logWarning(failure.message), broken)))
            )
          )
        }).pipe(asProblems)
      )
  })
)
