import * as Fs from "node:fs"
import * as Path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, Stream } from "effect"
import { Journal } from "../../src/journal/Journal.ts"
import { Projections } from "../../src/journal/Projections.ts"
import { planned, sealed, settled, started } from "./events.ts"
import { dump, fresh, inFile } from "./files.ts"

const secrets = ['tok3n-ä"quoted\\', "0f9e8d7c-planted-uuid", "pass/word with+signs"]

const escaped = (text: string) => JSON.stringify(text).slice(1, -1)

const forms = secrets.flatMap((secret) => [
  secret,
  escaped(secret),
  escaped(escaped(secret)),
  encodeURIComponent(secret),
  encodeURIComponent(secret).replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())
])

const assertClean = (file: string) => {
  const folder = Path.dirname(file)
  for (const name of Fs.readdirSync(folder)) {
    const bytes = Fs.readFileSync(Path.join(folder, name))
    for (const form of forms) assert.isFalse(bytes.includes(form), `${name} holds ${form}`)
  }
}

describe("secrets", () => {
  it.live("are in no file, whatever form they came in", () =>
    Effect.gen(function* () {
      const file = fresh()
      yield* Effect.gen(function* () {
        const journal = yield* Journal
        for (const [index, secret] of secrets.entries()) {
          yield* journal.append(`run-${index}`, 0, [
            started(),
            {
              _tag: "WarningRaised",
              scope: secret,
              detail: `${secret} ${escaped(secret)} ${encodeURIComponent(secret)}`
            },
            {
              _tag: "BaselinesRecorded",
              baselines: [{ ref: "x:a", field: "description", value: { note: [`has ${secret}`] } }]
            },
            planned(0, "update", "x:b", {
              label: `vm ${secret}`,
              changes: [{ field: "comments", from: secret, to: JSON.stringify({ secret }), why: "config.description" }]
            }),
            sealed(1),
            settled(0, { failed: [{ op: 0, reason: "refused", detail: `bad value ${secret}` }] })
          ])
          const digest = yield* journal.putBlob(JSON.stringify({ description: secret, vmid: 100 }))
          const kept = yield* Effect.flatten(journal.getBlob(digest))
          assert.deepStrictEqual(JSON.parse(kept), { description: "<redacted>", vmid: 100 })
          const note = yield* journal.putBlob(`no JSON: ${secret}`)
          assert.strictEqual(yield* Effect.flatten(journal.getBlob(note)), "no JSON: <redacted>")
        }
        const [, warning] = yield* Stream.runCollect(journal.read({ after: 0 }))
        assert.deepInclude(warning?.event, { scope: "<redacted>", detail: "<redacted> <redacted> <redacted>" })
        assertClean(file)
        const live = dump(file)
        yield* (yield* Projections).rebuild
        assert.strictEqual(dump(file), live)
        yield* journal.verify
      }).pipe(Effect.provide(inFile(file, secrets)))
      assertClean(file)
    })
  )

  it.live("that are part of a name refuse the append, without being told", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      const failed = yield* Effect.flip(journal.append("run", 0, [planned(0, "create", "extras.tag:hunter-two")]))
      assert.strictEqual(failed._tag, "JournalFailed")
      assert.match(failed.message, /password or token .* Change that password/)
      assert.notMatch(failed.message, /hunter/)
      assert.strictEqual((yield* journal.head).seq, 0)
    }).pipe(Effect.provide(inFile(fresh(), ["hunter-two"])))
  )

  it.live("that are words of the events themselves change nothing, and others are taken out all the same", () =>
    Effect.gen(function* () {
      const words = [
        "requestId",
        "changes",
        "reconcile",
        "create",
        "description",
        "proxmox",
        "virtualization.virtualmachine",
        "running",
        "memory"
      ]
      const file = fresh()
      yield* Effect.gen(function* () {
        const journal = yield* Journal
        const change = { field: "description", from: "", to: "its password is hunter-two", why: "config.description" }
        yield* journal.append("run", 0, [
          started(),
          planned(0, "create", "virtualization.virtualmachine:lab/101", { changes: [change] })
        ])
        const [first, second] = yield* Stream.runCollect(journal.read({ after: 0 }))
        assert.deepStrictEqual(first?.event, started())
        const clean = { ...change, to: "its password is <redacted>" }
        assert.deepStrictEqual(
          second?.event,
          planned(0, "create", "virtualization.virtualmachine:lab/101", { changes: [clean] })
        )
        const text = JSON.stringify({ memory: 2048, status: "running", notes: "hunter-two" })
        assert.strictEqual(
          yield* Effect.flatten(journal.getBlob(yield* journal.putBlob(text))),
          text.replace("hunter-two", "<redacted>")
        )
      }).pipe(Effect.provide(inFile(file, [...words, "hunter-two"])))
    })
  )

  it.live("of digits are taken out of texts, and numbers stay", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      yield* journal.append("run", 0, [
        { _tag: "BaselinesRecorded", baselines: [{ ref: "x:a", field: "memory", value: 10_485_760 }] },
        { _tag: "WarningRaised", scope: "guest/1", detail: "the pin is 485760" }
      ])
      const events = Chunk.toReadonlyArray(yield* Stream.runCollect(journal.read({ after: 0 })))
      assert.deepStrictEqual(
        events.map(({ event }) => event),
        [
          { _tag: "BaselinesRecorded", baselines: [{ ref: "x:a", field: "memory", value: 10_485_760 }] },
          { _tag: "WarningRaised", scope: "guest/1", detail: "the pin is <redacted>" }
        ]
      )
      const digest = yield* journal.putBlob(JSON.stringify({ maxmem: 10_485_760, note: "485760" }))
      assert.deepStrictEqual(JSON.parse(yield* Effect.flatten(journal.getBlob(digest))), {
        maxmem: 10_485_760,
        note: "<redacted>"
      })
    }).pipe(Effect.provide(inFile(fresh(), ["485760"])))
  )
})
