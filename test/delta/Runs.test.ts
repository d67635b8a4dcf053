import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, FastCheck as fc, Stream } from "effect"
import { reportOf } from "../../src/cli/RunReport.ts"
import * as SimulatedNetBox from "../../src/demo/SimulatedNetBox.ts"
import * as SimulatedProxmox from "../../src/demo/SimulatedProxmox.ts"
import type { Event, EventOf } from "../../src/domain/Event.ts"
import { Journal } from "../../src/journal/Journal.ts"
import { Reconciler } from "../../src/services/Reconciler.ts"
import { engine } from "../support/Engine.ts"
import { edits } from "../support/OperatorEdits.ts"

const eventsOf = Effect.fnUntraced(function* (run: string) {
  const journal = yield* Journal
  return Chunk.toReadonlyArray(yield* Stream.runCollect(journal.read({ after: 0, stream: run }))).map(
    ({ event }) => event
  )
})

const only = <Tag extends Event["_tag"]>(events: ReadonlyArray<Event>, tag: Tag): ReadonlyArray<EventOf<Tag>> =>
  events.filter((event): event is EventOf<Tag> => event._tag === tag)

const readings = (events: ReadonlyArray<Event>) =>
  [...only(events, "SourceObserved"), ...only(events, "TargetObserved")].map(({ again, read, why }) => [
    read,
    again,
    why
  ])

const planned = Effect.fnUntraced(function* (options: { readonly full?: boolean } = {}) {
  const { operations, run } = yield* (yield* Reconciler).plan({ trigger: "plan", approveRemovals: true, ...options })
  return { operations, run, events: yield* eventsOf(run) }
})

const sync = Effect.gen(function* () {
  const found = yield* planned()
  if (found.operations > 0) yield* (yield* Reconciler).apply(found.run)
  return found
})

const world = Effect.fnUntraced(function* (guests: number) {
  const netbox = yield* SimulatedNetBox.make({})
  const proxmox = yield* SimulatedProxmox.make({
    name: "lab-cluster",
    nodes: 3,
    guests,
    seed: 7,
    agentTimeout: "1 millis"
  })
  for (const { vmid } of proxmox.cluster.guests.values()) yield* proxmox.setAgent(vmid, "answering")
  return { netbox, proxmox }
})

describe("runs that read what has changed", () => {
  it.scopedLive("cost a handful of requests, whatever the size of the estate", () =>
    Effect.gen(function* () {
      const { netbox, proxmox } = yield* world(100)
      yield* Effect.gen(function* () {
        const first = yield* sync
        assert.deepStrictEqual(readings(first.events), [
          ["full", 0, "nothing was read before"],
          ["full", 0, "nothing was read before"]
        ])
        // The first one made custom fields.
        const second = yield* sync
        assert.deepStrictEqual(
          readings(second.events).map(([read]) => read),
          ["delta", "full"]
        )

        yield* netbox.resetRequests
        yield* proxmox.resetTraffic
        const third = yield* sync
        assert.deepStrictEqual(readings(third.events), [
          ["delta", 0, ""],
          ["delta", 0, ""]
        ])
        assert.strictEqual(third.operations, 0)
        assert.isAtMost((yield* netbox.requests).length, 10)
        assert.isAtMost((yield* proxmox.requests).length, 12)

        const machine = yield* Effect.fromNullable(
          [...proxmox.cluster.guests.values()].find(({ config, type }) => type === "qemu" && config["template"] !== 1)
        )
        yield* proxmox.updateGuest(machine.vmid, { description: "one in a hundred" }, "POST")
        yield* netbox.resetRequests
        const fourth = yield* sync
        assert.deepStrictEqual(readings(fourth.events), [
          ["delta", 1, ""],
          ["delta", 0, ""]
        ])
        assert.deepStrictEqual(
          only(fourth.events, "OperationPlanned").map(({ ref }) => ref),
          [`virtualization.virtualmachine:lab/${machine.vmid}`]
        )
        assert.isAtMost((yield* netbox.requests).length, 25)

        const fifth = yield* sync
        assert.deepStrictEqual(readings(fifth.events), [
          ["full", 0, "one run in 4 reads all"],
          // The machine that the run before wrote.
          ["delta", 1, ""]
        ])
        assert.strictEqual(fifth.operations, 0)
        const asked = yield* planned({ full: true })
        assert.deepStrictEqual(
          readings(asked.events).map(([, , reason]) => reason),
          ["it was asked for", "it was asked for"]
        )
        assert.strictEqual((yield* Effect.flatMap(Journal, ({ verify }) => verify)).unknown, 0)
      }).pipe(Effect.provide(engine({ proxmox, netbox, fullEvery: 4 })))
    })
  )

  it.scopedLive("read all of NetBox after an operation that failed", () =>
    Effect.gen(function* () {
      const { netbox, proxmox } = yield* world(6)
      yield* Effect.gen(function* () {
        yield* sync
        const machine = yield* Effect.fromNullable(
          [...proxmox.cluster.guests.values()].find(({ config, type }) => type === "qemu" && config["template"] !== 1)
        )
        yield* proxmox.updateGuest(machine.vmid, { memory: "7168" }, "POST")
        const found = yield* planned()
        const row = (yield* netbox.rows("virtualization.virtualmachine")).find(({ custom_fields: fields }) =>
          JSON.stringify(fields).includes(`"lab/${machine.vmid}"`)
        )
        yield* netbox.edit("virtualization.virtualmachine", row?.id ?? 0, { comments: "typed meanwhile" })
        yield* (yield* Reconciler).apply(found.run)
        const after = yield* planned()
        assert.deepStrictEqual(readings(after.events)[1], ["full", 0, "an operation failed"])
        assert.strictEqual(after.operations, 1)
      }).pipe(Effect.provide(engine({ proxmox, netbox, fullEvery: 100 })))
    })
  )

  it.scopedLive("look again before they delete what an earlier run did not find", () =>
    Effect.gen(function* () {
      const { netbox, proxmox } = yield* world(6)
      yield* Effect.gen(function* () {
        const { vmid } = yield* Effect.fromNullable(
          [...proxmox.cluster.guests.values()].find(({ config, type }) => type === "qemu" && config["template"] !== 1)
        )
        const card = { net7: "virtio=BC:24:11:00:00:07,bridge=vmbr0" }
        const isThere = Effect.map(netbox.rows("virtualization.vminterface"), (rows) =>
          rows.some(({ name }) => name === "net7")
        )
        yield* proxmox.updateGuest(vmid, card)
        yield* Effect.repeatN(sync, 1)
        yield* proxmox.updateGuest(vmid, { net7: null }, "POST")
        const missed = only((yield* planned()).events, "OperationPlanned").filter(({ verb }) => verb === "delete")
        assert.include(missed.map(({ ref }) => ref).join(), `lab/${vmid}/net7`)

        yield* proxmox.updateGuest(vmid, card)
        const back = yield* sync
        assert.deepStrictEqual(
          only(back.events, "SourceObserved").map(({ read, why }) => [read, why]),
          [
            ["delta", ""],
            ["full", "something would be deleted that an earlier run did not find"]
          ]
        )
        assert.deepStrictEqual(only(back.events, "OperationPlanned"), [])
        assert.deepStrictEqual(
          (yield* reportOf(back.run)).readings.map(({ read, side }) => [side, read]),
          [
            ["lab", "full"],
            ["netbox", "delta"]
          ]
        )
        assert.isTrue(yield* isThere)

        yield* proxmox.updateGuest(vmid, { net7: null }, "POST")
        yield* planned()
        yield* sync
        assert.isFalse(yield* isThere)
        assert.deepStrictEqual(
          only((yield* sync).events, "SourceObserved").map(({ read }) => read),
          ["delta"]
        )
      }).pipe(Effect.provide(engine({ proxmox, netbox, fullEvery: 100 })))
    })
  )

  it.scopedLive("read all of NetBox when the change log may not be read, and say so once", () =>
    Effect.gen(function* () {
      const { netbox, proxmox } = yield* world(4)
      yield* netbox.addFault({ path: "/api/core/object-changes/", fault: { type: "status", status: 403 } })
      yield* Effect.gen(function* () {
        const told = (events: ReadonlyArray<Event>) =>
          only(events, "WarningRaised")
            .filter(({ scope }) => scope === "netbox")
            .map(({ detail }) => detail)
        const first = yield* sync
        assert.match(told(first.events).join(), /core\.objectchange/)
        const second = yield* sync
        assert.deepStrictEqual(told(second.events), [])
        assert.deepStrictEqual(readings(second.events)[1], ["full", 0, "the change log could not be followed"])
      }).pipe(Effect.provide(engine({ proxmox, netbox, fullEvery: 100 })))
    })
  )

  it.scopedLive("plan what a run plans that reads everything", () =>
    Effect.gen(function* () {
      const histories = fc.sample(fc.array(fc.nat({ max: edits.length - 1 }), { minLength: 2, maxLength: 5 }), {
        numRuns: 4,
        seed: 42
      })
      const { netbox, proxmox } = yield* world(8)
      yield* Effect.gen(function* () {
        yield* sync
        let n = 1
        for (const history of histories) {
          for (const edit of history) {
            yield* Effect.promise(async () => edits[edit]?.run(netbox, n))
            n += 1
          }
          const delta = yield* planned()
          const whole = yield* planned({ full: true })
          assert.deepStrictEqual(only(delta.events, "OperationPlanned"), only(whole.events, "OperationPlanned"))
          assert.deepStrictEqual(only(delta.events, "DriftFound"), only(whole.events, "DriftFound"))
          yield* sync
        }
      }).pipe(Effect.provide(engine({ proxmox, netbox, fullEvery: 100 })))
    })
  )
})
