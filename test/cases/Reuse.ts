import { assert } from "@effect/vitest"
import { Effect } from "effect"
import type { Case } from "./Case.ts"
import { ct, eth0, mac, uuid, vm } from "./Guests.ts"
import { interfaces, machine, machines, names, quiet, row, rows, synced, uidOf } from "./World.ts"

/** Which guest it is that has a vmid now. */
export const reuseCases: ReadonlyArray<Case> = [
  {
    number: 18,
    title:
      "a vmid given to another guest: the machine of the former is marked as gone, the new guest has one of its own",
    real: true,
    run: (world) =>
      Effect.gen(function* () {
        yield* world.proxmox.addGuest(vm(101, "web"))
        yield* world.proxmox.addGuest(vm(102, "app"))
        yield* synced
        const [web, app] = [yield* machine(world, "web"), yield* machine(world, "app")]
        yield* world.proxmox.removeGuest(101)
        yield* world.proxmox.removeGuest(102)
        const another = (vmid: number) => ({
          config: { net0: `virtio=${mac(vmid)},bridge=vmbr0`, smbios1: `uuid=${uuid(vmid)}` },
          interfaces: [eth0(vmid)]
        })
        yield* world.proxmox.addGuest(vm(101, "db", another(901)))
        yield* world.proxmox.addGuest(vm(102, "app", another(902)))
        yield* synced
        for (const old of [web, app]) {
          const now = yield* row(world, machines, { id: old.id })
          assert.deepInclude(now, { name: old["name"], status: "decommissioning", serial: old["serial"] })
          assert.includeMembers([now["tags"]].flat(), ["Proxledger retired"])
        }
        const [db, second] = [yield* machine(world, "db"), yield* machine(world, "app (102)")]
        assert.deepStrictEqual([uidOf(db), db["status"], db["serial"]], ["lab/101", "active", uuid(901)])
        assert.deepStrictEqual([uidOf(second), second["status"]], ["lab/102", "active"])
        assert.lengthOf(yield* names(world), 4)
      })
  },
  {
    number: 18,
    variant: "b",
    title: "a guest that is rebuilt again and again under its vmid and name has a machine each time",
    real: true,
    run: (world) =>
      Effect.gen(function* () {
        const build = (id: number) =>
          world.proxmox.addGuest(
            vm(101, "runner", {
              config: { net0: `virtio=${mac(id)},bridge=vmbr0`, smbios1: `uuid=${uuid(id)}` },
              interfaces: [eth0(id, "10.0.0.5/24")]
            })
          )
        for (const id of [901, 902, 903, 904]) {
          yield* build(id)
          yield* synced
          assert.deepInclude(yield* row(world, machines, { status: "active" }), {
            serial: uuid(id),
            primary_ip4: "10.0.0.5/24"
          })
          yield* quiet(world)
          yield* world.proxmox.removeGuest(101)
        }
        yield* build(904)
        assert.deepStrictEqual(yield* names(world), ["runner", "runner (101)", "runner (101) 2", "runner (101) 3"])
      })
  },
  {
    number: 18,
    variant: "c",
    title: "a container that shares its name with another one stays itself when its only MAC address changes",
    run: (world) =>
      Effect.gen(function* () {
        for (const vmid of [101, 102]) yield* world.proxmox.addGuest(ct(vmid, "proxy"))
        yield* synced
        const before = yield* machine(world, "proxy (102)")
        yield* world.proxmox.updateGuest(102, { net0: `name=eth0,bridge=vmbr0,hwaddr=${mac(902)},ip=dhcp,type=veth` })
        yield* world.proxmox.setInterfaces(102, [eth0(902)])
        yield* synced
        assert.deepStrictEqual(yield* names(world), ["proxy", "proxy (102)"])
        assert.deepInclude(yield* machine(world, "proxy (102)"), { id: before.id, status: "active" })
        assert.includeMembers(
          (yield* rows(world, interfaces)).map((one) => one["primary_mac_address"]),
          [mac(902)]
        )
      })
  },
  {
    number: 19,
    title: "a vmid that passes from a virtual machine to a container is another guest",
    run: (world) =>
      Effect.gen(function* () {
        yield* world.proxmox.addGuest(vm(101, "web"))
        yield* synced
        const old = yield* machine(world, "web")
        yield* world.proxmox.removeGuest(101)
        yield* world.proxmox.addGuest(ct(101, "proxy"))
        yield* synced
        assert.strictEqual((yield* row(world, machines, { id: old.id }))["status"], "decommissioning")
        const now = yield* machine(world, "proxy")
        assert.notStrictEqual(now.id, old.id)
        assert.deepStrictEqual([uidOf(now), now["status"]], ["lab/101", "active"])
      })
  },
  {
    number: 20,
    title: "a backup restored over its vmid is the same machine, updated",
    run: (world) =>
      Effect.gen(function* () {
        yield* world.proxmox.addGuest(vm(101, "web"))
        yield* synced
        const old = yield* machine(world, "web")
        yield* world.proxmox.removeGuest(101)
        yield* world.proxmox.addGuest(
          vm(101, "web-restored", {
            config: { memory: "4096", net0: `virtio=${mac(901)},bridge=vmbr0` },
            interfaces: [eth0(901)]
          })
        )
        yield* synced
        assert.deepStrictEqual(
          (yield* rows(world, machines)).map((one) => [one.id, one["name"], one["memory"], one["status"]]),
          [[old.id, "web-restored", 4096, "active"]]
        )
        assert.deepStrictEqual(
          (yield* rows(world, interfaces)).map((one) => one["primary_mac_address"]),
          [mac(901)]
        )
      })
  }
]
