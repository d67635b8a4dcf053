import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { JsonObject } from "../../src/domain/Json.ts"
import { ask } from "../support/Ask.ts"
import {
  start,
  tokenOf,
  get,
  dataOf,
  read,
  readObject,
  readRows,
  rowOf,
  pick,
  isVm,
  isContainer,
  pathOf
} from "../support/SimulatedRequests.ts"

describe("answers", () => {
  it.scopedLive("tells version and members of the cluster", () =>
    Effect.gen(function* () {
      const proxmox = yield* start()
      assert.containSubset(yield* readObject(proxmox, "/version"), { version: "9.1.4", release: "9.1" })
      const status = yield* readRows(proxmox, "/cluster/status")
      assert.containSubset(rowOf(status, "cluster"), { type: "cluster", name: "lab", nodes: 3, quorate: 1 })
      assert.containSubset(rowOf(status, "node/pve1"), { online: 1, local: 1, nodeid: 1, ip: "192.168.0.10" })
      assert.containSubset(rowOf(status, "node/pve2"), { online: 1, local: 0 })
    })
  )

  it.scopedLive("has no cluster row on a host of its own", () =>
    Effect.gen(function* () {
      const proxmox = yield* start({ standalone: true, version: "8.4" })
      assert.containSubset(yield* readObject(proxmox, "/version"), { version: "8.4", release: "8.4" })
      const status = yield* readRows(proxmox, "/cluster/status")
      assert.strictEqual(status.length, 1)
      assert.containSubset(status[0], { type: "node", nodeid: 0, online: 1 })
    })
  )

  it.scopedLive("lists resources by type, in no order", () =>
    Effect.gen(function* () {
      const proxmox = yield* start()
      const all = yield* readRows(proxmox, "/cluster/resources")
      const types = new Set(all.map(({ type }) => type))
      assert.deepStrictEqual(types, new Set(["qemu", "lxc", "node", "storage", "network", "pool"]))
      const guests = yield* readRows(proxmox, "/cluster/resources?type=vm")
      assert.strictEqual(guests.length, 40)
      const vm = pick(proxmox, isVm)
      assert.containSubset(rowOf(guests, `qemu/${vm.vmid}`), {
        vmid: vm.vmid,
        node: vm.node,
        name: String(vm.config["name"]),
        status: "running",
        template: 0,
        disk: 0,
        maxmem: Number(vm.config["memory"]) * 1_048_576
      })
      const again = yield* readRows(proxmox, "/cluster/resources?type=vm")
      assert.notDeepEqual(
        again.map(({ id }) => id),
        guests.map(({ id }) => id)
      )
      assert.sameMembers(
        again.map(({ id }) => id),
        guests.map(({ id }) => id)
      )
    })
  )

  it.scopedLive("answers configs with a digest that follows every change", () =>
    Effect.gen(function* () {
      const proxmox = yield* start()
      const vm = pick(proxmox, isVm)
      const path = `${pathOf(vm)}/config`
      const before = yield* readObject(proxmox, path)
      assert.match(String(before["digest"]), /^[0-9a-f]{40}$/)
      assert.strictEqual(typeof before["memory"], "string")
      assert.strictEqual(typeof before["cores"], "number")
      assert.strictEqual((yield* readObject(proxmox, path))["digest"], before["digest"])
      yield* proxmox.updateGuest(vm.vmid, { memory: "8192", boot: null })
      const after = yield* readObject(proxmox, path)
      assert.strictEqual(after["memory"], "8192")
      assert.isUndefined(after["boot"])
      assert.notStrictEqual(after["digest"], before["digest"])
      const container = yield* readObject(proxmox, `${pathOf(pick(proxmox, isContainer))}/config`)
      assert.strictEqual(typeof container["memory"], "number")
    })
  )

  it.scopedLive("speaks the dialect of the agent and that of containers", () =>
    Effect.gen(function* () {
      const proxmox = yield* start()
      const vm = pick(proxmox, isVm)
      const { result } = yield* readObject(proxmox, `${pathOf(vm)}/agent/network-get-interfaces`)
      const reported = result as ReadonlyArray<JsonObject>
      assert.containSubset(reported[0], {
        "ip-addresses": [
          { "ip-address": "127.0.0.1", "ip-address-type": "ipv4", prefix: 8 },
          { "ip-address": "::1", "ip-address-type": "ipv6", prefix: 128 }
        ]
      })
      assert.containSubset(yield* readObject(proxmox, `${pathOf(vm)}/agent/get-osinfo`), { result: { id: vm.os.id } })
      assert.containSubset(yield* readObject(proxmox, `${pathOf(vm)}/agent/get-host-name`), {
        result: { "host-name": String(vm.config["name"]).toLowerCase() }
      })
      const container = pick(proxmox, isContainer)
      const [lo] = yield* readRows(proxmox, `${pathOf(container)}/interfaces`)
      assert.containSubset(lo, {
        name: "lo",
        hwaddr: "00:00:00:00:00:00",
        inet: "127.0.0.1/8",
        inet6: "::1/128",
        "ip-addresses": [{ "ip-address": "127.0.0.1", "ip-address-type": "inet", prefix: "8" }]
      })
      yield* proxmox.stop(container.vmid)
      assert.isNull(yield* read(proxmox, `${pathOf(container)}/interfaces`))
    })
  )

  it.scopedLive("answers the smaller lists", () =>
    Effect.gen(function* () {
      const proxmox = yield* start()
      const network = yield* readRows(proxmox, "/nodes/pve1/network")
      assert.containSubset(
        network.find(({ iface }) => iface === "vmbr0"),
        { type: "bridge", cidr: "192.168.0.10/24", bridge_vlan_aware: 1, bridge_vids: "2-4094" }
      )
      assert.containSubset(
        network.find(({ iface }) => iface === "bond0"),
        { type: "bond", slaves: "eno1 eno2", mtu: "9000" }
      )
      assert.strictEqual((yield* readRows(proxmox, "/nodes")).length, 3)
      assert.match(String((yield* readObject(proxmox, "/nodes/pve2/status"))["pveversion"]), /^pve-manager\/9\.1\.4\//)
      assert.containSubset(yield* readObject(proxmox, "/cluster/options"), { "tag-style": { shape: "full" } })
      assert.containSubset(yield* readRows(proxmox, "/cluster/sdn/vnets"), [{ vnet: "prodnet", tag: 200 }])
      assert.sameMembers(
        (yield* readRows(proxmox, "/pools")).map(({ poolid }) => poolid),
        ["production", "staging"]
      )
      assert.strictEqual((yield* readRows(proxmox, "/storage")).length, 4)
      const listed = [
        ...(yield* readRows(proxmox, "/nodes/pve1/qemu")),
        ...(yield* readRows(proxmox, "/nodes/pve1/lxc"))
      ].map(({ vmid }) => vmid)
      const there = [...proxmox.cluster.guests.values()].filter(({ node }) => node === "pve1").map(({ vmid }) => vmid)
      assert.sameMembers(listed, there)
      const vm = pick(proxmox, isVm)
      assert.containSubset(yield* readObject(proxmox, `${pathOf(vm)}/status/current`), {
        status: "running",
        qmpstatus: "running",
        agent: 1
      })
      const snapshots = yield* readRows(proxmox, `${pathOf(vm)}/snapshot`)
      assert.isTrue(snapshots.some(({ description, name }) => name === "current" && description === "You are here!"))
      yield* proxmox.stop(vm.vmid)
      assert.containSubset(yield* readRows(proxmox, "/cluster/tasks"), [{ type: "qmstop", id: String(vm.vmid) }])
    })
  )

  it.scopedLive("follows the guests that come, move, change their names and go", () =>
    Effect.gen(function* () {
      const proxmox = yield* start({ guests: 3 })
      const added = yield* proxmox.addGuest({ type: "lxc", name: "fresh", node: "pve3" })
      yield* proxmox.migrate(100, "pve1")
      yield* proxmox.renameGuest(100, "renamed")
      yield* proxmox.removeGuest(101)
      const rows = yield* readRows(proxmox, "/cluster/resources?type=vm")
      assert.sameMembers(
        rows.map(({ vmid }) => vmid),
        [100, 102, added.vmid]
      )
      assert.containSubset(rowOf(rows, `lxc/${added.vmid}`), { name: "fresh", node: "pve3" })
      const moved = pick(proxmox, ({ vmid }) => vmid === 100)
      assert.containSubset(rowOf(rows, `${moved.type}/100`), { name: "renamed", node: "pve1" })
    })
  )
})

describe("endpoints", () => {
  it.scopedLive("serves one cluster from several addresses, of which one may fall away", () =>
    Effect.gen(function* () {
      const proxmox = yield* start({ endpoints: 2 })
      const [first = "", second = ""] = proxmox.urls
      const version = (url: string) => ask(`${url}/api2/json/version`, { headers: tokenOf(proxmox) })
      yield* proxmox.setEndpointUp(0, false)
      assert.strictEqual((yield* Effect.flip(version(first))).code, "ECONNREFUSED")
      const status = yield* ask(`${second}/api2/json/cluster/status`, { headers: tokenOf(proxmox) })
      const rows = dataOf(status.text) as ReadonlyArray<JsonObject>
      assert.strictEqual(rowOf(rows, "node/pve2")["local"], 1)
      yield* proxmox.setEndpointUp(0, true)
      assert.strictEqual((yield* version(first)).status, 200)
    })
  )

  it.scopedLive("proves itself by its certificate", () =>
    Effect.gen(function* () {
      const proxmox = yield* start({ guests: 1, tls: true })
      const other = yield* start({ guests: 1, tls: true })
      const url = `${proxmox.urls[0]}/api2/json/version`
      assert.match(url, /^https:/)
      const headers = tokenOf(proxmox)
      const verified = yield* ask(url, { headers, ca: proxmox.ca })
      assert.strictEqual(verified.status, 200)
      assert.strictEqual((yield* Effect.flip(ask(url, { headers }))).code, "DEPTH_ZERO_SELF_SIGNED_CERT")
      assert.strictEqual((yield* Effect.flip(ask(url, { headers, ca: other.ca }))).code, "DEPTH_ZERO_SELF_SIGNED_CERT")
      let seen = ""
      yield* ask(url, {
        headers,
        ca: proxmox.ca,
        checkServerIdentity: (_, { fingerprint256 }) => {
          seen = fingerprint256
          return undefined
        }
      })
      assert.strictEqual(seen, proxmox.fingerprint)
      assert.notStrictEqual(other.fingerprint, proxmox.fingerprint)
    })
  )

  it.scopedLive("packs long answers where asked to", () =>
    Effect.gen(function* () {
      const proxmox = yield* start()
      const headers = { ...tokenOf(proxmox), "accept-encoding": "gzip" }
      const long = yield* get(proxmox, "/cluster/resources", headers)
      assert.strictEqual(long.headers["content-encoding"], "gzip")
      assert.isUndefined((yield* get(proxmox, "/version", headers)).headers["content-encoding"])
    })
  )
})
