import { Effect } from "effect"
import type { Projections } from "../../src/journal/Projections.ts"

const plain = (rows: ReadonlyMap<string, unknown>): string =>
  JSON.stringify([...rows].map(([key, value]) => [key, value instanceof Map ? [...value] : value]).sort())

/** All that the tables say, each as one text. */
export const tablesOf = Effect.fnUntraced(function* (projections: Projections["Type"], target: string) {
  const runs = yield* projections.runs(Number.MAX_SAFE_INTEGER)
  const texts: { readonly [table: string]: string } = {
    runs: JSON.stringify(runs),
    operations: JSON.stringify(yield* Effect.forEach(runs, ({ run }) => projections.operations(run))),
    bindings: plain(yield* projections.bindings),
    baselines: plain(yield* projections.baselines),
    observations: JSON.stringify([yield* projections.lastSource("lab"), yield* projections.lastTarget(target)])
  }
  return texts
}, Effect.orDie)
