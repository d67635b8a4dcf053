import { subscribe } from "node:diagnostics_channel"
import * as Fs from "node:fs"
import type { Socket } from "node:net"
import * as Path from "node:path"
import { Chunk, Context, Effect, Stream } from "effect"
import { isJsonObject, type Json } from "../../src/domain/Json.ts"
import { Logs } from "../../src/http/Logs.ts"
import { Journal } from "../../src/journal/Journal.ts"
import { Metrics } from "../../src/services/Metrics.ts"

/** Shorter texts occur by chance. */
const shortest = 8

/** From now on the service may not let these out. */
export type Plant = (secrets: ReadonlyArray<string>) => void

const isSecret = (member: string) => /^(password|token|token_value|token_key|api_key|raw_key|key)$/.test(member)

/** The values of members that hold secrets, at any depth. */
export const secretsIn = (value: Json): ReadonlyArray<string> => {
  if (Array.isArray(value)) return value.flatMap(secretsIn)
  if (!isJsonObject(value)) return []
  return Object.entries(value).flatMap(([member, one]) =>
    typeof one === "string" && isSecret(member) ? [one] : secretsIn(one ?? null)
  )
}

/** Those of a configuration file: whole, and the half of a token that is secret. */
export const secretsOfFile = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(/\b(?:token|password): *(\S+)/g)].flatMap(([, secret = ""]) => [
    secret,
    ...secret.split(/[.=]/).slice(1)
  ])

/** Who hears what is written to the connections of a port. */
const ears = new Map<number, (text: string) => void>()

subscribe("net.server.socket", (message) => {
  const { socket } = message as { readonly socket: Socket }
  const hear = ears.get(socket.localPort ?? 0)
  if (hear === undefined) return
  const write = socket.write.bind(socket) as (...written: ReadonlyArray<unknown>) => boolean
  socket.write = (...written: ReadonlyArray<unknown>) => {
    const [piece] = written
    hear(piece instanceof Uint8Array ? Buffer.from(piece).toString("latin1") : String(piece))
    return write(...written)
  }
})

interface Watched {
  readonly port: number
  readonly data: string
  readonly context: Context.Context<Logs | Journal | Metrics>
}

const linesOf = ({ context, data }: Watched) =>
  Effect.gen(function* () {
    const logs = yield* Context.get(context, Logs).entries
    const events = yield* Stream.runCollect(Context.get(context, Journal).lines)
    const metrics = yield* Effect.promise(() => Context.get(context, Metrics).registry.metrics())
    const files = Fs.readdirSync(data).filter((name) => !name.startsWith("encryption.key"))
    return [
      ...logs.map((entry) => ["the log", JSON.stringify(entry)] as const),
      ...Chunk.toReadonlyArray(events).map((event) => ["the journal", event] as const),
      ["the metrics", metrics] as const,
      ...files.map((name) => [name, Fs.readFileSync(Path.join(data, name), "latin1")] as const)
    ]
  })

/**
 * Listens to everything that a service writes to its clients, whatever they speak, and looks at its log, its journal, its
 * metrics and its files when the scope closes: where a planted secret is found, the test fails. Only the answer that makes a
 * secret may show it, as it is planted when it was seen. Returns what plants.
 */
export const watch = Effect.fnUntraced(function* (watched: Watched) {
  const leaks: Array<string> = []
  const planted = new Set<string>()
  const look = (where: string, text: string) => {
    for (const secret of planted) {
      const at = text.indexOf(secret)
      if (at >= 0) leaks.push(`${where}: …${text.slice(Math.max(0, at - 120), at)}<a planted secret>`)
    }
  }
  ears.set(watched.port, (text) => look("what clients were sent", text))
  yield* Effect.addFinalizer(() =>
    Effect.gen(function* () {
      ears.delete(watched.port)
      for (const [where, text] of yield* Effect.orDie(linesOf(watched))) look(where, text)
      if (leaks.length === 0) return
      return yield* Effect.dieMessage(`The service let secrets out\n${leaks.slice(0, 10).join("\n")}`)
    })
  )
  const plant: Plant = (secrets) => {
    for (const secret of secrets) if (secret.length >= shortest) planted.add(secret)
  }
  return plant
})
