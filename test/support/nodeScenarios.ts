import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, type Scope, Stream } from "effect"
import * as SimulatedProxmox from "../../src/demo/SimulatedProxmox.ts"
import type { Event, EventOf } from "../../src/domain/Event.ts"
import { isJsonObject, type Json, type JsonObject } from "../../src/domain/Json.ts"
import { Journal } from "../../src/journal/Journal.ts"
import { NetBox } from "../../src/services/NetBox.ts"
import { Reconciler } from "../../src/services/Reconciler.ts"
import { engine } from "./Engine.ts"
import { ask, changeLogHead, type NetBoxAddress, rowsOf } from "./State.ts"

const interfaces = "/api/dcim/interfaces/"

const sync = Effect.gen(function* () {
  const reconciler = yield* Reconciler
  const netbox = yield* NetBox
  const journal = yield* Journal
  const before = yield* netbox.requests
  const { operations, run } = yield* reconciler.plan({ trigger: "sync", approveRemovals: false })
  const applied = operations === 0 ? undefined : yield* reconciler.apply(run)
  const after = yield* netbox.requests
  const all = yield* Stream.runCollect(journal.read({ after: 0, stream: run }))
  const events = Chunk.toReadonlyArray(all).map(({ event }): Event => event)
  const of = <Tag extends Event["_tag"]>(tag: Tag) =>
    events.filter((event): event is EventOf<Tag> => event._tag === tag)
  return {
    outcome: applied?.outcome ?? "nothing to do",
    mutating: after.mutating - before.mutating,
    operations: of("OperationPlanned").map(
      ({ changes, label, verb }) => `${verb} ${label} ${changes.map(({ field }) => field).join(",")}`
    ),
    conflicts: of("ConflictFound").map(({ detail, label }) => `${label}: ${detail}`),
    failed: of("OperationsSettled").flatMap(({ failed }) => failed)
  }
})

const at = (value: Json | undefined, key: string): Json =>
  isJsonObject(value ?? null) ? ((value as JsonObject)[key] ?? null) : null

/** The interfaces of a node as NetBox has them, by name. */
const networkOf = (netbox: NetBoxAddress, node: string) =>
  Effect.promise(async () => {
    const rows = (await rowsOf(netbox, interfaces)).filter((row) => at(row["device"], "name") === node)
    return new Map(rows.map((row) => [String(row["name"]), row]))
  })

const shapeOf = (network: ReadonlyMap<string, JsonObject>) =>
  Object.fromEntries(
    [...network].map(([name, row]) => [
      name,
      [
        at(row["type"], "value"),
        row["enabled"],
        at(row["lag"], "name"),
        at(row["bridge"], "name"),
        at(row["parent"], "name"),
        at(row["mode"], "value"),
        at(row["untagged_vlan"], "vid"),
        (Array.isArray(row["tagged_vlans"]) ? row["tagged_vlans"] : []).map((vlan: Json) => at(vlan, "vid"))
      ]
    ])
  )

const addressesOf = (netbox: NetBoxAddress, node: string) =>
  Effect.promise(async () => {
    const rows = await rowsOf(netbox, "/api/ipam/ip-addresses/")
    const own = rows.filter((row) => at(at(row["assigned_object"], "device"), "name") === node)
    return Object.fromEntries(own.map((row) => [String(row["address"]), at(row["assigned_object"], "name")]))
  })

const primaryOf = (netbox: NetBoxAddress, node: string) =>
  Effect.promise(async () => {
    const device = (await rowsOf(netbox, "/api/dcim/devices/")).find(({ name }) => name === node)
    return [at(device?.["primary_ip4"], "address"), at(device?.["primary_ip6"], "address")]
  })

/** What becomes of the networks of nodes, against a NetBox: simulated or real, the same cases. */
export const nodeScenarios = (options: {
  readonly name: string
  /** An empty NetBox, for one case. */
  readonly netbox: Effect.Effect<NetBoxAddress, never, Scope.Scope>
}) => {
  const world = <A, E>(
    body: (
      netbox: NetBoxAddress,
      proxmox: SimulatedProxmox.SimulatedProxmox
    ) => Effect.Effect<A, E, Reconciler | NetBox | Journal>
  ) =>
    Effect.gen(function* () {
      const netbox = yield* options.netbox
      const proxmox = yield* SimulatedProxmox.make({ name: "lab-cluster", nodes: 3, guests: 3, seed: 11 })
      return yield* Effect.provide(body(netbox, proxmox), engine({ netbox, proxmox }))
    })

  /** Rewrites the network of a node. */
  const rewire = (
    proxmox: SimulatedProxmox.SimulatedProxmox,
    node: string,
    change: (rows: ReadonlyArray<JsonObject>) => ReadonlyArray<JsonObject>
  ) => {
    const network = proxmox.cluster.nodes.find(({ name }) => name === node)?.network ?? []
    network.splice(0, network.length, ...change([...network]))
  }

  const patch = (netbox: NetBoxAddress, row: JsonObject | undefined, body: JsonObject) =>
    Effect.promise(() => ask(netbox, "PATCH", `${interfaces}${String(row?.["id"])}/`, body))

  describe(options.name, () => {
    it.scopedLive(
      "bonds, bridges, VLANs and Open vSwitch come over with their addresses, once",
      () =>
        world((netbox) =>
          Effect.gen(function* () {
            const first = yield* sync
            assert.deepStrictEqual([first.outcome, first.failed, first.conflicts], ["succeeded", [], []])
            assert.deepStrictEqual(shapeOf(yield* networkOf(netbox, "pve1")), {
              bond0: ["lag", true, null, "vmbr0", null, null, null, []],
              "bond0.50": ["virtual", true, null, null, "bond0", "tagged", null, [50]],
              eno1: ["other", true, "bond0", null, null, null, null, []],
              eno2: ["other", true, "bond0", null, null, null, null, []],
              eno3: ["other", false, null, null, null, null, null, []],
              vmbr0: ["bridge", true, null, null, null, "tagged-all", null, []],
              vmbr1: ["bridge", true, null, null, null, null, null, []]
            })
            assert.deepStrictEqual(shapeOf(yield* networkOf(netbox, "pve2")), {
              eno1: ["other", true, null, "vmbr0", null, null, null, []],
              eno2: ["other", true, null, "vmbr1", null, null, null, []],
              eno3: ["other", false, null, null, null, null, null, []],
              vlan60: ["virtual", true, null, null, "vmbr1", "tagged", null, [60]],
              vmbr0: ["bridge", true, null, null, null, null, null, []],
              vmbr1: ["bridge", true, null, null, null, "tagged", null, [10, 20, 30, 31, 32]]
            })
            assert.deepStrictEqual(shapeOf(yield* networkOf(netbox, "pve3")), {
              bond0: ["lag", true, null, "vmbr0", null, null, null, []],
              eno1: ["other", true, "bond0", null, null, null, null, []],
              eno2: ["other", true, "bond0", null, null, null, null, []],
              eno3: ["other", false, null, null, null, null, null, []],
              eno4: ["other", true, null, "vmbr0", null, "access", 70, []],
              mgmt: ["virtual", true, null, "vmbr0", null, "access", 20, []],
              store: ["virtual", true, null, "vmbr0", null, "access", 50, []],
              vmbr0: ["bridge", true, null, null, null, null, null, []],
              vmbr1: ["bridge", true, null, null, null, null, null, []]
            })
            const second = yield* networkOf(netbox, "pve2")
            assert.strictEqual(second.get("vmbr0")?.["description"], "what users reach")
            assert.strictEqual(second.get("vlan60")?.["mtu"], 1500)
            assert.strictEqual(at(second.get("eno2")?.["primary_mac_address"], "mac_address"), "0C:42:A1:00:00:11")
            assert.deepStrictEqual(yield* addressesOf(netbox, "pve2"), {
              "192.168.0.11/24": "vmbr0",
              "fd00:1:ffff::b/64": "vmbr0",
              "172.20.0.11/24": "vlan60",
              "172.21.0.11/24": "vmbr1"
            })
            assert.deepStrictEqual(yield* primaryOf(netbox, "pve2"), ["192.168.0.11/24", "fd00:1:ffff::b/64"])
            assert.deepStrictEqual(yield* primaryOf(netbox, "pve3"), ["192.168.0.12/24", null])
            const head = yield* Effect.promise(() => changeLogHead(netbox))
            assert.strictEqual((yield* sync).mutating, 0)
            assert.strictEqual(yield* Effect.promise(() => changeLogHead(netbox)), head)
          })
        ),
      1_200_000
    )

    it.scopedLive(
      "cards are renamed, addresses move, bonds go, and what operators did stays",
      () =>
        world((netbox, proxmox) =>
          Effect.gen(function* () {
            yield* sync
            const before = yield* networkOf(netbox, "pve1")
            yield* patch(netbox, before.get("eno2"), { type: "25gbase-x-sfp28", description: "rack 3, port 7" })
            yield* patch(netbox, before.get("eno3"), { mark_connected: true })
            rewire(proxmox, "pve1", (rows) =>
              rows.flatMap((row) => {
                switch (row["iface"]) {
                  case "eno1":
                    return [{ ...row, iface: "nic0", altnames: ["enp1s0f0", "enx0c42a1000000", "eno1"] }]
                  case "eno2":
                    return [{ ...row, iface: "nic1" }]
                  case "vmbr0":
                    return [
                      { ...row, bridge_ports: "nic0", address: null, cidr: null, gateway: null },
                      { ...row, iface: "vmbr9", bridge_ports: "nic1", bridge_vlan_aware: null, bridge_vids: null }
                    ]
                  case "eno3":
                  case "bond0":
                  case "bond0.50":
                    return []
                  default:
                    return [row]
                }
              })
            )
            const changed = yield* sync
            assert.deepStrictEqual(changed.failed, [])
            assert.strictEqual(changed.outcome, "succeeded")
            assert.deepStrictEqual(changed.conflicts, ["eno3: gone from the source, but kept: it is connected"])
            const after = yield* networkOf(netbox, "pve1")
            assert.deepStrictEqual(shapeOf(after), {
              eno3: ["other", false, null, null, null, null, null, []],
              nic0: ["other", true, null, "vmbr0", null, null, null, []],
              nic1: ["25gbase-x-sfp28", true, null, "vmbr9", null, null, null, []],
              vmbr0: ["bridge", true, null, null, null, "tagged-all", null, []],
              vmbr1: ["bridge", true, null, null, null, null, null, []],
              vmbr9: ["bridge", true, null, null, null, null, null, []]
            })
            assert.strictEqual(after.get("nic0")?.["id"], before.get("eno1")?.["id"])
            assert.strictEqual(after.get("nic1")?.["id"], before.get("eno2")?.["id"])
            assert.strictEqual(after.get("nic1")?.["description"], "rack 3, port 7")
            assert.deepStrictEqual(yield* addressesOf(netbox, "pve1"), { "192.168.0.10/24": "vmbr9" })
            assert.deepStrictEqual(yield* primaryOf(netbox, "pve1"), ["192.168.0.10/24", null])
            assert.strictEqual((yield* sync).mutating, 0)

            const whole = shapeOf(yield* networkOf(netbox, "pve2"))
            rewire(proxmox, "pve2", () => [])
            yield* proxmox.setNodeOnline("pve2", false)
            assert.deepStrictEqual(
              (yield* sync).operations.filter((text) => !text.endsWith(" status")),
              []
            )
            assert.deepStrictEqual(shapeOf(yield* networkOf(netbox, "pve2")), whole)
          })
        ),
      1_200_000
    )
  })
}
