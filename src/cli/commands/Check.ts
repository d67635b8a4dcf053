import { Chunk, Effect, Either, Stream } from "effect"
import { clients } from "../../Layers.ts"
import type { Loaded } from "../../services/ConfigFile.ts"
import { NetBox } from "../../services/NetBox.ts"
import { Proxmox } from "../../services/Proxmox.ts"
import { Output, paint } from "../Output.ts"

interface Finding {
  readonly endpoint: string
  readonly ok: boolean
  readonly text: string
  /** Each privilege that is missing, and what is not seen without it. */
  readonly missing: ReadonlyArray<string>
}

const netboxFinding = Effect.gen(function* () {
  const netbox = yield* NetBox
  const version = yield* Effect.either(netbox.version)
  const log = yield* Effect.either(netbox.newestChanges.pipe(Stream.take(1), Stream.runDrain))
  const isLogDenied = Either.isLeft(log) && log.left._tag === "Denied" && Either.isRight(version)
  const finding: Finding = {
    endpoint: `netbox ${netbox.endpoint}`,
    ok: Either.isRight(version),
    text: Either.isRight(version) ? `NetBox ${version.right.text}` : version.left.message,
    missing: isLogDenied ? ["view of core.objectchange: every run reads all of NetBox, and recovery takes longer"] : []
  }
  return finding
})

const sourceFindings = Effect.fnUntraced(function* (source: string) {
  const proxmox = yield* Proxmox
  const found = yield* Stream.runCollect(proxmox.check(source))
  return Chunk.toReadonlyArray(found).map(({ result, url }): Finding => {
    const endpoint = `proxmox ${source} ${url}`
    return "_tag" in result
      ? { endpoint, ok: false, text: result.message, missing: [] }
      : {
          endpoint,
          ok: true,
          text: `Proxmox VE ${result.version}, certificate ${result.tls}`,
          missing: result.missing.map(({ costs, path, privilege }) => `${privilege} on ${path}: ${costs}`)
        }
  })
})

/** Reaches every endpoint of a valid configuration. 0: all can be used; 1: one cannot. */
export const run = (loaded: Loaded) =>
  Effect.gen(function* () {
    const output = yield* Output
    const proxmox = yield* Proxmox
    const sources = yield* Effect.forEach(proxmox.sources, sourceFindings)
    const findings = [yield* netboxFinding, ...sources.flat()]
    const { green, red, yellow } = paint(output.colors)
    yield* output.result({ file: loaded.file, findings }, () =>
      [
        `${green("ok")}    ${loaded.file}`,
        ...findings.flatMap(({ endpoint, missing, ok, text }) => [
          `${ok ? green("ok") : red("error")} ${ok ? "   " : ""}${endpoint}: ${text}`,
          ...missing.map((line) => `      ${yellow("missing")} ${line}`)
        ])
      ].join("\n")
    )
    return findings.every(({ ok }) => ok) ? 0 : 1
  }).pipe(Effect.provide(clients(loaded)))
