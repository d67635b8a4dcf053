import { Config, Effect, Option } from "effect"
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml"
import { type KeyPath, keyText, type Problem } from "../domain/ConfigCheck.ts"
import { isJsonObject, type Json } from "../domain/Json.ts"

/** A configuration as its text has it. */
export interface ConfigText {
  readonly value: Json
  /** The line of a key or item, or of the nearest one around it that is in the text; null when there is none. */
  readonly lineOf: (path: KeyPath) => number | null
  readonly problems: ReadonlyArray<Problem>
}

/** Why YAML does not parse. Its own messages repeat what they stumble over. */
export interface YamlProblem {
  readonly line: number
  readonly problem: string
}

const toYamlProblem =
  (lines: LineCounter) =>
  ({ code, pos: [start] }: { readonly code: string; readonly pos: readonly [number, number] }): YamlProblem => {
    const cause = code.toLowerCase().replaceAll("_", " ")
    const remedy = "check the indentation, and put quotes around texts that begin or go on with special characters"
    return { line: lines.linePos(start).line, problem: `is not YAML (${cause}); ${remedy}` }
  }

/** Either what the text holds, or why it is no YAML. */
export const parse = (text: string): ConfigText | ReadonlyArray<YamlProblem> => {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const bad = [...document.errors, ...document.warnings]
  if (bad.length > 0) return bad.map(toYamlProblem(lines))

  const known = new Map<string, number>()
  const problems: Array<Problem> = []
  const mark = (path: KeyPath, node: unknown) => {
    const range = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range : undefined
    if (range) known.set(keyText(path), lines.linePos(range[0]).line)
  }
  const read = (node: unknown, path: KeyPath): Json => {
    if (isMap(node)) {
      const entries = node.items.map(({ key, value }): [string, Json] => {
        const name = String(isScalar(key) ? key.value : key)
        const at = [...path, name]
        mark(at, key)
        return [name, read(value, at)]
      })
      return Object.fromEntries(entries)
    }
    if (isSeq(node)) {
      return node.items.map((item, index) => {
        const at = [...path, index]
        mark(at, item)
        return read(item, at)
      })
    }
    if (isAlias(node)) problems.push({ path, problem: "is a YAML alias; put quotes around a text that begins with *" })
    const value: unknown = isScalar(node) ? node.value : null
    return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null
  }
  const lineOf = (path: KeyPath): number | null => {
    for (let depth = path.length; depth > 0; depth--) {
      const line = known.get(keyText(path.slice(0, depth)))
      if (line !== undefined) return line
    }
    return null
  }
  const root: Node | null = document.contents
  return { value: root === null ? {} : read(root, []), lineOf, problems }
}

const reference = /\$\$\{|\$\{([^}]*)\}/g

const isName = (text: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(text)

const interpolateText = Effect.fnUntraced(function* (text: string, path: KeyPath, problems: Array<Problem>) {
  const values = new Map<string, string>()
  for (const [, name] of text.matchAll(reference)) {
    if (name === undefined) continue
    const found = isName(name) ? yield* Effect.option(Config.string(name)) : Option.none()
    if (Option.isSome(found)) values.set(name, found.value)
    else {
      const problem = isName(name)
        ? `names the environment variable ${name}, which is not set; set it, or write $\${ for a literal \${`
        : `has \${…} around something that is no name of a variable; write $\${ for a literal \${`
      problems.push({ path, problem })
    }
  }
  return text.replaceAll(reference, (_, name: string | undefined) =>
    name === undefined ? "${" : (values.get(name) ?? "")
  )
})

/** Replaces `${NAME}` in every text by the value of the environment; `$${` stands for `${`. */
export const interpolate = Effect.fnUntraced(function* (
  value: Json,
  path: KeyPath,
  problems: Array<Problem>
): Effect.fn.Return<Json> {
  if (typeof value === "string") return yield* interpolateText(value, path, problems)
  if (Array.isArray(value)) {
    return yield* Effect.forEach(value, (item: Json, index) => interpolate(item, [...path, index], problems))
  }
  if (!isJsonObject(value)) return value
  const entries = yield* Effect.forEach(Object.entries(value), ([key, member]) =>
    Effect.map(interpolate(member, [...path, key], problems), (done) => [key, done] as const)
  )
  return Object.fromEntries(entries)
})
