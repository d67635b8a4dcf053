import { assert } from "@effect/vitest"
import { Effect } from "effect"
import type { Case } from "./Case.ts"
import { ct, vm } from "./Guests.ts"
import { conflicts, drifts, edit, machine, machines, names, quiet, rows, synced, writes } from "./World.ts"

/** What a guest is called in NetBox, which takes a name once in a cluster and looks at no case. */
export const nameCases: ReadonlyArray<Case> = [
  {
    number: 2,
    title: "of two guests of one name the lower vmid keeps it, the other carries its vmid, and keeps that for good",
    real: true,
    deletes: true,
    run: (world) =>
      Effect.gen(function* () {
        yield* world.proxmox.addGuest(vm(205, "gateway"))
        yield* world.proxmox.addGuest(vm(101, "gateway"))
        yield* synced
        assert.sameMembers(yield* names(world), ["gateway", "gateway (205)"])
        assert.strictEqual((yield* machine(world, "gateway"))["serial"], "00000000-0000-4000-8000-000000000101")
        yield* world.proxmox.removeGuest(101)
        assert.deepStrictEqual(writes(yield* synced), [
          "create tag Proxledger retired",
          "update virtualmachine lab/101 status, tags"
        ])
        yield* synced
        assert.deepStrictEqual(yield* names(world), ["gateway (205)"])
      })
  },
  {
    number: 3,
    title: "names that differ by case alone are the same name",
    real: true,
    run: (world) =>
      Effect.gen(function* () {
        yield* world.proxmox.addGuest(vm(101, "Web"))
        yield* world.proxmox.addGuest(vm(102, "web"))
        yield* synced
        assert.deepStrictEqual(yield* names(world), ["Web", "web (102)"])
      })
  },
  {
    number: 6,
    title: "a guest renamed in Proxmox is renamed in NetBox, by one write of the name",
    run: (world) =>
      Effect.gen(function* () {
        yield* world.proxmox.addGuest(vm(101, "web"))
        yield* synced
        const { id } = yield* machine(world, "web")
        yield* world.proxmox.renameGuest(101, "shop")
        const run = yield* synced
        assert.deepStrictEqual(writes(run), ["update virtualmachine lab/101 name"])
        assert.strictEqual(run.mutating, 1)
        assert.deepStrictEqual(
          (yield* rows(world, machines)).map((row) => [row.id, row["name"]]),
          [[id, "shop"]]
        )
      })
  },
  {
    number: 7,
    title: "a machine renamed in NetBox keeps that name, which is reported in every run",
    run: (world) =>
      Effect.gen(function* () {
        yield* world.proxmox.addGuest(vm(101, "web"))
        yield* synced
        yield* edit(world, machines, (yield* machine(world, "web")).id, { name: "the shop" })
        for (const _ of [1, 2]) {
          assert.deepStrictEqual(drifts(yield* quiet(world)), [["lab/101", "name", "the shop"]])
        }
        assert.deepStrictEqual(yield* names(world), ["the shop"])
      })
  },
  {
    number: 8,
    title: "a name changed on both sides stays as it is in NetBox, and is told as a conflict",
    run: (world) =>
      Effect.gen(function* () {
        yield* world.proxmox.addGuest(vm(101, "web"))
        yield* synced
        yield* edit(world, machines, (yield* machine(world, "web")).id, { name: "the shop" })
        yield* world.proxmox.renameGuest(101, "shop")
        const run = yield* quiet(world)
        assert.deepStrictEqual(drifts(run), [["lab/101", "name", "the shop"]])
        assert.deepStrictEqual(conflicts(run), [
          'lab/101: name was changed on both sides, from "web" to "the shop" in NetBox and to "shop" in the source; NetBox\'s stays'
        ])
        assert.deepStrictEqual(yield* names(world), ["the shop"])
      })
  },
  {
    number: 9,
    title: "two guests that exchange their names do so in NetBox, over a passing name",
    real: true,
    run: (world) =>
      Effect.gen(function* () {
        yield* world.proxmox.addGuest(vm(101, "red"))
        yield* world.proxmox.addGuest(vm(102, "blue"))
        yield* synced
        const [red, blue] = [yield* machine(world, "red"), yield* machine(world, "blue")]
        yield* world.proxmox.renameGuest(101, "blue")
        yield* world.proxmox.renameGuest(102, "red")
        const run = yield* synced
        assert.lengthOf(run.operations, 3)
        assert.strictEqual((yield* machine(world, "blue")).id, red.id)
        assert.strictEqual((yield* machine(world, "red")).id, blue.id)
        assert.lengthOf(yield* names(world), 2)
      })
  },
  {
    number: 10,
    title: "a long name is cut to 64 characters; one that is then taken gets a suffix that still fits",
    real: true,
    run: (world) =>
      Effect.gen(function* () {
        const long = "x".repeat(64)
        yield* world.proxmox.addGuest(vm(101, `${long}${"y".repeat(36)}`))
        yield* world.proxmox.addGuest(vm(102, `${long}${"z".repeat(36)}`))
        yield* synced
        assert.deepStrictEqual(yield* names(world), [long, `${"x".repeat(58)} (102)`])
      })
  },
  {
    number: 11,
    title: "letters of any script, emoji and outer blanks are stored trimmed, and make no difference later",
    real: true,
    run: (world) =>
      Effect.gen(function* () {
        yield* world.proxmox.addGuest(vm(101, "  Grüße 東京 🚀\t"))
        yield* world.proxmox.addGuest(vm(102, `${"🚀".repeat(64)} cut`))
        yield* synced
        assert.deepStrictEqual(yield* names(world), ["Grüße 東京 🚀", "🚀".repeat(64)])
      })
  },
  {
    number: 12,
    title: "a guest without a name is called by its vmid, until it has one",
    run: (world) =>
      Effect.gen(function* () {
        yield* world.proxmox.addGuest(vm(101, ""))
        yield* world.proxmox.addGuest(ct(102, "  "))
        yield* synced
        assert.deepStrictEqual(yield* names(world), ["vm-101", "ct-102"])
        yield* world.proxmox.renameGuest(101, "web")
        assert.deepStrictEqual(writes(yield* synced), ["update virtualmachine lab/101 name"])
        assert.deepStrictEqual(yield* names(world), ["web", "ct-102"])
      })
  }
]
