import { spawn } from "node:child_process"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"

const program = Path.join(import.meta.dirname, "..", "..", "dist", "main.js")

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

export interface Workplace {
  readonly folder: string
  /** Runs the built program to its end; `killAfter` milliseconds ends it with SIGKILL, or the signal that is given. */
  readonly run: (
    args: ReadonlyArray<string>,
    options?: {
      readonly killAfter?: number
      readonly signal?: NodeJS.Signals
      readonly env?: NodeJS.ProcessEnv
      /** Largest file the program may write, in KiB: what a full disk looks like. */
      readonly fileLimit?: number
    }
  ) => Promise<Ended>
}

/** A folder with a configuration, as somebody who uses the program has it. */
export const workplace = (options: {
  readonly netbox: { readonly url: string; readonly token: string }
  readonly proxmox: { readonly urls: ReadonlyArray<string>; readonly token: string }
  readonly extra?: string
  readonly settle?: string
  readonly fullEvery?: number
}): Workplace => {
  const folder = Fs.mkdtempSync(Path.join(Os.tmpdir(), "proxledger-"))
  const config = `netbox:
  url: ${options.netbox.url}
  token: \${NETBOX_TOKEN}
  settle: ${options.settle ?? "4 seconds"}
proxmox:
  - name: lab
    urls: ${JSON.stringify(options.proxmox.urls)}
    token: \${PVE_TOKEN}
    tls: { verify: false }
journal: ./proxledger.sqlite
observe: { fullEvery: ${options.fullEvery ?? 1} }
${options.extra ?? ""}`
  Fs.writeFileSync(Path.join(folder, "proxledger.yaml"), config)
  const environment = {
    NO_COLOR: "1",
    NETBOX_TOKEN: options.netbox.token,
    PVE_TOKEN: options.proxmox.token,
    PROXBOX_NETBOX_RETRY_DELAY: "0.02"
  }
  return {
    folder,
    run: (args, { env = {}, fileLimit, killAfter, signal = "SIGKILL" } = {}) =>
      new Promise((resolve) => {
        const command = [process.execPath, program, ...args]
        const limited = ["-c", `ulimit -f ${fileLimit}; exec "$0" "$@"`, ...command]
        const child = spawn(
          fileLimit === undefined ? process.execPath : "/bin/bash",
          fileLimit === undefined ? command.slice(1) : limited,
          {
            cwd: folder,
            env: { ...environment, ...env }
          }
        )
        let out = ""
        let err = ""
        child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()))
        child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()))
        const timer = killAfter === undefined ? undefined : setTimeout(() => child.kill(signal), killAfter)
        child.on("close", (code) => {
          clearTimeout(timer)
          resolve({ code, out, err })
        })
      })
  }
}
