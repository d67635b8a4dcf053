import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import { Config as EffectConfig, Effect, Either, Option, ParseResult, Schema } from "effect"
import { LineCounter, parseDocument, type Document } from "yaml"
import { Config } from "../domain/Config.ts"
import type { Json } from "../domain/Json.ts"

/** The configuration cannot be used; every problem has a line of its own. */
export class ConfigInvalid extends Schema.TaggedError<ConfigInvalid>()("ConfigInvalid", {
  file: Schema.String,
  problems: Schema.Array(Schema.Struct({ line: Schema.NullOr(Schema.Int), key: Schema.String, problem: Schema.String }))
}) {
  override get message() {
    return this.problems
      .map(
        ({ key, line, problem }) =>
          `${this.file}${line === null ? "" : `:${line}`}: ${key === "" ? "" : `${key} `}${problem}`
      )
      .join("\n")
  }
}

type Problem = ConfigInvalid["problems"][number]
type KeyPath = ReadonlyArray<string | number>

const keyText = (path: KeyPath): string =>
  path.reduce<string>(
    (text, part) => (typeof part === "number" ? `${text}[${part}]` : text === "" ? part : `${text}.${part}`),
    ""
  )

/** The line of the deepest part of the path that the document has. */
const lineOf = (document: Document, lines: LineCounter, path: KeyPath): number | null => {
  for (let depth = path.length; depth >= 0; depth--) {
    const node: unknown = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true)
    if (typeof node === "object" && node !== null && "range" in node && Array.isArray(node.range)) {
      return lines.linePos(Number(node.range[0])).line
    }
  }
  return null
}

const distance = (a: string, b: string): number => {
  const row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    let diagonal = row[0] ?? 0
    row[0] = i
    for (let j = 1; j <= b.length; j++) {
      const above = row[j] ?? 0
      row[j] = Math.min(above + 1, (row[j - 1] ?? 0) + 1, diagonal + (a[i - 1] === b[j - 1] ? 0 : 1))
      diagonal = above
    }
  }
  return row[b.length] ?? 0
}

const closest = (key: string, known: ReadonlyArray<string>): string | undefined => {
  const [best] = known
    .map((name) => ({ name, far: distance(key.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.far - b.far)
  return best !== undefined && best.far <= Math.max(2, key.length / 3) ? best.name : undefined
}

/** The keys that the schema knows where an unexpected one was found: the message lists them as literals. */
const knownKeys = (message: string): ReadonlyArray<string> =>
  [...message.matchAll(/readonly (\w+)\??:|"(\w+)"/g)].flatMap((match) => match[1] ?? match[2] ?? [])

const problemOf = (issue: ParseResult.ArrayFormatterIssue): { readonly path: KeyPath; readonly problem: string } => {
  const path = issue.path.map((part) => (typeof part === "symbol" ? String(part) : part))
  const key = String(path[path.length - 1] ?? "")
  switch (issue._tag) {
    case "Unexpected": {
      const meant = closest(key, knownKeys(issue.message))
      return { path, problem: `is not a known key${meant === undefined ? "" : `; did you mean ${meant}?`}` }
    }
    case "Missing":
      return { path, problem: "is missing" }
    default:
      return { path, problem: issue.message.split("\n")[0] ?? issue.message }
  }
}

/** An optional member is a choice between its schema and nothing; that it is not nothing helps nobody. */
const isTelling = ({ message }: ParseResult.ArrayFormatterIssue): boolean => !message.startsWith("Expected undefined")

const reference = /\$(\$\{|\{([A-Za-z_][A-Za-z0-9_]*)\})/g

/** Replaces `${NAME}` in every text by the environment's value; `$${` stands for `${`. */
const interpolate = Effect.fnUntraced(function* (
  value: Json,
  path: KeyPath,
  missing: Array<{ path: KeyPath; name: string }>
): Effect.fn.Return<Json> {
  if (typeof value === "string") {
    const values = new Map<string, string>()
    for (const [, , name] of value.matchAll(reference)) {
      if (name === undefined) continue
      const found = yield* Effect.option(EffectConfig.string(name))
      if (Option.isNone(found)) missing.push({ path, name })
      else values.set(name, found.value)
    }
    return value.replaceAll(reference, (_, escaped: string, name: string | undefined) =>
      name === undefined ? escaped : (values.get(name) ?? "")
    )
  }
  if (Array.isArray(value)) {
    return yield* Effect.forEach(value, (item: Json, index) => interpolate(item, [...path, index], missing))
  }
  if (typeof value === "object" && value !== null) {
    const entries = yield* Effect.forEach(Object.entries(value), ([key, member]) =>
      Effect.map(interpolate(member, [...path, key], missing), (done) => [key, done] as const)
    )
    return Object.fromEntries(entries)
  }
  return value
})

/** A configuration that passed every check. */
export interface Loaded {
  readonly file: string
  /** What paths in it are relative to. */
  readonly folder: string
  readonly config: Config
}

const decode = Schema.decodeUnknownEither(Config, { errors: "all", onExcessProperty: "error" })

/** Reads a configuration; paths in it are relative to it. */
export const load = Effect.fn("ConfigFile.load")(function* (file: string) {
  const files = yield* FileSystem.FileSystem
  const paths = yield* Path.Path
  const text = yield* files.readFileString(file).pipe(
    Effect.mapError((error) => {
      const why =
        error._tag === "SystemError" && error.reason === "NotFound"
          ? "does not exist"
          : `cannot be read (${error.message})`
      return new ConfigInvalid({
        file,
        problems: [{ line: null, key: "", problem: `${why}. Name another with --config` }]
      })
    })
  )
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  if (document.errors.length > 0) {
    const problems = document.errors.map(({ message, pos }): Problem => ({
      line: lines.linePos(pos[0]).line,
      key: "",
      problem: message
    }))
    return yield* new ConfigInvalid({ file, problems })
  }
  const missing: Array<{ path: KeyPath; name: string }> = []
  const value = yield* interpolate((document.toJS() ?? {}) as Json, [], missing)
  const unset = missing.map(({ name, path }): Problem => ({
    line: lineOf(document, lines, path),
    key: keyText(path),
    problem: `names the environment variable ${name}, which is not set`
  }))
  const decoded = decode(value)
  const wrong = Either.isRight(decoded)
    ? []
    : ParseResult.ArrayFormatter.formatErrorSync(decoded.left)
        .filter(isTelling)
        .map((issue): Problem => {
          const { path, problem } = problemOf(issue)
          return { line: lineOf(document, lines, path), key: keyText(path), problem }
        })
  if (Either.isLeft(decoded) || unset.length > 0) {
    const named = new Set(unset.map(({ key }) => key))
    return yield* new ConfigInvalid({ file, problems: [...unset, ...wrong.filter(({ key }) => !named.has(key))] })
  }
  const folder = paths.dirname(paths.resolve(file))
  const config = decoded.right
  const absolute: Config = { ...config, journal: paths.resolve(folder, config.journal) }
  const loaded: Loaded = { file, folder, config: absolute }
  return loaded
})
