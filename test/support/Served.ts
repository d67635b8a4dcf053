import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import * as Path from "node:path"
import { Effect } from "effect"
import { callOf, type RunningService } from "./Service.ts"

const program = Path.join(import.meta.dirname, "..", "..", "dist", "main.js")

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly err: string
}

/** The built program, serving in a process of its own. */
export interface Served {
  readonly url: string
  readonly call: RunningService["call"]
  /** Sends a signal and waits for the end. */
  readonly end: (signal: NodeJS.Signals) => Effect.Effect<Ended>
}

/** A folder that is gone with the scope. */
export const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(Path.join(tmpdir(), "proxledger-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** The program with these arguments, and how it ends. */
const run = (args: ReadonlyArray<string>, env: NodeJS.ProcessEnv) => {
  const child = spawn(process.execPath, [program, "serve", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PROXBOX_LOG_LEVEL: "ERROR", ...env }
  })
  const said = { out: "", err: "" }
  child.stdout.on("data", (piece: Buffer) => (said.out += piece.toString()))
  child.stderr.on("data", (piece: Buffer) => (said.err += piece.toString()))
  const ended = new Promise<Ended>((done) => child.once("close", (code, signal) => done({ code, signal, ...said })))
  return { child, ended }
}

const listening = (child: ChildProcess, ended: Promise<Ended>) =>
  Effect.async<string>((resume) => {
    let out = ""
    child.stdout?.on("data", (piece: Buffer) => {
      out += piece.toString()
      const url = /http:\/\/[\d.]+:\d+/.exec(out)?.[0]
      if (url !== undefined) resume(Effect.succeed(url))
    })
    void ended.then(({ code, err }) => resume(Effect.dieMessage(`the service ended with ${code}: ${err}`)))
  })

/** Serves on any port until the scope ends. */
export const serve = Effect.fnUntraced(function* (args: ReadonlyArray<string>, env: NodeJS.ProcessEnv = {}) {
  const { child, ended } = yield* Effect.acquireRelease(
    Effect.sync(() => run(["--port", "0", ...args], env)),
    ({ child, ended }) =>
      Effect.promise(() => {
        child.kill("SIGKILL")
        return ended
      })
  )
  const url = yield* listening(child, ended)
  const served: Served = {
    url,
    call: callOf(url),
    end: (signal) =>
      Effect.promise(() => {
        child.kill(signal)
        return ended
      })
  }
  return served
})

/** Where it is to end by itself. */
export const endOf = (args: ReadonlyArray<string>, env: NodeJS.ProcessEnv = {}): Effect.Effect<Ended> =>
  Effect.promise(() => run(args, env).ended)
