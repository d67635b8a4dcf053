import { assert } from "@effect/vitest"
import { Effect } from "effect"
import type { Case } from "./Case.ts"
import { vm } from "./Guests.ts"
import { conflicts, edit, machine, machines, make, quiet, row, synced, tags, writes } from "./World.ts"

/** Proxmox's tags among those of the operators. */
export const tagCases: ReadonlyArray<Case> = [
  {
    number: 55,
    variant: "a",
    title: "a tag that was given another colour and slug in NetBox goes on to be used, and keeps them",
    real: true,
    run: (world) =>
      Effect.gen(function* () {
        yield* world.proxmox.addGuest(vm(101, "web", { config: { tags: "prod" } }))
        yield* synced
        for (const name of ["prod", "Proxledger"]) {
          const { id } = yield* row(world, tags, { name })
          yield* edit(world, tags, id, { color: "123456", slug: `${name.toLowerCase()}-by-hand` })
        }
        yield* world.proxmox.addGuest(vm(102, "app", { config: { tags: "prod" } }))
        yield* synced
        assert.deepStrictEqual((yield* machine(world, "app"))["tags"], ["Proxledger", "prod"])
        assert.deepInclude(yield* row(world, tags, { name: "prod" }), { color: "123456", slug: "prod-by-hand" })
      })
  },
  {
    number: 55,
    variant: "b",
    title: "a tag that NetBox keeps for devices is left out of machines, which is told",
    real: true,
    run: (world) =>
      Effect.gen(function* () {
        yield* make(world, tags, { name: "rack", slug: "rack", object_types: ["dcim.device"] })
        yield* world.proxmox.addGuest(vm(101, "web", { config: { tags: "prod;rack" } }))
        const run = yield* synced
        assert.deepStrictEqual(conflicts(run), [
          "rack: NetBox keeps it for dcim.device: it is left out of every virtual machine"
        ])
        assert.deepStrictEqual((yield* machine(world, "web"))["tags"], ["Proxledger", "prod"])
        const { id } = yield* row(world, tags, { name: "prod" })
        yield* edit(world, tags, id, { object_types: ["dcim.device"] })
        yield* world.proxmox.addGuest(vm(102, "app", { config: { tags: "prod" } }))
        yield* synced
        assert.deepStrictEqual((yield* machine(world, "app"))["tags"], ["Proxledger"])
        assert.deepStrictEqual((yield* machine(world, "web"))["tags"], ["Proxledger", "prod"])
      })
  },
  {
    number: 56,
    title: "tags that make the same slug are two tags",
    real: true,
    run: (world) =>
      Effect.gen(function* () {
        yield* world.proxmox.addGuest(vm(101, "web", { config: { tags: "a.b;a-b" } }))
        yield* synced
        assert.deepStrictEqual((yield* machine(world, "web"))["tags"], ["Proxledger", "a-b", "a.b"])
        const [dot, dash] = [yield* row(world, tags, { name: "a.b" }), yield* row(world, tags, { name: "a-b" })]
        assert.match(String(dot["slug"]), /^a-b(-[0-9a-f]{4})?$/)
        assert.notStrictEqual(dot["slug"], dash["slug"])
      })
  },
  {
    number: 57,
    title: "a tag that Proxmox no longer has is taken off; one that an operator put there stays",
    real: true,
    run: (world) =>
      Effect.gen(function* () {
        yield* world.proxmox.addGuest(vm(101, "web", { config: { tags: "prod;web" } }))
        yield* synced
        const theirs = yield* make(world, tags, { name: "audited", slug: "audited" })
        const { id } = yield* machine(world, "web")
        yield* edit(world, machines, id, { add_tags: [theirs] })
        yield* quiet(world)
        yield* world.proxmox.updateGuest(101, { tags: "prod" })
        assert.deepStrictEqual(writes(yield* synced), ["update virtualmachine lab/101 tags"])
        assert.deepStrictEqual((yield* machine(world, "web"))["tags"], ["Proxledger", "audited", "prod"])
        assert.strictEqual((yield* row(world, tags, { name: "web" }))["name"], "web")
      })
  }
]
