import { type ChildProcess, spawn } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { Effect, type Scope } from "effect"
import { Pool } from "undici"
import type { Listening } from "./Simulators.ts"
import { Unmeasurable } from "./Unmeasurable.ts"

/** The command line, bundled as it is shipped. */
const program = join(dirname(process.argv[1] ?? ""), "cli", "main.js")

/** The first key of every service that is measured. */
export const key = "a-key-of-the-benchmark-0123456789abcdefghijklmnop"

/** `proxledger serve` in a process of its own. */
export interface Served {
  readonly url: string
  /** Milliseconds from the start of the process until it said that it listens. */
  readonly took: number
  /** Milliseconds of the processor that the process has used, all its threads, to 10. */
  readonly cpu: Effect.Effect<number, Unmeasurable>
  /** Resident memory in MB. */
  readonly rss: Effect.Effect<number, Unmeasurable>
  /** The body of the answer; any but 2xx is the end of the measurement. */
  readonly ask: (method: "GET" | "POST", path: string, body?: object) => Effect.Effect<string, Unmeasurable>
}

const readOf = (pid: number, file: string) =>
  Effect.try({
    try: () => readFileSync(`/proc/${pid}/${file}`, "utf8"),
    catch: () => new Unmeasurable({ detail: `The service has ended, or there is no /proc/${pid}/${file}` })
  })

/** The name of the program, in brackets, may hold blanks. Times are in hundredths of a second on every Linux. */
const cpuOf = (stat: string): number => {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
  return (Number(fields[11]) + Number(fields[12])) * 10
}

const rssOf = (status: string): number => (Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024) / 1e6

/** Endpoints and key as an operator would give them; requests of one client are not limited. */
export const configure = (folder: string, { netbox, proxmox }: typeof Listening.Type): void => {
  const document = {
    netbox: { url: netbox.url, token: netbox.token },
    proxmox: [{ name: "bench", urls: proxmox.urls, token: proxmox.token, tls: { verify: false } }]
  }
  // What is JSON is YAML as well.
  writeFileSync(join(folder, "proxledger.yaml"), JSON.stringify(document))
}

const environment = {
  PROXBOX_ENCRYPTION_KEY: "a key of the benchmark",
  PROXBOX_LOG_LEVEL: "ERROR",
  PROXBOX_RATE_LIMIT: "10000000",
  PROXLEDGER_ALLOWED_RANGES: "127.0.0.0/8"
}

const launch = (folder: string) =>
  Effect.async<{ readonly child: ChildProcess; readonly url: string; readonly took: number }, Unmeasurable>(
    (resume) => {
      const began = performance.now()
      const args = ["serve", "--port", "0", "--data", folder, "--config", join(folder, "proxledger.yaml")]
      const child = spawn(process.execPath, [program, ...args], { stdio: ["ignore", "pipe", "pipe"], env: environment })
      let said = ""
      const hear = (piece: Buffer) => {
        said += piece.toString("utf8")
        const url = /http:\/\/[\d.]+:\d+/.exec(said)?.[0]
        if (url !== undefined) resume(Effect.succeed({ child, url, took: performance.now() - began }))
      }
      child.stdout.on("data", hear)
      child.stderr.on("data", hear)
      child.once("exit", (code) =>
        resume(new Unmeasurable({ detail: `The service has ended (${code}): ${said.slice(0, 500)}` }))
      )
      return Effect.sync(() => child.kill("SIGKILL"))
    }
  )

const stop = (child: ChildProcess) =>
  Effect.async<void>((resume) => {
    if (child.exitCode !== null || child.signalCode !== null) return resume(Effect.void)
    child.once("exit", () => resume(Effect.void))
    child.kill("SIGTERM")
  })

/** Starts the service on a folder that is configured; it is stopped with the scope. */
export const start = (folder: string): Effect.Effect<Served, Unmeasurable, Scope.Scope> =>
  Effect.gen(function* () {
    const { child, took, url } = yield* Effect.acquireRelease(launch(folder), ({ child }) => stop(child))
    const pid = child.pid ?? 0
    const pool = yield* Effect.acquireRelease(
      Effect.sync(() => new Pool(url, { connections: 1 })),
      (one) => Effect.promise(() => one.destroy())
    )
    const ask: Served["ask"] = (method, path, body) =>
      Effect.gen(function* () {
        const answer = yield* Effect.promise(() =>
          pool.request({
            method,
            path,
            headers: {
              "x-proxbox-api-key": key,
              ...(body === undefined ? {} : { "content-type": "application/json" })
            },
            ...(body === undefined ? {} : { body: JSON.stringify(body) })
          })
        )
        const text = yield* Effect.promise(() => answer.body.text())
        if (answer.statusCode < 300) return text
        return yield* new Unmeasurable({
          detail: `${method} ${path} answered ${answer.statusCode}: ${text.slice(0, 500)}`
        })
      })
    return {
      url,
      took,
      ask,
      cpu: Effect.map(readOf(pid, "stat"), cpuOf),
      rss: Effect.map(readOf(pid, "status"), rssOf)
    }
  })

/** The service with its first key. */
export const claimed = (folder: string) =>
  Effect.tap(start(folder), ({ ask }) => ask("POST", "/auth/register-key", { api_key: key, label: "bench" }))
