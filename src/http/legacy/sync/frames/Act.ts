import type { JsonObject } from "../../../../domain/Json.ts"
import { errorDetail, stage } from "./Data.ts"
import { fit } from "./Fit.ts"
import type { Frame, Frames } from "./Frame.ts"
import type { Outcomes } from "./Outcomes.ts"
import type { Placed, Script, Thing } from "./Script.ts"
import { finishedOf, type StageName } from "./Stage.ts"
import { type Tally, tallyOf } from "./Tally.ts"
import type { Row, Scene, Telling } from "./Teller.ts"
import { tellers } from "./Tellers.ts"

/** In a full update a stage says no more than this of what it made: the last frame tells all of it. */
const briefly = ({ count, created = 0, updated = 0 }: JsonObject): JsonObject =>
  count === undefined ? { created, updated } : { count }

/** One stage while its operations settle. */
export class Act {
  readonly stage: StageName
  /** The stage's name in its own first and last frame. */
  readonly #step: string
  readonly #scene: Scene
  readonly #begun: number
  readonly #rows = new Map<string, { readonly row: Row; open: number; readonly operations: Array<Placed> }>()
  #position = 0
  /** Operations that are not settled. */
  #open = 0

  /** `at`: milliseconds since 1970 of the event that opens it. */
  constructor(stage: StageName, step: string, at: number, script: Script, outcomes: Outcomes, telling: Telling) {
    this.stage = stage
    this.#step = step
    this.#begun = at
    const teller = tellers[stage]
    const rows = teller.rows(script)
    for (const row of rows) this.#rows.set(row.key, { row, open: 0, operations: [] })
    for (const operation of script.placed.get(stage) ?? []) {
      const at = this.#rows.get(teller.rowOf(operation))
      at?.operations.push(operation)
      if (outcomes.isDone(operation)) continue
      this.#open += 1
      if (at !== undefined) at.open += 1
    }
    this.#scene = {
      script,
      outcomes,
      telling,
      rows,
      operationsOf: ({ key }) => this.#rows.get(key)?.operations ?? [],
      resultOf: ({ operations }: Thing) => outcomes.resultOf(operations.filter(({ place }) => place === stage))
    }
  }

  get isOver(): boolean {
    return this.#open === 0
  }

  /** What is there to tell at once: what is found, and everything of it that is not under way. */
  open(): Frames {
    const frames = [...tellers[this.stage].open(this.#scene)]
    for (const { open, row } of this.#rows.values()) if (open === 0) frames.push(...this.#tell(row))
    return frames.map(fit)
  }

  /** Operations of this stage are settled, each told once. */
  settle(operations: ReadonlyArray<Placed>): Frames {
    const frames: Array<Frame> = []
    for (const operation of operations) {
      this.#open -= 1
      const at = this.#rows.get(tellers[this.stage].rowOf(operation))
      if (at === undefined) frames.push(...this.#failures([operation]))
      else if (--at.open === 0) frames.push(...this.#tell(at.row))
    }
    return frames.map(fit)
  }

  close(at: number): { readonly frames: Frames; readonly tally: Tally; readonly result: JsonObject } {
    const teller = tellers[this.stage]
    const results = [...this.#rows.values()].flatMap(({ row }) => row.members.map(this.#scene.resultOf))
    const tally = tallyOf(results, this.#scene.telling.dryRun)
    const result = teller.result(tally, this.#scene)
    const isPart = this.#scene.telling.title === "full-update" && this.stage !== "sweep-orphans"
    const frames = [
      ...teller.close(this.#scene, tally),
      stage(this.#step, "completed", finishedOf(this.stage), {
        result: isPart ? briefly(result) : result,
        duration_seconds: Math.max(0, at - this.#begun) / 1000,
        ...(teller.note === "" ? {} : { note: teller.note })
      })
    ]
    return { frames: frames.map(fit), tally, result }
  }

  #tell(row: Row): Frames {
    this.#position += 1
    return [
      ...tellers[this.stage].settled(row, this.#scene, this.#position),
      ...this.#failures(this.#scene.operationsOf(row))
    ]
  }

  #failures(operations: ReadonlyArray<Placed>): Frames {
    return operations.flatMap((operation) => {
      const failure = this.#scene.outcomes.failureOf(operation)
      return failure === undefined ? [] : [errorDetail(this.stage, failure)]
    })
  }
}
