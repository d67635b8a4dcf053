import { spawn } from "node:child_process"
import * as Path from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { key, world } from "../support/Service.ts"

const root = Path.join(import.meta.dirname, "..", "..")

interface Ended {
  readonly code: number | null
  readonly out: string
}

/** Runs an example to its end, as the comment at its top says: it imports the built package. */
const run = (name: string, args: ReadonlyArray<string> = [], env: NodeJS.ProcessEnv = {}) =>
  Effect.async<Ended>((resume) => {
    const child = spawn(process.execPath, ["--import", "tsx", Path.join("examples", name), ...args], {
      cwd: root,
      env: { ...process.env, ...env }
    })
    let out = ""
    child.stdout.on("data", (part: Buffer) => (out += part.toString()))
    child.stderr.on("data", (part: Buffer) => (out += part.toString()))
    child.on("close", (code) => resume(Effect.succeed({ code, out })))
  })

it.live(
  "a program with the engine in it plans, applies through its own NetBox layer, and is quiet the second time",
  () =>
    Effect.gen(function* () {
      const { code, out } = yield* run("embed.ts")
      assert.strictEqual(code, 0, out)
      assert.match(out, /POST {2}\/api\/virtualization\/virtual-machines\/ × \d+/)
      assert.match(out, /succeeded: \d+ done/)
      assert.match(out, /Once more: 0 operations/)
    }),
  120_000
)

it.scopedLive(
  "a client watches a run of the service to its end, and its journal is audited",
  () =>
    Effect.gen(function* () {
      const { service } = yield* world()
      const watched = yield* run("watch-progress.ts", [service.url], { PROXLEDGER_KEY: key })
      assert.strictEqual(watched.code, 0, watched.out)
      assert.match(watched.out, /lab: 6 guests on 2 nodes/)
      assert.match(watched.out, /RunCompleted|succeeded: \d+ done, 0 failed/)
      assert.match(watched.out, /succeeded, \d+ operations/)

      const audited = yield* run("audit.ts", [Path.join(service.data, "journal.db")])
      assert.strictEqual(audited.code, 0, audited.out)
      assert.match(audited.out, /by key 1 \(tests\): succeeded, \d+ done, 0 failed/)
      assert.match(audited.out, /the chain holds/)
    }),
  120_000
)
