import { X509Certificate } from "node:crypto"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import { Effect, Either, Schema } from "effect"
import type { Config, ServiceConfig, TlsConfig } from "../domain/Config.ts"
import { check, checkService, type KeyPath, keyText, type Problem } from "../domain/ConfigCheck.ts"
import { isJsonObject, type Json } from "../domain/Json.ts"
import { interpolate, parse } from "./ConfigText.ts"

/** The configuration cannot be used; everything that is wrong with it, with its line and key. */
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

/** A configuration that passed every check. Its paths are absolute. */
export interface Loaded {
  readonly file: string
  readonly config: Config
  /** PEM texts by the path of their `caFile`. */
  readonly authorities: ReadonlyMap<string, string>
}

const readText = Effect.fnUntraced(function* (file: string) {
  const files = yield* FileSystem.FileSystem
  return yield* files.readFileString(file).pipe(
    Effect.mapError((error) => {
      const missing = error._tag === "SystemError" && error.reason === "NotFound"
      const why = missing ? "does not exist" : `cannot be read (${error._tag === "SystemError" ? error.reason : "?"})`
      return new ConfigInvalid({ file, problems: [{ line: null, key: "", problem: `${why}; --config names another` }] })
    })
  )
})

/** Every `caFile` of a document, right or wrong as it otherwise is. */
const caFilesIn = (value: Json): ReadonlyArray<{ readonly path: KeyPath; readonly file: string }> => {
  if (!isJsonObject(value)) return []
  const sources = Array.isArray(value["proxmox"]) ? value["proxmox"] : []
  const holders = [
    { path: ["netbox"], holder: value["netbox"] },
    ...sources.map((holder: Json, index) => ({ path: ["proxmox", index], holder }))
  ]
  return holders.flatMap(({ holder, path }) => {
    const tls = isJsonObject(holder) ? holder["tls"] : undefined
    const file = isJsonObject(tls) ? tls["caFile"] : undefined
    return typeof file === "string" && file !== "" ? [{ path: [...path, "tls", "caFile"], file }] : []
  })
}

const readAuthority = Effect.fnUntraced(function* (path: string) {
  const files = yield* FileSystem.FileSystem
  const text = yield* Effect.mapError(files.readFileString(path), () => `names ${path}, which cannot be read`)
  return yield* Effect.try({
    try: () => new X509Certificate(text),
    catch: () => `names ${path}, which holds no certificate in PEM`
  }).pipe(Effect.as(text))
})

const withAbsolute = <A extends { readonly tls: TlsConfig }>(owner: A, absolute: (path: string) => string): A => {
  const { caFile } = owner.tls
  return caFile === undefined ? owner : { ...owner, tls: { ...owner.tls, caFile: absolute(caFile) } }
}

/** What is in a file, once it passed the check, and how its paths become absolute. */
const read = Effect.fnUntraced(function* <A>(
  file: string,
  checked: (document: Json) => Either.Either<A, ReadonlyArray<Problem>>
) {
  const paths = yield* Path.Path
  const text = parse(yield* readText(file))
  if (!("value" in text)) {
    return yield* new ConfigInvalid({ file, problems: text.map((one) => ({ ...one, key: "" })) })
  }
  const problems: Array<Problem> = [...text.problems]
  const value = yield* interpolate(text.value, [], problems)

  const folder = paths.dirname(paths.resolve(file))
  const absolute = (path: string) => paths.resolve(folder, path)
  const authorities = new Map<string, string>()
  for (const { file, path } of caFilesIn(value)) {
    const authority = yield* Effect.either(readAuthority(absolute(file)))
    if (Either.isRight(authority)) authorities.set(absolute(file), authority.right)
    else problems.push({ path, problem: authority.left })
  }

  const config = checked(value)
  if (Either.isLeft(config) || problems.length > 0) {
    const named = new Set(problems.map(({ path }) => keyText(path)))
    const rest = Either.isLeft(config) ? config.left.filter(({ path }) => !named.has(keyText(path))) : []
    const placed = [...problems, ...rest].map(({ path, problem }) => ({
      line: text.lineOf(path),
      key: keyText(path),
      problem
    }))
    return yield* new ConfigInvalid({ file, problems: placed.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)) })
  }
  return { config: config.right, authorities, absolute }
})

/** Reads a configuration; paths in it are relative to it. */
export const load = Effect.fn("ConfigFile.load")(function* (file: string) {
  const { absolute, authorities, config } = yield* read(file, check)
  const loaded: Loaded = {
    file,
    authorities,
    config: {
      ...config,
      journal: absolute(config.journal),
      netbox: withAbsolute(config.netbox, absolute),
      proxmox: config.proxmox.map((source) => withAbsolute(source, absolute))
    }
  }
  return loaded
})

/** A configuration of a service that passed every check. Its paths are absolute. */
export interface LoadedService {
  readonly file: string
  readonly config: ServiceConfig
  readonly authorities: ReadonlyMap<string, string>
}

/** Reads what a service is told beside its endpoints. */
export const loadService = Effect.fn("ConfigFile.loadService")(function* (file: string) {
  const { absolute, authorities, config } = yield* read(file, checkService)
  const { journal, netbox, proxmox, ...rest } = config
  const loaded: LoadedService = {
    file,
    authorities,
    config: {
      ...rest,
      ...(journal === undefined ? {} : { journal: absolute(journal) }),
      ...(netbox === undefined ? {} : { netbox: withAbsolute(netbox, absolute) }),
      proxmox: proxmox.map((source) => withAbsolute(source, absolute))
    }
  }
  return loaded
})
