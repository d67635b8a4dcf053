import { assert } from "@effect/vitest"
import { Effect } from "effect"
import type { Case } from "./Case.ts"
import { ct, eth0, mac, seen, vm } from "./Guests.ts"
import {
  addresses,
  conflicts,
  edit,
  guestAddresses,
  machine,
  machines,
  make,
  quiet,
  row,
  rowsWith,
  synced,
  writes
} from "./World.ts"

/** Which addresses of a guest NetBox holds, on which interface, and which of them is primary. */
export const addressCases: ReadonlyArray<Case> = [
  {
    number: 29,
    title: "what only the guest itself knows is not stored: loopback, link-local, bridges of containers",
    run: (world) =>
      Effect.gen(function* () {
        yield* world.proxmox.addGuest(
          vm(101, "web", {
            interfaces: [
              seen("lo", "00:00:00:00:00:00", "127.0.0.1/8", "::1/128"),
              eth0(101, "10.0.0.5/24", "169.254.7.1/16", "fe80::be24:11ff:fe00:6500/64"),
              seen("docker0", "02:42:8F:1C:22:0B", "172.17.0.1/16"),
              seen("br-4f1e", "02:42:8F:1C:22:0C", "172.18.0.1/16"),
              seen("veth3f2a91c", "9A:00:00:00:00:01", "fe80::1/64"),
              seen("cni0", "9A:00:00:00:00:02", "10.244.0.1/24"),
              seen("tun0", undefined, "10.8.0.1/24")
            ]
          })
        )
        yield* synced
        assert.deepStrictEqual(yield* guestAddresses(world), ["10.0.0.5/24 active on net0"])
      })
  },
  {
    number: 30,
    title: "addresses on a bond, a VLAN or an alias over a NIC are that NIC's, each once",
    run: (world) =>
      Effect.gen(function* () {
        yield* world.proxmox.addGuest(
          vm(101, "web", {
            interfaces: [
              seen("eth0", mac(101)),
              seen("bond0", mac(101), "10.0.0.5/24"),
              seen("bond0:1", mac(101), "10.0.0.5/24", "10.0.0.6/24"),
              seen("bond0.100", mac(101), "10.0.100.5/24")
            ]
          })
        )
        yield* synced
        assert.deepStrictEqual(yield* guestAddresses(world), [
          "10.0.0.5/24 active on net0",
          "10.0.0.6/24 active on net0",
          "10.0.100.5/24 active on net0"
        ])
        assert.strictEqual((yield* machine(world, "web"))["primary_ip4"], "10.0.0.5/24")
      })
  },
  {
    number: 31,
    title: "Keepalived VIP on two guests: the first keeps it, the second is told, and nothing is tried again and again",
    real: true,
    run: (world) =>
      Effect.gen(function* () {
        for (const [vmid, own] of [
          [101, "10.0.0.5/24"],
          [102, "10.0.0.6/24"]
        ] as const) {
          yield* world.proxmox.addGuest(vm(vmid, `lb-${vmid}`, { ips: [own, "10.0.0.100/32"] }))
        }
        const first = yield* synced
        assert.lengthOf(conflicts(first), 1)
        assert.match(conflicts(first)[0] ?? "", /^lab\/102\/net0\/10\.0\.0\.100: .*10\.0\.0\.100 is taken/)
        const vip = yield* row(world, addresses, { address: "10.0.0.100/32" })
        for (const _ of [1, 2]) {
          assert.deepStrictEqual(conflicts(yield* quiet(world)), [
            "lab/102/net0/10.0.0.100: address 10.0.0.100 is taken in NetBox by another object"
          ])
        }
        assert.deepStrictEqual(yield* row(world, addresses, { address: "10.0.0.100/32" }), vip)
        assert.strictEqual((yield* machine(world, "lb-101"))["primary_ip4"], "10.0.0.5/24")
        assert.strictEqual((yield* machine(world, "lb-102"))["primary_ip4"], "10.0.0.6/24")
      })
  },
  {
    number: 32,
    title: "IPv6: canonical text, a global address before a unique local one, and rotating privacy addresses left out",
    real: true,
    estates: { lab: { settings: { temporaryAddresses: "ignore" } } },
    run: (world) =>
      Effect.gen(function* () {
        const fixed = ["FD00:0:0:0::5/64", "2001:DB8:0:0:BE24:11FF:FE00:6500/64"]
        const report = (temporary: string) => [eth0(101, ...fixed, temporary)]
        yield* world.proxmox.addGuest(vm(101, "web", { interfaces: report("2001:db8::9c3a:1f2e:77aa:1b2c/64") }))
        yield* synced
        assert.deepStrictEqual(yield* guestAddresses(world), [
          "2001:db8::be24:11ff:fe00:6500/64 active on net0",
          "fd00::5/64 active on net0"
        ])
        assert.strictEqual((yield* machine(world, "web"))["primary_ip6"], "2001:db8::be24:11ff:fe00:6500/64")
        yield* world.proxmox.setInterfaces(101, report("2001:db8::51d0:90aa:4e1c:7f03/64"))
        yield* quiet(world)
      })
  },
  {
    number: 33,
    title: "a zone is cut off, and a link-local address with one is never sent",
    real: true,
    run: (world) =>
      Effect.gen(function* () {
        yield* world.proxmox.addGuest(
          vm(101, "web", { ips: ["fe80::1%eth0/64", "2001:db8::7%12/64", "fe80::be24:11ff:fe00:6500%3/64"] })
        )
        yield* synced
        assert.deepStrictEqual(yield* guestAddresses(world), ["2001:db8::7/64 active on net0"])
      })
  },
  {
    number: 34,
    title: "a container with DHCP: its lease while it runs, kept when it is stopped",
    run: (world) =>
      Effect.gen(function* () {
        yield* world.proxmox.addGuest(ct(101, "proxy", { ips: ["10.0.0.5/24"] }))
        yield* world.proxmox.addGuest(ct(102, "idle", { status: "stopped", ips: ["10.0.0.6/24"] }))
        yield* synced
        assert.deepStrictEqual(yield* guestAddresses(world), ["10.0.0.5/24 dhcp on eth0"])
        yield* world.proxmox.stop(101)
        assert.deepStrictEqual(writes(yield* synced), ["update virtualmachine lab/101 status"])
        assert.deepStrictEqual(yield* guestAddresses(world), ["10.0.0.5/24 dhcp on eth0"])
      })
  },
  {
    number: 35,
    title:
      "a container with a fixed and an automatic address: the one from its configuration, the other from what it reports",
    real: true,
    run: (world) =>
      Effect.gen(function* () {
        const net0 = `name=eth0,bridge=vmbr0,hwaddr=${mac(101)},ip=10.0.0.5/24,ip6=auto,type=veth`
        yield* world.proxmox.addGuest(
          ct(101, "proxy", { status: "stopped", config: { net0 }, ips: ["10.0.0.5/24", "2001:db8::5/64"] })
        )
        yield* synced
        assert.deepStrictEqual(yield* guestAddresses(world), ["10.0.0.5/24 active on eth0"])
        yield* world.proxmox.start(101)
        yield* synced
        const both = ["10.0.0.5/24 active on eth0", "2001:db8::5/64 slaac on eth0"]
        assert.deepStrictEqual(yield* guestAddresses(world), both)
        yield* world.proxmox.stop(101)
        yield* synced
        assert.deepStrictEqual(yield* guestAddresses(world), both)
      })
  },
  {
    number: 36,
    title: "the primary address changes: the new one is made, then primary, and then the old one goes",
    real: true,
    run: (world) =>
      Effect.gen(function* () {
        yield* world.proxmox.addGuest(vm(101, "web", { ips: ["10.0.0.5/24"] }))
        yield* synced
        yield* world.proxmox.setInterfaces(101, [eth0(101, "10.0.0.6/24")])
        const run = yield* synced
        assert.deepStrictEqual(writes(run), [
          "create ipaddress lab/101/net0/10.0.0.6",
          "update virtualmachine lab/101 primary_ip4",
          "delete ipaddress lab/101/net0/10.0.0.5"
        ])
        const [made, pointed, gone] = run.operations
        assert.deepStrictEqual(pointed?.needs, [made?.op ?? -1])
        assert.deepStrictEqual(gone?.needs, [pointed?.op ?? -1])
        assert.deepStrictEqual(yield* guestAddresses(world), ["10.0.0.6/24 active on net0"])
        assert.lengthOf(yield* rowsWith(world, addresses, { address: "10.0.0.5/24" }), 0)
        assert.strictEqual((yield* machine(world, "web"))["primary_ip4"], "10.0.0.6/24")
      })
  },
  {
    number: 37,
    title: "an address that an operator reserved is taken as it is: mask, VRF and description stay",
    real: true,
    rules: [{ name: "customers", match: { vmid: "102" }, set: { vrf: "blue" } }],
    run: (world) =>
      Effect.gen(function* () {
        const vrf = yield* make(world, "ipam.vrf", { name: "blue" })
        const one = yield* make(world, addresses, { address: "10.0.0.5/32", description: "for the shop" })
        const two = yield* make(world, addresses, { address: "10.0.0.5/32", vrf, description: "for a customer" })
        yield* world.proxmox.addGuest(vm(101, "web", { ips: ["10.0.0.5/24"] }))
        yield* world.proxmox.addGuest(vm(102, "app", { ips: ["10.0.0.5/24"] }))
        yield* synced
        assert.deepInclude(yield* row(world, addresses, { id: one }), {
          address: "10.0.0.5/32",
          vrf: null,
          description: "for the shop",
          assigned_object_type: "virtualization.vminterface"
        })
        assert.deepInclude(yield* row(world, addresses, { id: two }), {
          address: "10.0.0.5/32",
          vrf: "blue",
          description: "for a customer",
          assigned_object_type: "virtualization.vminterface"
        })
        assert.lengthOf(yield* guestAddresses(world), 2)
        assert.strictEqual((yield* machine(world, "web"))["primary_ip4"], "10.0.0.5/32")
      })
  },
  {
    number: 38,
    title: "the same address in another VRF is another address: it is not touched, and ours is made",
    real: true,
    run: (world) =>
      Effect.gen(function* () {
        const vrf = yield* make(world, "ipam.vrf", { name: "red" })
        const id = yield* make(world, addresses, { address: "10.0.0.5/24", vrf })
        const before = yield* row(world, addresses, { id })
        yield* world.proxmox.addGuest(vm(101, "web", { ips: ["10.0.0.5/24"] }))
        yield* synced
        assert.deepStrictEqual(yield* row(world, addresses, { id }), before)
        assert.deepStrictEqual(yield* guestAddresses(world), ["10.0.0.5/24 active on net0"])
        assert.lengthOf(yield* rowsWith(world, addresses, { address: "10.0.0.5/24", vrf: null }), 1)
      })
  },
  {
    number: 39,
    title: "another address of the guest that an operator made primary stays primary",
    real: true,
    run: (world) =>
      Effect.gen(function* () {
        yield* world.proxmox.addGuest(vm(101, "web", { ips: ["10.0.0.5/24", "10.0.0.6/24"] }))
        yield* synced
        const { id } = yield* machine(world, "web")
        const other = yield* row(world, addresses, { address: "10.0.0.6/24" })
        yield* edit(world, machines, id, { primary_ip4: other.id })
        yield* quiet(world)
        assert.strictEqual((yield* machine(world, "web"))["primary_ip4"], "10.0.0.6/24")
      })
  }
]
