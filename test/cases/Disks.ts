import { assert } from "@effect/vitest"
import { Effect } from "effect"
import type { Case } from "./Case.ts"
import { ct, vm } from "./Guests.ts"
import { disks, machine, machines, quiet, refusal, row, rows, synced, type World, writes } from "./World.ts"

const sizes = (world: World) =>
  Effect.map(rows(world, disks), (found) =>
    found.map((one) => [one["virtual_machine"], one["name"], one["size"]]).sort()
  )

/** What counts as a disk of a guest, and how large it is. */
export const diskCases: ReadonlyArray<Case> = [
  {
    number: 47,
    title: "what is no capacity of the guest is no disk: detached, optical, firmware, mounted and passed-through ones",
    real: true,
    run: (world) =>
      Effect.gen(function* () {
        yield* world.proxmox.addGuest(
          vm(101, "web", {
            config: {
              unused0: "local-lvm:vm-101-disk-7",
              ide0: "none,media=cdrom",
              ide2: "local:iso/debian-12.iso,media=cdrom,size=658M",
              ide3: "local-lvm:vm-101-cloudinit,media=cdrom,size=4M",
              efidisk0: "local-lvm:vm-101-disk-8,efitype=4m,size=4M",
              tpmstate0: "local-lvm:vm-101-disk-9,size=4M,version=v2.0",
              scsi1: "/dev/sdb"
            }
          })
        )
        yield* world.proxmox.addGuest(
          ct(102, "proxy", { config: { mp0: "/mnt/shared,mp=/shared", mp1: "/dev/sdc1,mp=/data" } })
        )
        yield* world.proxmox.addGuest(vm(103, "diskless", { config: { scsi0: null } }))
        yield* synced
        assert.deepStrictEqual(yield* sizes(world), [
          ["proxy", "rootfs", 8192],
          ["web", "scsi0", 32_768]
        ])
        assert.strictEqual((yield* machine(world, "web"))["disk"], 32_768)
        assert.strictEqual((yield* machine(world, "diskless"))["disk"], null)
      })
  },
  {
    number: 48,
    title: "sizes in any unit are MiB, rounded up",
    run: (world) =>
      Effect.gen(function* () {
        yield* world.proxmox.addGuest(
          vm(101, "web", {
            config: {
              scsi0: "local-lvm:vm-101-disk-0,size=528K",
              scsi1: "local-lvm:vm-101-disk-1,size=1.5T",
              scsi2: "local-lvm:vm-101-disk-2,size=1073741825",
              scsi3: "local-lvm:vm-101-disk-3,size=100M"
            }
          })
        )
        yield* synced
        assert.deepStrictEqual(yield* sizes(world), [
          ["web", "scsi0", 1],
          ["web", "scsi1", 1_572_864],
          ["web", "scsi2", 1025],
          ["web", "scsi3", 100]
        ])
      })
  },
  {
    number: 50,
    title: "NetBox refuses a disk size by hand for a machine that has disks, so there is nothing to put right",
    real: true,
    run: (world) =>
      Effect.gen(function* () {
        yield* world.proxmox.addGuest(vm(101, "web"))
        yield* synced
        const { disk, id } = yield* machine(world, "web")
        assert.match(yield* refusal(world, machines, id, { disk: 1 }), /400.*disk/s)
        yield* quiet(world)
        assert.strictEqual((yield* machine(world, "web"))["disk"], disk)
      })
  },
  {
    number: 49,
    title:
      "a disk that grows, goes to another storage or hangs on another bus is the same disk, and NetBox adds them up itself",
    real: true,
    run: (world) =>
      Effect.gen(function* () {
        const volume = (storage: string, size: string) => `${storage}:vm-101-disk-0,size=${size}`
        yield* world.proxmox.addGuest(vm(101, "web", { config: { scsi0: volume("local-lvm", "32G") } }))
        yield* synced
        const { id } = yield* row(world, disks, { name: "scsi0" })
        yield* world.proxmox.updateGuest(101, { scsi0: volume("local-lvm", "64G") })
        assert.deepStrictEqual(writes(yield* synced), ["update virtualdisk lab/101/scsi0 size"])
        assert.strictEqual((yield* machine(world, "web"))["disk"], 65_536)
        yield* world.proxmox.updateGuest(101, { scsi0: volume("ceph", "64G") })
        assert.deepStrictEqual(writes(yield* synced), ["update virtualdisk lab/101/scsi0 description"])
        yield* world.proxmox.updateGuest(101, { scsi0: null, virtio0: volume("ceph", "64G") })
        assert.deepStrictEqual(writes(yield* synced), ["update virtualdisk lab/101/virtio0 name"])
        assert.deepStrictEqual(
          (yield* rows(world, disks)).map((one) => [one.id, one["name"], one["size"]]),
          [[id, "virtio0", 65_536]]
        )
        assert.strictEqual((yield* machine(world, "web"))["disk"], 65_536)
      })
  }
]
