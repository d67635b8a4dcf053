import { fork } from "node:child_process"
import { Effect, Schema } from "effect"
import { programNamed } from "./Program.ts"
import { Unmeasurable } from "./Unmeasurable.ts"

/** What the process of the simulators is told when it starts. */
export const SimulatorOptions = Schema.Struct({
  guests: Schema.Number,
  nodes: Schema.Number,
  /** Of each answer of Proxmox, in milliseconds; none unless given. */
  latency: Schema.optionalWith(Schema.Number, { exact: true }),
  /** Of each answer of NetBox, and for each object that it writes, in milliseconds; none unless given. */
  netbox: Schema.optionalWith(Schema.Struct({ millis: Schema.Number, perObject: Schema.Number }), { exact: true }),
  /** Whether Proxmox is reached by HTTPS, as a service demands. */
  tls: Schema.optionalWith(Schema.Boolean, { exact: true }),
  /** Whether no guest runs. */
  stopped: Schema.optionalWith(Schema.Boolean, { exact: true })
})
export type SimulatorOptions = typeof SimulatorOptions.Type

/** What it tells when it listens. */
export const Listening = Schema.Struct({
  proxmox: Schema.Struct({ urls: Schema.Array(Schema.String), token: Schema.String }),
  netbox: Schema.Struct({ url: Schema.String, token: Schema.String })
})

/** What it can be asked; each is answered by its result. */
export const Command = Schema.Union(
  /** Changes the memory of so many guests. */
  Schema.TaggedStruct("Change", { guests: Schema.Number, memory: Schema.String }),
  /** How many requests each side has had since it was asked last. */
  Schema.TaggedStruct("Count", {})
)
export type Command = typeof Command.Type

export const Counted = Schema.Struct({ proxmox: Schema.Number, netbox: Schema.Number })

const script = programNamed("SimulatorProcess")

/**
 * Proxmox and NetBox, simulated in a process of their own, so that neither their work nor their memory counts as the
 * engine's. The process ends with the scope.
 */
export const make = Effect.fnUntraced(function* (options: SimulatorOptions) {
  const child = yield* Effect.acquireRelease(
    Effect.sync(() => fork(script, [JSON.stringify(options)], { execArgv: process.execArgv, serialization: "json" })),
    (one) => Effect.sync(() => one.kill())
  )
  const answer = Effect.async<unknown, Unmeasurable>((resume) => {
    const stop = () => resume(new Unmeasurable({ detail: "The process of the simulators has ended" }))
    child.once("exit", stop)
    child.once("message", (message) => {
      child.off("exit", stop)
      resume(Effect.succeed(message))
    })
  })
  const listening = yield* Effect.flatMap(answer, Schema.decodeUnknown(Listening))
  const ask = (command: Command) =>
    Effect.zipRight(
      Effect.sync(() => child.send(command)),
      answer
    )
  return {
    ...listening,
    change: (guests: number, memory: string) => Effect.asVoid(ask({ _tag: "Change", guests, memory })),
    count: Effect.flatMap(ask({ _tag: "Count" }), Schema.decodeUnknown(Counted))
  }
})
