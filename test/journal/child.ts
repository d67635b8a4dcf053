import { spawn } from "node:child_process"
import * as Path from "node:path"
import { Effect } from "effect"

export interface Ended {
  readonly code: number | null
  readonly signal: string | null
  readonly lines: ReadonlyArray<string>
  readonly errors: string
}

/**
 * Runs one of the programs beside this file in a process of its own. `line` sees each line that it prints, as it comes, and may
 * end it. `kilobytes` is the size that no file it writes may exceed.
 */
export const child = (
  program: string,
  args: ReadonlyArray<string>,
  options: { readonly kilobytes?: number; readonly line?: (line: string, kill: () => void) => void } = {}
): Effect.Effect<Ended> =>
  Effect.async((resume) => {
    const node = [process.execPath, "--import", "tsx", Path.join(import.meta.dirname, program), ...args]
    const limit = options.kilobytes === undefined ? "" : `ulimit -f ${options.kilobytes}; `
    const running = spawn("bash", ["-c", `${limit}exec "$@"`, "bash", ...node])
    const lines: Array<string> = []
    let errors = ""
    let rest = ""
    running.stderr.on("data", (chunk: Buffer) => {
      errors += chunk.toString()
    })
    running.stdout.on("data", (chunk: Buffer) => {
      const parts = (rest + chunk.toString()).split("\n")
      rest = parts.pop() ?? ""
      for (const line of parts) {
        lines.push(line)
        options.line?.(line, () => running.kill("SIGKILL"))
      }
    })
    running.on("close", (code, signal) => resume(Effect.succeed({ code, signal, lines, errors })))
    return Effect.sync(() => running.kill("SIGKILL"))
  })
