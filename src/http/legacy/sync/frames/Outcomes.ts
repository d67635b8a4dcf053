import type { Event } from "../../../../domain/Event.ts"
import type { Ref } from "../../../../domain/Ref.ts"
import type { Placed, Script, Thing } from "./Script.ts"

/** How an operation ended, in the words of the old surface. */
export interface Failure {
  readonly operation: Placed
  readonly category: "validation" | "not_found" | "internal"
  readonly detail: string
}

/** What became of an object; the last three are what a plan would do. */
export type Result =
  "created" | "updated" | "deleted" | "skipped" | "failed" | "would_create" | "would_update" | "would_delete"

const results = { create: "created", update: "updated", delete: "deleted" } as const
const intents = { create: "would_create", update: "would_update", delete: "would_delete" } as const
const categories = { refused: "validation", stale: "validation", missing: "not_found" } as const

/** What is known so far of a sealed run's operations. Mutable: a run has tens of thousands of them. */
export class Outcomes {
  readonly #script: Script
  readonly #isPlan: boolean
  readonly #done = new Map<number, "ok" | "skipped" | Failure>()
  readonly #ids = new Map<Ref, number>()

  constructor(script: Script, isPlan: boolean) {
    this.#script = script
    this.#isPlan = isPlan
  }

  /** The operations that an event settles. */
  take(event: Event): ReadonlyArray<Placed> {
    const settled: Array<Placed> = []
    const settle = (op: number, how: (operation: Placed) => "ok" | "skipped" | Failure) => {
      const operation = this.#script.operations.get(op)
      if (operation === undefined || this.#done.has(op)) return
      this.#done.set(op, how(operation))
      settled.push(operation)
    }
    switch (event._tag) {
      case "OperationsSettled":
        for (const [op, id] of event.ok) {
          settle(op, ({ ref }) => {
            this.#ids.set(ref, id)
            return "ok"
          })
        }
        for (const { detail, op, reason } of event.failed) {
          settle(op, (operation) => ({ operation, category: categories[reason], detail }))
        }
        break
      case "OperationSkipped":
        settle(event.op, (operation) =>
          event.blockedBy === null ? "skipped" : { operation, category: "internal", detail: event.detail }
        )
        break
      case "RunCompleted":
        for (const op of this.#script.operations.keys()) settle(op, () => "skipped")
        break
      default:
        break
    }
    return settled
  }

  isDone({ op }: Placed): boolean {
    return this.#isPlan || this.#done.has(op)
  }

  stateOf({ op }: Placed): "ok" | "failed" | "skipped" | "planned" {
    const how = this.#done.get(op)
    return typeof how === "object" ? "failed" : (how ?? "planned")
  }

  failureOf({ op }: Placed): Failure | undefined {
    const how = this.#done.get(op)
    return typeof how === "object" ? how : undefined
  }

  /** NetBox's id of an object, once it has one. */
  idOf(thing: Pick<Thing, "ref" | "id">): number | null {
    return this.#ids.get(thing.ref) ?? thing.id
  }

  /** What became of an object through these of its operations, all of them settled. */
  resultOf(operations: ReadonlyArray<Placed>): Result {
    const first = operations.find(({ verb }) => verb !== "update") ?? operations[0]
    if (first === undefined) return "skipped"
    if (this.#isPlan) return intents[first.verb]
    if (operations.some((operation) => this.failureOf(operation) !== undefined)) return "failed"
    return operations.some(({ op }) => this.#done.get(op) === "skipped") ? "skipped" : results[first.verb]
  }
}
