import { Clock, Effect, Fiber, Stream } from "effect"
import type { Recorded } from "../domain/Event.ts"
import { Journal } from "../journal/Journal.ts"
import { Output } from "./Output.ts"

interface Progress {
  /** The last event that was shown. */
  seen: number
  stage: string
  done: number
  expected: number
  /** Milliseconds since 1970 at which applying began. */
  since: number
  drawn: number
  said: number
}

const bar = (share: number, width = 28): string => {
  const full = Math.round(share * width)
  return `${"█".repeat(full)}${"░".repeat(width - full)}`
}

const rest = (seconds: number): string => (seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`)

/** `412/2310  31/s  62 s left` */
export const countLine = (done: number, expected: number, millis: number): string => {
  const rate = millis > 0 ? (done * 1000) / millis : 0
  const left = rate > 0 ? `  ${rest((expected - done) / rate)} left` : ""
  return `${done}/${expected}  ${rate.toFixed(0)}/s${left}`
}

const stages: { readonly [stage: string]: string } = {
  observe: "Reading Proxmox and NetBox",
  plan: "Working out the difference",
  apply: "Applying",
  recover: "Asking NetBox what became of open requests"
}

const step = (self: Progress, { at, event }: Recorded): string | undefined => {
  switch (event._tag) {
    case "StageEntered":
      if (event.stage === "apply") Object.assign(self, { expected: event.expected ?? 0, since: at, done: 0, said: 0 })
      self.stage = event.stage
      return stages[event.stage]
    case "RunResumed":
      Object.assign(self, { stage: "apply", expected: event.open, since: at, done: 0, said: 0 })
      return `Resuming: ${event.open} operations are open`
    case "OperationsSettled":
      self.done += event.ok.length + event.failed.length
      return undefined
    case "OperationSkipped":
      self.done += 1
      return undefined
    default:
      return undefined
  }
}

/** Shows a run while it goes, from the journal alone: a bar on a terminal, else a line at each tenth or five seconds. */
export const watched = Effect.fn("Progress.watched")(function* <A, E, R>(work: Effect.Effect<A, E, R>) {
  const output = yield* Output
  const journal = yield* Journal
  if (output.json) return yield* work
  const { seq } = yield* journal.head
  const self: Progress = { seen: seq, stage: "", done: 0, expected: 0, since: 0, drawn: 0, said: 0 }
  const draw = Effect.fnUntraced(function* (recorded: Recorded) {
    self.seen = recorded.seq
    const said = step(self, recorded)
    if (said !== undefined) yield* output.note(said)
    if (self.stage !== "apply" || self.expected === 0) return
    const now = yield* Clock.currentTimeMillis
    const line = countLine(self.done, self.expected, now - self.since)
    if (output.live && (now - self.drawn >= 100 || self.done === self.expected)) {
      self.drawn = now
      yield* output.redraw(`${bar(self.done / self.expected)}  ${line}`)
    }
    const tenth = Math.floor((self.done * 10) / self.expected)
    if (
      !output.live &&
      recorded.event._tag === "OperationsSettled" &&
      (tenth > self.said || now - self.drawn >= 5000)
    ) {
      self.said = tenth
      self.drawn = now
      yield* output.note(`  ${line}`)
    }
  }, Effect.uninterruptible)
  const watcher = yield* Effect.forkScoped(Stream.runForEach(journal.follow(seq), draw))
  const result = yield* work
  yield* Fiber.interrupt(watcher)
  yield* Stream.runForEach(journal.read({ after: self.seen }), draw)
  if (output.live) yield* output.redraw("")
  return result
}, Effect.scoped)
