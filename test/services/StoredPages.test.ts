import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { canonical } from "../../src/domain/Json.ts"
import { kindNamed } from "../../src/domain/Kinds.ts"
import type { GuestFacts } from "../../src/domain/proxmox/Observation.ts"
import type { Current } from "../../src/domain/Target.ts"
import { Journal } from "../../src/journal/Journal.ts"
import * as JournalSqlite from "../../src/journal/JournalSqlite.ts"
import { loadObservation, storeObservation } from "../../src/services/StoredSource.ts"
import { loadKind, storeKind } from "../../src/services/StoredTarget.ts"
import { inFile } from "../journal/files.ts"
import { guest, observation } from "../support/PureWorld.ts"

const kind = kindNamed("virtualization.vminterface")

const row = (id: number, name = `net${id}`): Current => ({
  id,
  updated: "2026-11-25T00:00:00.000001Z",
  fields: Object.fromEntries(Object.keys(kind.fields).map((field) => [field, field === "name" ? name : null]))
})

const rows = Array.from({ length: 5000 }, (_, index) => row(index + 1))

const guests: ReadonlyArray<GuestFacts> = Array.from({ length: 1000 }, (_, index) => guest(index + 100))

/** How many texts `work` gives to the journal. */
const counting = <A, E>(work: Effect.Effect<A, E, Journal>) =>
  Effect.gen(function* () {
    const journal = yield* Journal
    let puts = 0
    const counted = Journal.of({
      ...journal,
      putBlob: (text) => {
        puts += 1
        return journal.putBlob(text)
      }
    })
    const result = yield* Effect.provideService(work, Journal, counted)
    return [result, puts] as const
  })

describe("stored pages", () => {
  it.effect("give back the rows of NetBox that were stored", () =>
    Effect.gen(function* () {
      const [stored, puts] = yield* counting(storeKind(kind, [...rows].reverse()))
      assert.isAbove(puts, 4)
      assert.deepStrictEqual([...stored.rows.values()], rows)
      const loaded = Option.getOrThrow(yield* loadKind(kind, stored.digest))
      assert.deepStrictEqual(loaded, stored)
      assert.strictEqual((yield* storeKind(kind, rows)).digest, stored.digest)
    }).pipe(Effect.provide(JournalSqlite.layerMemory))
  )

  it.effect("write one page where one row changed, and nothing but the manifest where none did", () =>
    Effect.gen(function* () {
      const stored = yield* storeKind(kind, rows)
      const known = Option.getOrThrow(yield* loadKind(kind, stored.digest))
      const [same, none] = yield* counting(storeKind(kind, known.rows.values(), known))
      assert.deepStrictEqual([same.digest, none], [stored.digest, 1])
      const changed = new Map(known.rows).set(4711, row(4711, "renamed"))
      const [other, one] = yield* counting(storeKind(kind, changed.values(), known))
      assert.strictEqual(one, 2)
      assert.strictEqual(other.rows.get(4711)?.fields["name"], "renamed")
      assert.strictEqual(other.digest, (yield* storeKind(kind, changed.values())).digest)
    }).pipe(Effect.provide(JournalSqlite.layerMemory))
  )

  it.effect("give back an observation of Proxmox, and write one page where one guest changed", () =>
    Effect.gen(function* () {
      const seen = observation(guests)
      const [stored, all] = yield* counting(storeObservation(seen))
      assert.isAbove(all, 4)
      assert.strictEqual(
        canonical(JSON.parse(JSON.stringify(stored.observation))),
        canonical(JSON.parse(JSON.stringify(seen)))
      )
      assert.deepStrictEqual(Option.getOrThrow(yield* loadObservation(stored.digest)), stored.observation)
      const other = yield* storeObservation(
        observation(guests.map((one) => (one.vmid === 555 ? guest(555, { name: "x" }) : one)))
      )
      const pages = (digest: string) =>
        Effect.gen(function* () {
          const header: { readonly pages: ReadonlyArray<string> } = JSON.parse(
            Option.getOrThrow(yield* (yield* Journal).getBlob(digest))
          )
          return header.pages
        })
      const before = new Set(yield* pages(stored.digest))
      assert.strictEqual((yield* pages(other.digest)).filter((page) => !before.has(page)).length, 1)
    }).pipe(Effect.provide(JournalSqlite.layerMemory))
  )

  it.effect("are nothing where an older engine stored one piece, or other fields", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      const old = yield* journal.putBlob(JSON.stringify(rows.slice(0, 3)))
      assert.isTrue(Option.isNone(yield* loadKind(kind, old)))
      const whole = yield* journal.putBlob(JSON.stringify(observation([guest(100)])))
      assert.isTrue(Option.isNone(yield* loadObservation(whole)))
      const stored = yield* storeKind(kind, rows.slice(0, 3))
      assert.isTrue(
        Option.isNone(yield* loadKind({ ...kind, fields: { name: { type: "text", owner: "owned" } } }, stored.digest))
      )
      assert.isTrue(Option.isNone(yield* loadKind(kind, "0".repeat(64))))
    }).pipe(Effect.provide(JournalSqlite.layerMemory))
  )

  it.effect("go on with what is stored: a secret is in neither", () =>
    Effect.gen(function* () {
      const stored = yield* storeKind(kind, [row(1, "my hunter2-hunter2"), row(2)])
      assert.strictEqual(stored.rows.get(1)?.fields["name"], "my <redacted>")
      assert.deepStrictEqual(Option.getOrThrow(yield* loadKind(kind, stored.digest)), stored)
      const seen = yield* storeObservation(observation([guest(100, { name: "hunter2-hunter2" })]))
      assert.strictEqual(seen.observation.guests[0]?.name, "<redacted>")
    }).pipe(Effect.provide(inFile(undefined, ["hunter2-hunter2"])))
  )
})
