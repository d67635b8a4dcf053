import {
  Array,
  Cause,
  Context,
  Effect,
  HashMap,
  Layer,
  Logger,
  LogLevel,
  PubSub,
  Redacted,
  Schema,
  Stream
} from "effect"
import { scrubOf } from "../journal/Scrub.ts"
import { redact } from "./Redact.ts"

export const Level = Schema.Literal("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
export type Level = typeof Level.Type

const text = Schema.NullOr(Schema.String)

/** One line of the log, without anything that is secret. */
export const LogEntry = Schema.Struct({
  /** A number that grows. */
  id: Schema.String,
  /** ISO 8601, UTC. */
  timestamp: Schema.String,
  level: Level,
  module: Schema.String,
  message: Schema.String,
  /** The run that it belongs to. */
  operation_id: text,
  operation: text,
  phase: text,
  resource_type: text,
  resource_id: text,
  expandable: Schema.NullOr(Schema.Struct({ traceback: Schema.String })),
  request_id: text
}).annotations({ identifier: "LogEntry" })
export type LogEntry = typeof LogEntry.Type

/** Lines that are kept. */
const most = 10_000

/** A ring of the last lines, and what comes. */
export class Logs extends Context.Tag("proxledger/Logs")<
  Logs,
  {
    /** Oldest first. */
    readonly entries: Effect.Effect<ReadonlyArray<LogEntry>>
    /** Every line after the id that is still kept, then what comes; none is left out, however slow the reader. */
    readonly follow: (after: number) => Stream.Stream<LogEntry>
    /** Takes these texts out of every line from now on. */
    readonly learn: (secrets: ReadonlyArray<Redacted.Redacted>) => Effect.Effect<void>
  }
>() {}

const levelOf = (level: LogLevel.LogLevel): Level => {
  if (LogLevel.greaterThanEqual(level, LogLevel.Fatal)) return "CRITICAL"
  if (LogLevel.greaterThanEqual(level, LogLevel.Error)) return "ERROR"
  if (LogLevel.greaterThanEqual(level, LogLevel.Warning)) return "WARNING"
  return LogLevel.greaterThanEqual(level, LogLevel.Info) ? "INFO" : "DEBUG"
}

const messageOf = (message: unknown): string =>
  Array.ensure(message)
    .map((part) => (typeof part === "string" ? part : JSON.stringify(part)))
    .join(" ")

/** What a client or a guest calls itself must neither look like a line of its own nor move the cursor of a terminal. */
const oneLine = (text: string): string =>
  text.replaceAll(/\p{Cc}/gu, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`)

/** Where lines go besides the ring. */
export interface Sink {
  readonly level: LogLevel.LogLevel
  readonly write: (entry: LogEntry) => void
}

const red = "\u001b[31m"
const yellow = "\u001b[33m"
const plain = "\u001b[0m"

const forPeople = ({ expandable, level, message, operation_id, timestamp }: LogEntry): string => {
  const colour = level === "ERROR" || level === "CRITICAL" ? red : level === "WARNING" ? yellow : ""
  const run = operation_id === null ? "" : ` [${operation_id}]`
  const more = expandable === null ? "" : `\n${expandable.traceback}`
  return `${timestamp} ${colour}${level}${colour === "" ? "" : plain}${run} ${message}${more}\n`
}

/** One JSON text a line; lines for people on a terminal. */
export const stderr = (level: LogLevel.LogLevel): Sink => ({
  level,
  write: (entry) => {
    process.stderr.write(process.stderr.isTTY ? forPeople(entry) : `${JSON.stringify(entry)}\n`)
  }
})

/** The log of one service: everything that is logged under it goes to the ring, and to the sink what is important enough. */
export const layer = (sink: Sink): Layer.Layer<Logs> =>
  Layer.unwrapScoped(
    Effect.gen(function* () {
      const scrub = scrubOf([])
      const news = yield* PubSub.sliding<number>(1)
      /** The line with id `n` stands at `n % most`. */
      const ring: Array<LogEntry> = []
      let last = 0

      const since = (after: number): ReadonlyArray<LogEntry> => {
        const lines: Array<LogEntry> = []
        for (let id = Math.max(after, last - most) + 1; id <= last; id += 1) {
          const entry = ring[id % most]
          if (entry !== undefined) lines.push(entry)
        }
        return lines
      }

      const logger = Logger.make(({ annotations, cause, date, logLevel, message }) => {
        const secretless = (text: string) => redact(scrub.text(text))
        const clean = (text: string) => oneLine(secretless(text))
        const annotation = (name: string) => {
          const found = HashMap.get(annotations, name)
          return found._tag === "Some" && found.value !== null ? clean(String(found.value)) : null
        }
        last += 1
        const entry: LogEntry = {
          id: String(last),
          timestamp: date.toISOString().replace("Z", "+00:00"),
          level: levelOf(logLevel),
          module: annotation("module") ?? "proxledger",
          message: clean(messageOf(message)),
          operation_id: annotation("operation_id"),
          operation: annotation("operation"),
          phase: annotation("phase"),
          resource_type: annotation("resource_type"),
          resource_id: annotation("resource_id"),
          expandable: Cause.isEmpty(cause)
            ? null
            : { traceback: secretless(Cause.pretty(cause)).split("\n").map(oneLine).join("\n") },
          request_id: annotation("request_id")
        }
        ring[last % most] = entry
        news.unsafeOffer(last)
        if (LogLevel.greaterThanEqual(logLevel, sink.level)) sink.write(entry)
      })

      const follow = (after: number) =>
        Stream.unwrapScoped(
          Effect.gen(function* () {
            const heard = yield* PubSub.subscribe(news)
            let at = after
            const page = Effect.sync(() => {
              const lines = since(at)
              at = last
              return lines
            })
            return Stream.concat(
              Stream.fromIterableEffect(page),
              Stream.fromQueue(heard).pipe(
                Stream.mapEffect(() => page),
                Stream.flattenIterables
              )
            )
          })
        )

      return Layer.mergeAll(
        Layer.succeed(Logs, {
          entries: Effect.sync(() => since(0)),
          follow,
          learn: (secrets) => Effect.sync(() => scrub.learn(secrets))
        }),
        // Whichever of the two is there: the program's own logger, when it is run as a command.
        Logger.replace(Logger.defaultLogger, logger),
        Logger.remove(Logger.prettyLoggerDefault)
      )
    })
  )
