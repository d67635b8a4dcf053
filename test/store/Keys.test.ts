import { assert, describe, it } from "@effect/vitest"
import bcrypt from "bcrypt"
import { Clock, Effect, Either, FastCheck, Fiber, Option, Redacted, TestClock } from "effect"
import type { Journal } from "../../src/journal/Journal.ts"
import { Database } from "../../src/store/Database.ts"
import { type ApiKey, Keys } from "../../src/store/Keys.ts"
import { behind, by, everything, fresh, inFolder, said } from "./folder.ts"

const raw = (text = "k") => Redacted.make(text.padEnd(40, "0"))

const within = <A, E>(effect: Effect.Effect<A, E, Keys | Database | Journal>, folder = fresh(), env = {}) =>
  Effect.provide(effect, inFolder(folder, env))

const tag = <A, E extends { readonly _tag: string }, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.flip(effect), ({ _tag }) => _tag)

const forever = { label: "", scopes: ["admin"], expires_at: null } as const

const isGuardian = ({ expires_at, is_active, scopes }: ApiKey) =>
  is_active && expires_at === null && scopes.includes("admin")

describe("the first key", () => {
  it.live("is registered once, even when it is gone", () => {
    const folder = fresh()
    return Effect.gen(function* () {
      yield* within(
        Effect.gen(function* () {
          const keys = yield* Keys
          assert.isTrue(yield* keys.needsBootstrap)
          const key = yield* keys.bootstrap(raw(), "plugin", by)
          assert.deepInclude(key, { id: 1, label: "plugin", is_active: true, expires_at: null })
          assert.deepStrictEqual(key.scopes, ["read", "sync", "write", "admin"])
          assert.isFalse(yield* keys.needsBootstrap)
          assert.strictEqual(yield* tag(keys.bootstrap(raw("other"), "", by)), "AlreadyBootstrapped")
          assert.deepStrictEqual(yield* said, ["key/1 created"])
        }),
        folder
      )
      behind(folder, "DELETE FROM api_keys")
      yield* within(
        Effect.gen(function* () {
          const keys = yield* Keys
          assert.isFalse(yield* keys.needsBootstrap)
          assert.strictEqual(yield* tag(keys.bootstrap(raw(), "", by)), "AlreadyBootstrapped")
        }),
        folder
      )
    })
  })

  it.live("is one of those that come at once", () =>
    within(
      Effect.gen(function* () {
        const keys = yield* Keys
        const ends = yield* Effect.forEach(
          ["a", "b", "c", "d", "e", "f"],
          (name) => Effect.either(keys.bootstrap(raw(name), name, by)),
          { concurrency: "unbounded" }
        )
        assert.strictEqual(ends.filter(Either.isRight).length, 1)
        assert.strictEqual((yield* keys.list).length, 1)
      })
    )
  )

  it.live("has a length that bcrypt reads whole, and fits into a header", () =>
    within(
      Effect.gen(function* () {
        const { bootstrap, needsBootstrap } = yield* Keys
        const refused = (text: string) =>
          Effect.map(Effect.flip(bootstrap(Redacted.make(text), "", by)), ({ message }) => message)
        assert.strictEqual(yield* refused("x".repeat(31)), "API key must be at least 32 characters.")
        assert.match(yield* refused("x".repeat(73)), /at most 72 bytes/)
        assert.match(yield* refused("é".repeat(36)), /printable ASCII/)
        assert.match(yield* refused("é".repeat(37)), /at most 72 bytes/)
        assert.match(yield* refused(` ${"x".repeat(40)}`), /blanks at its ends/)
        assert.match(yield* refused(`${"x".repeat(40)}\0`), /printable ASCII/)
        assert.isTrue(yield* needsBootstrap)
        yield* bootstrap(Redacted.make("x".repeat(72)), "", by)
        assert.strictEqual(yield* refused("x".repeat(31)), "API key must be at least 32 characters.")
      })
    )
  )
})

describe("keys", () => {
  it.live("open the service when they are known, active and of their time", () =>
    within(
      Effect.gen(function* () {
        const keys = yield* Keys
        yield* keys.bootstrap(raw(), "", by)
        const now = (yield* Clock.currentTimeMillis) / 1000
        const { key, raw: made } = yield* keys.create(
          { label: "l", scopes: ["sync", "read"], expires_at: now + 600 },
          by
        )
        assert.match(Redacted.value(made), /^[A-Za-z0-9_-]{64}$/)
        assert.deepStrictEqual(key.scopes, ["read", "sync"])
        const verified = (one: Redacted.Redacted) =>
          Effect.map(keys.verify(one), (found) => Option.getOrNull(Option.map(found, ({ id }) => id)))
        assert.deepStrictEqual(
          yield* Effect.all([verified(raw()), verified(made), verified(raw("wrong")), verified(Redacted.make(""))]),
          [1, 2, null, null]
        )
        // bcrypt alone would take what comes after 72 bytes for the key.
        assert.isNull(yield* verified(Redacted.make(Redacted.value(made).padEnd(73, "x"))))
        yield* keys.deactivate(2, by)
        assert.isNull(yield* verified(made))
        yield* keys.activate(2, by)
        assert.strictEqual(yield* verified(made), 2)
        yield* keys.remove(2, by)
        assert.isNull(yield* verified(made))
        assert.strictEqual(yield* tag(keys.remove(2, by)), "KeyNotFound")
        assert.strictEqual(yield* tag(keys.create({ ...forever, scopes: [] }, by)), "KeyRefused")
        assert.strictEqual(yield* tag(keys.create({ ...forever, expires_at: now - 1 }, by)), "KeyRefused")
      })
    )
  )

  it.effect("expire, remembered or not", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_000_000_000_000)
      yield* within(
        Effect.gen(function* () {
          const keys = yield* Keys
          yield* keys.bootstrap(raw(), "", by)
          const { raw: made } = yield* keys.create({ ...forever, expires_at: 1_000_000_060 }, by)
          assert.isTrue(Option.isSome(yield* keys.verify(made)))
          yield* TestClock.adjust("61 seconds")
          assert.isTrue(Option.isNone(yield* keys.verify(made)))
          assert.strictEqual((yield* keys.list).find(({ id }) => id === 2)?.is_active, true)
        })
      )
    })
  )

  it.live("cost nothing once they were verified, and never stand in a file", () => {
    const folder = fresh()
    return Effect.gen(function* () {
      yield* within(
        Effect.gen(function* () {
          const keys = yield* Keys
          yield* keys.bootstrap(raw("planted"), "", by)
          const again = Effect.forEach(Array.from({ length: 1000 }), () => keys.verify(raw("planted")), {
            discard: true
          })
          yield* keys.verify(raw("planted"))
          yield* keys.verify(raw("wrong"))
          const before = process.cpuUsage()
          yield* again
          yield* Effect.forEach(Array.from({ length: 1000 }), () => keys.verify(raw("wrong")), { discard: true })
          // One comparison alone takes 200 ms.
          const { user } = process.cpuUsage(before)
          assert.isBelow(user / 2000, 2000, "microseconds each")
          yield* Effect.sleep("50 millis")
          assert.isAbove((yield* keys.list)[0]?.last_used_at ?? 0, 0)
        }),
        folder
      )
      assert.notInclude(everything(folder), "planted")
    })
  })

  it.live("that many ask for at once are compared once, and the event loop goes on meanwhile", () =>
    within(
      Effect.gen(function* () {
        const keys = yield* Keys
        yield* keys.bootstrap(raw(), "", by)
        const { user } = yield* Effect.gen(function* () {
          const before = process.cpuUsage()
          const all = yield* Effect.forEach(Array.from({ length: 200 }), () => keys.verify(raw()), {
            concurrency: "unbounded"
          })
          assert.isTrue(all.every(Option.isSome))
          return process.cpuUsage(before)
        })
        assert.isBelow(user, 5_000_000)
        assert.deepStrictEqual(yield* keys.load, { inFlight: 0, rejected: 0 })
      })
    )
  )

  it.live(
    "beyond what can be compared are turned away, and one that is known is not",
    () =>
      within(
        Effect.gen(function* () {
          const keys = yield* Keys
          yield* keys.bootstrap(raw(), "", by)
          yield* keys.verify(raw())
          const flood = yield* Effect.fork(
            Effect.forEach(
              Array.from({ length: 100 }),
              (_, index) => Effect.either(keys.verify(raw(`wrong${index}`))),
              {
                concurrency: "unbounded"
              }
            )
          )
          const { inFlight } = yield* Effect.repeat(Effect.zipLeft(keys.load, Effect.sleep("5 millis")), {
            until: ({ rejected }) => rejected > 0
          })
          assert.isAtMost(inFlight, 64)
          const before = yield* Clock.currentTimeMillis
          assert.isTrue(Option.isSome(yield* keys.verify(raw())))
          assert.isBelow((yield* Clock.currentTimeMillis) - before, 1000)
          yield* Fiber.interrupt(flood)
        })
      ),
    120_000
  )

  it.live("of which only the hash was brought are taken, and what is no hash opens nothing", () => {
    const folder = fresh()
    return Effect.gen(function* () {
      yield* within(Effect.void, folder)
      const hash = yield* Effect.promise(() => bcrypt.hash("an old key of proxbox-api, 40 characters", 4))
      behind(
        folder,
        `INSERT INTO api_keys (label, key_hash, is_active, created_at, scopes) VALUES ('', '${hash}', 1, 1.5, '["admin"]');
         INSERT INTO api_keys (label, key_hash, is_active, created_at, scopes) VALUES ('', 'no hash', 1, 1.5, '["admin"]')`
      )
      yield* within(
        Effect.gen(function* () {
          const found = yield* (yield* Keys).verify(Redacted.make("an old key of proxbox-api, 40 characters"))
          assert.strictEqual(Option.getOrThrow(found).id, 1)
        }),
        folder
      )
    })
  })

  it.live("are 32 at most that are active", () => {
    const folder = fresh()
    return Effect.gen(function* () {
      yield* within(Effect.void, folder)
      const rows = Array.from(
        { length: 31 },
        (_, index) =>
          `INSERT INTO api_keys (label, key_hash, is_active, created_at, scopes) VALUES ('', 'h${index}', 1, ${index}, '["read"]');`
      )
      behind(folder, rows.join("\n"))
      yield* within(
        Effect.gen(function* () {
          const keys = yield* Keys
          const ends = yield* Effect.forEach(["a", "b", "c"], () => Effect.either(keys.create(forever, by)), {
            concurrency: "unbounded"
          })
          assert.strictEqual(ends.filter(Either.isRight).length, 1)
          yield* keys.deactivate(1, by)
          yield* keys.create(forever, by)
          const refused = yield* Effect.flip(keys.activate(1, by))
          assert.match(refused.message, /active API-key limit is 32/)
          const [newest] = yield* keys.list
          assert.strictEqual(newest?.id, 33)
        }),
        folder
      )
    })
  })
})

type Step = readonly ["remove" | "deactivate" | "activate", number]

const step = FastCheck.tuple(
  FastCheck.constantFrom("remove", "deactivate", "activate"),
  FastCheck.nat(5)
) as FastCheck.Arbitrary<Step>

describe("whatever is removed", () => {
  it.live(
    "somebody can always administer the service",
    () =>
      Effect.gen(function* () {
        const rows = [
          [`'["admin"]'`, "NULL"],
          [`'["read","sync","write","admin"]'`, "NULL"],
          [`'["read"]'`, "NULL"],
          [`'["admin"]'`, "4000000000"],
          [`'["sync"]'`, "4000000000"]
        ]
        const insert = rows.map(
          ([scopes, expires], index) =>
            `INSERT INTO api_keys (label, key_hash, is_active, created_at, scopes, expires_at) VALUES ('', 'h${index}', 1, ${index}, ${scopes}, ${expires});`
        )
        const run = (steps: ReadonlyArray<Step>) => {
          const folder = fresh()
          return Effect.gen(function* () {
            yield* within(Effect.void, folder)
            behind(folder, insert.join("\n"))
            yield* within(
              Effect.gen(function* () {
                const keys = yield* Keys
                for (const [verb, id] of steps) {
                  const before = yield* keys.list
                  const end = yield* Effect.either(
                    Effect.asVoid<unknown, { readonly _tag: string }, never>(keys[verb](id, by))
                  )
                  const after = yield* keys.list
                  assert.isTrue(after.some(isGuardian), `${verb} ${id}`)
                  // Only what has to stay is refused.
                  if (Either.isLeft(end) && end.left._tag === "LastActiveKey") {
                    assert.deepStrictEqual(
                      before.filter(isGuardian).map((key) => key.id),
                      [id]
                    )
                  }
                }
              }),
              folder
            )
          })
        }
        for (const steps of FastCheck.sample(FastCheck.array(step, { minLength: 3, maxLength: 12 }), 12))
          yield* run(steps)
      }),
    60_000
  )
})
