import { Effect, Option } from "effect"
import { Audit } from "../../../../journal/Audit.ts"
import { Projections } from "../../../../journal/Projections.ts"
import type { RunRequest } from "../../../../services/Runs.ts"
import { parse, type Position } from "../frames/Position.ts"
import { isSameScope } from "./Line.ts"

export interface Resume {
  readonly run: string
  readonly position: Position
  /** Whether nothing more comes of it by itself. */
  readonly isAtRest: boolean
}

/** Which run a client was following when it was cut off, by the id of the last frame that it saw. */
export class Resumed extends Effect.Service<Resumed>()("proxledger/LegacyResumed", {
  effect: Effect.gen(function* () {
    const audit = yield* Audit
    const projections = yield* Projections

    /** None where the id is none of ours, or of a run that is not the one that is asked for now. */
    const find = Effect.fn("Resumed.find")(function* (id: string | undefined, { mode, scope }: RunRequest) {
      const position = Option.flatMap(Option.fromNullable(id), parse)
      if (Option.isNone(position)) return Option.none<Resume>()
      const { seq } = position.value
      const { items } = yield* audit.events({ order: "oldest", cursor: seq - 1, limit: 1 })
      const [seen] = items
      if (seen?.seq !== seq) return Option.none<Resume>()
      const row = yield* projections.run(seen.stream)
      if (Option.isNone(row) || row.value.trigger !== mode || !isSameScope(row.value.scope, scope)) {
        return Option.none<Resume>()
      }
      const { interrupted, state } = row.value
      const isAtRest = state === "completed" || interrupted || (state === "planned" && mode === "plan")
      return Option.some<Resume>({ run: seen.stream, position: position.value, isAtRest })
    })
    return { find }
  })
}) {}
