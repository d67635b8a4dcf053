import { Either, ParseResult, Schema, SchemaAST } from "effect"
import { type Config, ConfigDocument, type ServiceConfig, ServiceDocument, type SourceConfig } from "./Config.ts"
import { closest } from "./Closest.ts"
import { isJsonObject, type Json } from "./Json.ts"

export type KeyPath = ReadonlyArray<string | number>

/** One thing that is wrong, at a place of the file. It never repeats a value, which may be a secret. */
export interface Problem {
  readonly path: KeyPath
  readonly problem: string
}

/** `proxmox[0].tls.caFile`. */
export const keyText = (path: KeyPath): string =>
  path.reduce<string>(
    (text, part) => (typeof part === "number" ? `${text}[${part}]` : text === "" ? part : `${text}.${part}`),
    ""
  )

const unknownKey = (key: string, known: ReadonlyArray<string>): string => {
  const meant = closest(key, known)
  return `is not a known key${meant === undefined ? `; known here are ${known.join(", ")}` : `; did you mean ${meant}?`}`
}

/** Keys that nobody knows, and values that are no mapping or list where one has to be. */
const shapeProblems = (ast: SchemaAST.AST, value: Json, path: KeyPath): ReadonlyArray<Problem> => {
  if (SchemaAST.isTypeLiteral(ast)) {
    const known = ast.propertySignatures.map(({ name, type }) => ({ key: String(name), type }))
    const keys = known.map(({ key }) => key)
    if (!isJsonObject(value)) return [{ path, problem: `must hold keys: ${keys.join(", ")}` }]
    return Object.entries(value).flatMap(([key, member]) => {
      const at = [...path, key]
      const found = known.find((one) => one.key === key)
      return found === undefined
        ? [{ path: at, problem: unknownKey(key, keys) }]
        : shapeProblems(found.type, member, at)
    })
  }
  if (SchemaAST.isTupleType(ast)) {
    if (!Array.isArray(value)) return [{ path, problem: "must be a list" }]
    if (value.length < ast.elements.length) return [{ path, problem: "must not be empty" }]
    const types = [...ast.elements, ...ast.rest].map(({ type }) => type)
    return value.flatMap((item: Json, index) => {
      const type = types[Math.min(index, types.length - 1)]
      return type === undefined ? [] : shapeProblems(type, item, [...path, index])
    })
  }
  return []
}

const toProblem = ({ message, path }: ParseResult.ArrayFormatterIssue): Problem => ({
  path: path.map((part) => (typeof part === "symbol" ? String(part) : part)),
  problem: message.replace(/, actual [^]*$/, "").replace(/^E/, "e")
})

/** The credentials of a source, or in words what is wrong with them. */
const credentialsOf = <T, U, P>(
  token: T | undefined,
  username: U | undefined,
  password: P | undefined
): { readonly token: T } | { readonly username: U; readonly password: P } | string => {
  if (token !== undefined) {
    const alone = username === undefined && password === undefined
    return alone ? { token } : "has a token and a username or password; keep one of both"
  }
  return username === undefined || password === undefined
    ? "has no credentials; give it a token, or a username and a password"
    : { username, password }
}

const objectsIn = (value: Json | undefined) =>
  (Array.isArray(value) ? value : []).flatMap((item: Json, index) => (isJsonObject(item) ? [{ item, index }] : []))

const repeated = (list: "proxmox" | "rules", value: Json | undefined): ReadonlyArray<Problem> => {
  const seen = new Set<Json>()
  return objectsIn(value).flatMap(({ index, item: { name } }) => {
    if (name === undefined || typeof name === "object") return []
    if (seen.has(name))
      return [{ path: [list, index, "name"], problem: "is the name of another one; names are unique" }]
    seen.add(name)
    return []
  })
}

const actions = ["include", "exclude", "set"]

/** What no single field tells, judged on the text, so that it is said together with everything else. */
const crossProblems = (document: { readonly [key: string]: Json }): ReadonlyArray<Problem> => [
  ...objectsIn(document["proxmox"]).flatMap(({ index, item: { password, token, username } }) => {
    const problem = credentialsOf(token, username, password)
    return typeof problem === "string" ? [{ path: ["proxmox", index], problem }] : []
  }),
  ...repeated("proxmox", document["proxmox"]),
  ...objectsIn(document["rules"]).flatMap(({ index, item }) =>
    actions.some((action) => item[action] !== undefined)
      ? []
      : [{ path: ["rules", index], problem: `does nothing; give it ${actions.join(", ")}` }]
  ),
  ...repeated("rules", document["rules"])
]

/** What a document holds, or everything that is wrong with it. */
const checking = <A, I>(schema: Schema.Schema<A, I>) => {
  const { ast } = Schema.encodedSchema(schema)
  const decode = Schema.decodeUnknownEither(schema, { errors: "all" })
  return (document: Json): Either.Either<A, ReadonlyArray<Problem>> => {
    const shaped = shapeProblems(ast, document, [])
    const decoded = decode(document)
    const crossed = isJsonObject(document) ? crossProblems(document) : []
    if (Either.isRight(decoded) && shaped.length + crossed.length === 0) return Either.right(decoded.right)
    const issues = Either.isLeft(decoded) ? ParseResult.ArrayFormatter.formatErrorSync(decoded.left).map(toProblem) : []
    const said = new Set(shaped.map(({ path }) => keyText(path)))
    const news = issues.filter(({ path }) => {
      const known = [[], ...path.map((_, depth) => path.slice(0, depth + 1))].some((at) => said.has(keyText(at)))
      said.add(keyText(path))
      return !known
    })
    return Either.left([...shaped, ...news, ...crossed])
  }
}

const withCredentials = (sources: ReadonlyArray<ConfigDocument["proxmox"][number]>) =>
  sources.flatMap(({ password, token, username, ...source }): ReadonlyArray<SourceConfig> => {
    const auth = credentialsOf(token, username, password)
    return typeof auth === "string" ? [] : [{ ...source, auth }]
  })

const checkDocument = checking(ConfigDocument)

const checkServiceDocument = checking(ServiceDocument)

/** The configuration that a document holds, or everything that is wrong with it. */
export const check = (document: Json): Either.Either<Config, ReadonlyArray<Problem>> =>
  Either.map(checkDocument(document), ({ proxmox, ...config }) => ({ ...config, proxmox: withCredentials(proxmox) }))

/** The same, of a service, which keeps its endpoints and its journal elsewhere. */
export const checkService = (document: Json): Either.Either<ServiceConfig, ReadonlyArray<Problem>> =>
  Either.map(checkServiceDocument(document), ({ proxmox, ...config }) => ({
    ...config,
    proxmox: withCredentials(proxmox)
  }))
