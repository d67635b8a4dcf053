import type { Event, EventOf, Recorded } from "../../../../domain/Event.ts"
import type { JsonObject } from "../../../../domain/Json.ts"
import { Act } from "./Act.ts"
import { bootstrapDone, bootstrapOf, notBootstrapped } from "./Bootstrap.ts"
import { errorDetail, runError, stage } from "./Data.ts"
import { type Ending, frameErrors } from "./Ending.ts"
import { fit } from "./Fit.ts"
import type { Frame, Frames } from "./Frame.ts"
import { type Failure, Outcomes } from "./Outcomes.ts"
import type { Placed, Script } from "./Script.ts"
import { type StageName, stageNames, startingOf } from "./Stage.ts"
import type { Tally } from "./Tally.ts"
import type { Telling } from "./Teller.ts"

/** Failures that belong to no stage; so many are told. */
const mostStrays = 20

/**
 * Tells a run in the frames of the old surface, stage after stage: what settles before its stage's turn is held until then. The
 * same events make the same frames, so that a client that was cut off can be told the rest of them.
 */
export class Narrator {
  readonly #telling: Telling
  readonly #tallies = new Map<StageName, Tally>()
  readonly #results = new Map<StageName, JsonObject>()
  readonly #unavailable: Array<{ readonly source: string; readonly detail: string }> = []
  readonly #warnings: Array<string> = []
  /** What is sealed; null before. */
  #sealed: { readonly script: Script; readonly outcomes: Outcomes; readonly stages: ReadonlyArray<StageName> } | null =
    null
  #act: Act | null = null
  /** The stage whose turn is next. */
  #next = 0
  /** Whether the first frames of a full update were told. */
  #opened = false
  #strays: Array<Failure> = []
  #interruption = ""
  #run = ""
  #ending: Ending | undefined

  constructor(telling: Telling) {
    this.#telling = telling
  }

  /** How the run ended; undefined as long as it goes on. */
  get ending(): Ending | undefined {
    return this.#ending
  }

  /** What the run is about, and what became of it; null as long as it is not sealed. */
  get told(): { readonly script: Script; readonly outcomes: Outcomes } | null {
    return this.#sealed
  }

  /** What an event adds. `script` comes with the seal, and not before. Nothing is told after the ending. */
  tell({ at, event, stream }: Recorded, script?: Script): Frames {
    if (this.#ending !== undefined) return []
    this.#run = stream
    this.#note(event)
    if (event._tag === "RunStarted") return this.#isFull ? [] : [this.#started(this.#telling.stages[0])]
    if (event._tag === "PlanSealed" && script !== undefined) return this.#seal(script, at)
    const settled = this.#sealed?.outcomes.take(event) ?? []
    const frames = this.#advance(settled, at)
    return event._tag === "RunCompleted" ? [...frames, ...this.#end(event)] : frames
  }

  /** All frames of a request that concerns nothing the engine writes: what is known is told, and nothing runs. */
  rest(script: Script, at: number): Frames {
    this.#sealed = { script, outcomes: new Outcomes(script, this.#telling.dryRun), stages: this.#telling.stages }
    const frames = [...(this.#isFull ? [] : [this.#started(this.#telling.stages[0])]), ...this.#advance([], at)]
    this.#ending = this.#endingOf(this.#telling.dryRun ? "planned" : "succeeded", true, "")
    return frames
  }

  /** When the events end and the run does not: the service stops, or the run waits to be taken up again. */
  interrupt(): { readonly frames: Frames; readonly ending: Ending } {
    this.#ending ??= this.#endingOf("interrupted", false, this.#interruption)
    return { frames: frameErrors(this.#ending, this.#telling).map(fit), ending: this.#ending }
  }

  get #isFull(): boolean {
    return this.#telling.title === "full-update"
  }

  #stepOf(of: StageName): string {
    return this.#isFull || of !== this.#telling.stages[0] ? of : this.#telling.title
  }

  #started(of: StageName | undefined): Frame {
    const metadata = {
      operation_id: this.#run,
      delete_orphans: !this.#telling.dryRun,
      dry_run: this.#telling.dryRun
    }
    const more = of === "sweep-orphans" ? { metadata } : {}
    return of === undefined
      ? stage(this.#telling.title, "started", "Starting synchronization.")
      : stage(this.#stepOf(of), "started", startingOf(of), more)
  }

  #note(event: Event): void {
    if (event._tag === "StageEntered" && event.stage === "observe") {
      this.#unavailable.length = 0
      this.#warnings.length = 0
    }
    if (event._tag === "SourceUnavailable") {
      this.#unavailable.push({ source: event.source, detail: event.detail })
      this.#warnings.push(`source ${event.source} was not read: ${event.detail}`)
    }
    if (event._tag === "WarningRaised") this.#warnings.push(`${event.scope}: ${event.detail}`)
    if (event._tag === "ConflictFound") this.#warnings.push(`${event.label}: ${event.detail}`)
    if (event._tag === "RemovalsHeld") {
      this.#warnings.push(`${event.removals} of ${event.of} removals in source ${event.source} wait for approval`)
    }
    if (event._tag === "RunInterrupted") this.#interruption = event.detail
  }

  #seal(script: Script, at: number): Frames {
    const { dryRun, stages } = this.#telling
    const sweeps = script.placed.has("sweep-orphans") || (this.#isFull && dryRun)
    const all = sweeps && !stages.includes("sweep-orphans") ? [...stages, "sweep-orphans" as const] : stages
    const outcomes = new Outcomes(script, dryRun)
    this.#sealed = { script, outcomes, stages: all }
    const unread = this.#unavailable.map(({ detail, source }) =>
      fit(runError(this.#telling.title, "connection", `Source ${source} was not read: ${detail}`))
    )
    const frames = [...unread, ...this.#advance([], at)]
    if (!dryRun) return frames
    this.#ending = this.#endingOf("planned", this.#unavailable.length === 0, this.#warnings[0] ?? "")
    return [...frames, ...frameErrors(this.#ending, this.#telling).map(fit)]
  }

  #advance(settled: ReadonlyArray<Placed>, at: number): Frames {
    const sealed = this.#sealed
    if (sealed === null) return []
    const frames: Array<Frame> = []
    const told = new Set<string>(["bootstrap", ...sealed.stages])
    for (const operation of settled) {
      const failure = sealed.outcomes.failureOf(operation)
      const isTold = told.has(operation.place) && (this.#isFull || operation.place !== "bootstrap")
      if (failure !== undefined && !isTold) this.#strays.push(failure)
    }
    if (this.#isFull && !this.#opened) {
      if (!(sealed.script.placed.get("bootstrap") ?? []).every((one) => sealed.outcomes.isDone(one))) return frames
      this.#opened = true
      frames.push(...this.#opening(bootstrapOf(sealed.script, sealed.outcomes, this.#telling.dryRun)))
      for (const operation of sealed.script.placed.get("bootstrap") ?? []) {
        const failure = sealed.outcomes.failureOf(operation)
        if (failure !== undefined) frames.push(fit(errorDetail("bootstrap", failure)))
      }
    }
    if (this.#act !== null) {
      const { stage: current } = this.#act
      frames.push(...this.#act.settle(settled.filter(({ place }) => place === current)))
    }
    for (;;) {
      if (this.#act !== null) {
        if (!this.#act.isOver) return frames
        const { frames: last, result, tally } = this.#act.close(at)
        frames.push(...last)
        this.#tallies.set(this.#act.stage, tally)
        this.#results.set(this.#act.stage, result)
        this.#act = null
      }
      const next = sealed.stages[this.#next]
      if (next === undefined) return frames
      if (this.#isFull || this.#next > 0) frames.push(this.#started(next))
      this.#next += 1
      this.#act = new Act(next, this.#stepOf(next), at, sealed.script, sealed.outcomes, this.#telling)
      frames.push(...this.#act.open())
    }
  }

  /** The first three frames of a full update. */
  #opening(bootstrap: JsonObject): Frames {
    const total = stageNames.length
    const order = [...stageNames.slice(0, 7), ...stageNames.slice(10), ...stageNames.slice(7, 10)]
    return [
      bootstrapDone(bootstrap),
      stage("stream", "started", `Full update stream connected (operation_id=${this.#run})`),
      {
        event: "discovery",
        data: {
          event: "discovery",
          phase: "full-update",
          status: "discovered",
          message: `Discovered ${total} sync stage(s) for full update`,
          count: total,
          items: order.map((name) => ({ name, type: "stage" })),
          progress: { current: 0, total, percent: 0 },
          metadata: { operation_id: this.#run }
        }
      }
    ]
  }

  #end(event: EventOf<"RunCompleted">): Frames {
    const opening = this.#isFull && !this.#opened ? this.#opening(notBootstrapped(event.detail)) : []
    const isWhole = event.failed === 0 && this.#unavailable.length === 0
    const ok = event.outcome === "succeeded" || (event.outcome === "partial" && isWhole && this.#sealed !== null)
    const failed = `${event.failed} of ${event.ok + event.failed + event.skipped} operations failed`
    const [first] = this.#strays
    const detail = [event.failed + event.skipped > 0 ? failed : "", first?.detail ?? "", event.detail]
    this.#ending = this.#endingOf(event.outcome, ok, ok ? "" : detail.filter((text) => text !== "").join("; "))
    return [
      ...opening,
      ...this.#strays.slice(0, mostStrays).map((failure) => fit(errorDetail(this.#telling.title, failure))),
      ...frameErrors(this.#ending, this.#telling).map(fit)
    ]
  }

  #endingOf(outcome: Ending["outcome"], ok: boolean, detail: string): Ending {
    const counts = { ok: 0, failed: 0, skipped: 0, planned: 0 }
    for (const operation of this.#sealed?.script.operations.values() ?? []) {
      counts[this.#sealed?.outcomes.stateOf(operation) ?? "planned"] += 1
    }
    return {
      run: this.#run,
      outcome,
      ok,
      operations: counts,
      tallies: this.#tallies,
      results: this.#results,
      unavailable: this.#unavailable,
      warnings: this.#warnings,
      detail: detail === "" && !ok ? "The run did not finish" : detail
    }
  }
}
