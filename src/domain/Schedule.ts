import type { OperationPlanned } from "./Event.ts"
import type { Kind } from "./Kind.ts"
import { kindOf } from "./Ref.ts"
import type { RunState } from "./RunState.ts"
import type { Steps } from "./Steps.ts"

/** Operations that travel in one request. */
export interface Parcel {
  readonly kind: Kind
  readonly verb: OperationPlanned["verb"]
  readonly ops: ReadonlyArray<number>
}

interface Stage {
  readonly kind: Kind
  readonly verb: OperationPlanned["verb"]
  readonly size: number
  readonly ready: Array<number>
  /** Operations that are not ready yet, but may become so. */
  waiting: number
}

/** How many operations of a kind and verb may travel together now; `size` is how many do when all is well. */
export type SizeOf = (stage: Pick<Stage, "kind" | "verb" | "size">) => number

/** Objects in one POST or PATCH: beyond a hundred NetBox gets no faster, and one request should stay short. */
const writeBatch = 100

/**
 * Decides what is sent next. Operations of one kind and verb travel together; a request leaves when it is full, or when no
 * other operation can join it any more, so that requests stay few without waiting for whole stages.
 */
export class Schedule {
  readonly #state: RunState
  readonly #stages: Array<Stage> = []
  readonly #stageOf = new Map<number, Stage>()
  readonly #dependents = new Map<number, Array<number>>()
  readonly #missing = new Map<number, number>()
  readonly #blocked: Array<{ readonly op: number; readonly by: number }> = []
  readonly #again: Array<Parcel> = []

  private constructor(state: RunState) {
    this.#state = state
  }

  /** The schedule of what a run has left to do. */
  static *of(state: RunState, kindNamed: (name: string) => Kind): Steps<Schedule> {
    const schedule = new Schedule(state)
    yield* schedule.#line(kindNamed)
    return schedule
  }

  *#line(kindNamed: (name: string) => Kind): Steps<void> {
    const state = this.#state
    const stages = new Map<string, Stage>()
    for (const { planned, state: at } of state.operations.values()) {
      yield
      if (at !== "planned") continue
      const kind = kindNamed(kindOf(planned.ref))
      const created = planned.verb === "update" && planned.id === null
      const name = `${kind.name} ${planned.verb} ${created}`
      let stage = stages.get(name)
      if (stage === undefined) {
        const size = planned.verb === "delete" ? (kind.deleteBatch ?? writeBatch) : writeBatch
        stage = { kind, verb: planned.verb, size, ready: [], waiting: 0 }
        stages.set(name, stage)
        this.#stages.push(stage)
      }
      this.#stageOf.set(planned.op, stage)
      stage.waiting += 1
      let missing = 0
      for (const need of planned.needs) {
        const needed = state.operations.get(need)
        if (needed === undefined || needed.state === "ok") continue
        missing += 1
        const dependents = this.#dependents.get(need)
        if (dependents === undefined) this.#dependents.set(need, [planned.op])
        else dependents.push(planned.op)
      }
      this.#missing.set(planned.op, missing)
    }
    for (const [op, missing] of this.#missing) {
      yield
      if (missing === 0) this.#ready(op)
    }
    for (const { planned, state: at } of state.operations.values()) {
      yield
      if (at === "failed" || at === "skipped") this.settled(planned.op)
    }
  }

  #ready(op: number) {
    const stage = this.#stageOf.get(op)
    if (stage === undefined) return
    stage.waiting -= 1
    stage.ready.push(op)
  }

  /** To be called when an operation has reached its end. What needs an object that was not made is blocked. */
  settled(op: number): void {
    const operation = this.#state.operations.get(op)
    if (operation === undefined) return
    const blocks = operation.state !== "ok" && operation.planned.verb === "create"
    for (const dependent of this.#dependents.get(op) ?? []) {
      const missing = this.#missing.get(dependent)
      if (missing === undefined || missing === 0) continue
      if (blocks) {
        this.#missing.set(dependent, 0)
        const stage = this.#stageOf.get(dependent)
        if (stage !== undefined) stage.waiting -= 1
        this.#blocked.push({ op: dependent, by: op })
      } else {
        this.#missing.set(dependent, missing - 1)
        if (missing === 1) this.#ready(dependent)
      }
    }
    this.#dependents.delete(op)
  }

  /** Operations that can not be sent any more since the last call, with what blocks them. */
  blocked(): ReadonlyArray<{ readonly op: number; readonly by: number }> {
    return this.#blocked.splice(0)
  }

  /** Puts operations in line once more, in parcels no larger than `size`. */
  again(parcel: Parcel, size: number): void {
    for (let at = 0; at < parcel.ops.length; at += size) {
      this.#again.push({ ...parcel, ops: parcel.ops.slice(at, at + size) })
    }
  }

  /**
   * The next request, if one should leave now. `idle`: nothing is under way, so nothing can join by waiting. `sizeOf` may
   * make it smaller than what is usual.
   */
  next(idle: boolean, sizeOf: SizeOf = ({ size }) => size): Parcel | undefined {
    const again = this.#again.shift()
    if (again !== undefined) return again
    const stage =
      this.#stages.find((stage) => stage.ready.length >= sizeOf(stage)) ??
      this.#stages.find(({ ready, waiting }) => ready.length > 0 && waiting === 0) ??
      (idle ? this.#stages.find(({ ready }) => ready.length > 0) : undefined)
    if (stage === undefined) return undefined
    return { kind: stage.kind, verb: stage.verb, ops: stage.ready.splice(0, sizeOf(stage)) }
  }
}
