import { fork } from "node:child_process"
import { Effect, Schema } from "effect"
import { Goal } from "./Goals.ts"
import { programNamed } from "./Program.ts"
import { Unmeasurable } from "./Unmeasurable.ts"

/** One thing that was measured and has no goal. */
export const Figure = Schema.Tuple(Schema.String, Schema.Number, Schema.String)
export type Figure = typeof Figure.Type

export const Figures = Schema.Struct({ goals: Schema.Array(Goal), figures: Schema.Array(Figure) })
export type Figures = typeof Figures.Type

/** What the service and its clients cost, measured by a process of its own. */
export const measure = (quick: boolean): Effect.Effect<Figures, Unmeasurable> =>
  Effect.async<unknown, Unmeasurable>((resume) => {
    const child = fork(programNamed("Service"), quick ? ["--quick"] : [], { execArgv: process.execArgv })
    let told: unknown
    child.once("message", (message) => {
      told = message
    })
    child.once("exit", (code) =>
      resume(
        told === undefined
          ? new Unmeasurable({ detail: `The process that measures the service has ended (${code})` })
          : Effect.succeed(told)
      )
    )
    return Effect.sync(() => child.kill())
  }).pipe(Effect.flatMap((told) => Effect.orDie(Schema.decodeUnknown(Figures)(told))))

export const shown = (figures: ReadonlyArray<Figure>): string => {
  const width = Math.max(...figures.map(([what]) => what.length))
  const number = (value: number) => value.toLocaleString("en", { maximumFractionDigits: value < 10 ? 2 : 0 })
  return figures.map(([what, value, unit]) => `${what.padEnd(width)}  ${number(value).padStart(10)} ${unit}`).join("\n")
}
