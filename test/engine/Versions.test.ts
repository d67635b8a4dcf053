import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as SimulatedNetBox from "../../src/demo/SimulatedNetBox.ts"
import * as SimulatedProxmox from "../../src/demo/SimulatedProxmox.ts"
import type { Json } from "../../src/domain/Json.ts"
import { Projections } from "../../src/journal/Projections.ts"
import { Reconciler } from "../../src/services/Reconciler.ts"
import { engine } from "../support/Engine.ts"
import { scenarios } from "../support/scenarios.ts"
import { ask, rowsOf } from "../support/State.ts"

const machines = "/api/virtualization/virtual-machines/"
const clusters = "/api/virtualization/clusters/"

const start = (version: string) =>
  Effect.gen(function* () {
    const netbox = yield* SimulatedNetBox.make({ version })
    const proxmox = yield* SimulatedProxmox.make({ name: "lab-cluster", nodes: 2, guests: 40, seed: 11 })
    return { netbox, proxmox }
  })

const plan = Effect.flatMap(Reconciler, (reconciler) => reconciler.plan({ trigger: "sync", approveRemovals: false }))

const sync = Effect.gen(function* () {
  const { run } = yield* plan
  const { apply } = yield* Reconciler
  return { ...(yield* apply(run)), run }
})

const notDone = Effect.fnUntraced(function* (run: string) {
  const operations = yield* (yield* Projections).operations(run)
  return operations.filter(({ state }) => state !== "ok")
})

/** An operator's machine in the cluster of the engine. */
const take = (netbox: SimulatedNetBox.SimulatedNetBox, name: string) =>
  Effect.promise(async () => {
    const [cluster] = await rowsOf(netbox, clusters)
    await ask(netbox, "POST", machines, { name, cluster: cluster?.id ?? 0 })
  })

const slugOf = (value: Json | undefined) =>
  typeof value === "object" && value !== null && "slug" in value ? value.slug : null

for (const version of ["4.5.10", "4.6.8"]) {
  scenarios({
    name: `engine on a simulated NetBox ${version}`,
    netbox: Effect.map(SimulatedNetBox.make({ version }), ({ token, url }) => ({ url, token })),
    guests: 60
  })
}

for (const version of ["4.5.10", "4.6.8", "4.7.3"]) {
  describe(`NetBox ${version}`, () => {
    it.scopedLive("one object that it refuses to create costs that object alone", () =>
      Effect.gen(function* () {
        const { netbox, proxmox } = yield* start(version)
        yield* Effect.gen(function* () {
          yield* sync
          const more = yield* Effect.forEach(Array.from({ length: 40 }), () => proxmox.addGuest({ type: "qemu" }))
          const added = more.filter(({ config }) => config["template"] !== 1)
          for (const { vmid } of added) yield* proxmox.renameGuest(vmid, `new-${vmid}`)
          const { run } = yield* plan
          const [bad, ...good] = added.map(({ vmid }) => vmid)
          yield* take(netbox, `NEW-${bad}`)
          yield* netbox.resetRequests
          const { failed } = yield* Effect.flatMap(Reconciler, ({ apply }) => apply(run))
          assert.strictEqual(failed, 1)
          for (const { ref } of yield* notDone(run)) assert.include(ref, `lab/${bad}`)
          const names = (yield* Effect.promise(() => rowsOf(netbox, machines))).map(({ name }) => name)
          for (const vmid of good) assert.include(names, `new-${vmid}`)
          const creates = (yield* netbox.requests).filter(({ method, path }) => method === "POST" && path === machines)
          assert.strictEqual(creates.length, 2)
        }).pipe(Effect.provide(engine({ netbox, proxmox })))
      })
    )

    it.scopedLive("one object that it refuses to update costs that object alone", () =>
      Effect.gen(function* () {
        const { netbox, proxmox } = yield* start(version)
        yield* Effect.gen(function* () {
          yield* sync
          const guests = [...proxmox.cluster.guests.values()].filter(({ config }) => config["template"] !== 1)
          for (const { vmid } of guests) yield* proxmox.renameGuest(vmid, `renamed-${vmid}`)
          const { run } = yield* plan
          const bad = guests[17]?.vmid
          yield* take(netbox, `renamed-${bad}`)
          yield* netbox.resetRequests
          const { failed } = yield* Effect.flatMap(Reconciler, ({ apply }) => apply(run))
          assert.strictEqual(failed, 1)
          assert.deepStrictEqual(
            (yield* notDone(run)).map(({ ref }) => ref),
            [`virtualization.virtualmachine:lab/${bad}`]
          )
          const sent = (yield* netbox.requests).filter(({ method, path }) => method === "PATCH" && path === machines)
          assert.isAtMost(sent.length, version === "4.7.3" ? 2 : 2 * Math.ceil(Math.log2(guests.length)) + 1)
        }).pipe(Effect.provide(engine({ netbox, proxmox })))
      })
    )

    it.scopedLive("objects that an operator deleted meanwhile fail by name, and the rest is written", () =>
      Effect.gen(function* () {
        const { netbox, proxmox } = yield* start(version)
        yield* Effect.gen(function* () {
          yield* sync
          const guests = [...proxmox.cluster.guests.values()].filter(({ config }) => config["template"] !== 1)
          for (const { vmid } of guests) yield* proxmox.updateGuest(vmid, { memory: "7168" })
          const { run } = yield* plan
          const rows = yield* Effect.promise(() => rowsOf(netbox, machines))
          const gone = rows.slice(0, 2).map(({ id }) => ({ id }))
          yield* Effect.promise(() => ask(netbox, "DELETE", machines, gone))
          const { failed, ok } = yield* Effect.flatMap(Reconciler, ({ apply }) => apply(run))
          assert.deepStrictEqual({ failed, ok }, { failed: 2, ok: guests.length - 2 })
          for (const { detail } of yield* notDone(run)) assert.match(detail, /gone from NetBox|does not exist/)
          assert.strictEqual((yield* sync).outcome, "succeeded")
          assert.strictEqual((yield* plan).operations, 0)
        }).pipe(Effect.provide(engine({ netbox, proxmox })))
      })
    )

    it.scopedLive("the type of a guest is told, and an operator's word for it stays", () =>
      Effect.gen(function* () {
        const { netbox, proxmox } = yield* start(version)
        yield* Effect.gen(function* () {
          yield* sync
          const rows = yield* Effect.promise(() => rowsOf(netbox, machines))
          const hasTypes = version !== "4.5.10"
          const field = hasTypes ? "virtual_machine_type" : "role"
          const [qemu, lxc] = hasTypes
            ? ["qemu-virtual-machine", "lxc-container"]
            : ["virtual-machine-qemu", "container-lxc"]
          for (const row of rows) {
            const isContainer = JSON.stringify(row["custom_fields"]).includes('"lxc"')
            assert.strictEqual(slugOf(row[field]), isContainer ? lxc : qemu)
            assert.strictEqual("virtual_machine_type" in row, hasTypes)
            if (hasTypes) assert.isNull(row["role"])
          }
          const path = hasTypes ? "/api/virtualization/virtual-machine-types/" : "/api/dcim/device-roles/"
          const own = yield* Effect.promise(() => ask(netbox, "POST", path, [{ name: "Appliance", slug: "appliance" }]))
          const id = Array.isArray(own) ? own[0] : null
          const edited = rows[0]?.id ?? 0
          yield* netbox.edit("virtualization.virtualmachine", edited, { [field]: { slug: "appliance" } })
          assert.isNotNull(id)
          assert.strictEqual((yield* plan).operations, 0)
          const after = yield* Effect.promise(() => ask(netbox, "GET", `${machines}${edited}/`))
          assert.include(JSON.stringify(after), '"appliance"')
        }).pipe(Effect.provide(engine({ netbox, proxmox })))
      })
    )
  })
}
