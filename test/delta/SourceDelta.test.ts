import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import * as Simulated from "../../src/demo/SimulatedProxmox.ts"
import { setRunning } from "../../src/demo/proxmox/Tasks.ts"
import { canonical, type Json } from "../../src/domain/Json.ts"
import type { Before } from "../../src/domain/proxmox/Ladder.ts"
import type { SourceReading } from "../../src/services/ProxmoxObserver.ts"
import { open } from "../support/ProxmoxSource.ts"

const lab = Effect.fnUntraced(function* (options: Partial<Simulated.Options> = {}) {
  const defaults = { name: "lab", nodes: 3, guests: 30, seed: 11, agentTimeout: "1 millis" } as const
  const simulated = yield* Simulated.make({ ...defaults, ...options })
  yield* Effect.forEach(simulated.cluster.guests.keys(), (vmid) => simulated.setAgent(vmid, "answering"))
  const proxmox = yield* open(simulated, { agentPause: Duration.zero })
  const guests = [...simulated.cluster.guests.values()].filter(({ config }) => config["template"] !== 1)
  const find = (type: "qemu" | "lxc", status: string) =>
    Effect.fromNullable(guests.find((guest) => guest.type === type && guest.status === status))
  return { simulated, read: (before?: Before) => proxmox.read("lab", before), guests, find }
})

const beforeOf = ({ cursor, observation }: SourceReading): Effect.Effect<Before> =>
  cursor === null ? Effect.dieMessage("the reading left no cursor") : Effect.succeed({ cursor, observation })

const textOf = (value: unknown): string => canonical(JSON.parse(JSON.stringify(value)) as Json)

/** The paths of configurations and addresses that were asked for. */
const asked = ({ requests }: Simulated.SimulatedProxmox) =>
  Effect.map(requests, (all) => all.map(({ path }) => path).filter((path) => /\/(qemu|lxc)\/\d+\//.test(path)))

const vmidsOf = (paths: ReadonlyArray<string>) => [
  ...new Set(
    paths.map((path) => Number(path.split("/").at(-2) === "agent" ? path.split("/").at(-3) : path.split("/").at(-2)))
  )
]

describe("the second reading of a source", () => {
  it.scopedLive("asks for no guest and no network where nothing changed, and finds the same", () =>
    Effect.gen(function* () {
      const { read, simulated } = yield* lab()
      const first = yield* read()
      yield* simulated.resetTraffic
      const second = yield* read(yield* beforeOf(first))
      assert.deepStrictEqual([second.why, second.again], ["", 0])
      assert.strictEqual(textOf(second.observation), textOf(first.observation))
      assert.strictEqual(textOf(second.cursor), textOf(first.cursor))
      assert.isAtMost((yield* simulated.requests).length, 12)
    })
  )

  it.scopedLive("asks again for what rows, starts, tasks and gaps point to, and finds what a whole reading finds", () =>
    Effect.gen(function* () {
      const { find, guests, read, simulated } = yield* lab()
      const running = yield* find("qemu", "running")
      const container = yield* find("lxc", "running")
      const [renamed, edited, rebooted, silent] = guests
        .filter(({ status, type }) => type === "qemu" && status === "running")
        .slice(1)
      if (renamed === undefined || edited === undefined || rebooted === undefined || silent === undefined) {
        return yield* Effect.dieMessage("too few guests")
      }
      yield* simulated.setAgent(silent.vmid, "silent")
      silent.config["agent"] = "1"
      const first = yield* read()
      yield* simulated.renameGuest(renamed.vmid, "renamed")
      yield* simulated.updateGuest(edited.vmid, { description: "by POST" }, "POST")
      yield* simulated.stop(running.vmid)
      container.startedAt -= 3_600_000
      rebooted.startedAt -= 7_200_000
      const added = yield* simulated.addGuest()
      yield* simulated.resetTraffic
      const second = yield* read(yield* beforeOf(first))
      const expected = [renamed, edited, running, container, rebooted, silent, added].map(({ vmid }) => vmid)
      assert.deepStrictEqual(vmidsOf(yield* asked(simulated)).sort(), expected.sort())
      assert.strictEqual(second.again, expected.length)
      assert.strictEqual(textOf(second.observation), textOf((yield* read()).observation))
    })
  )

  it.scopedLive("does not see what Proxmox tells nowhere; a whole reading does", () =>
    Effect.gen(function* () {
      const { find, read, simulated } = yield* lab()
      const container = yield* find("lxc", "running")
      const machine = yield* find("qemu", "running")
      const first = yield* read()
      yield* simulated.updateGuest(container.vmid, { description: "unseen" }, "POST")
      yield* simulated.updateGuest(machine.vmid, { description: "unseen" }, "PUT")
      const second = yield* read(yield* beforeOf(first))
      assert.strictEqual(second.again, 0)
      assert.strictEqual(textOf(second.observation), textOf(first.observation))
      const whole = yield* read()
      const seen = whole.observation.guests.filter(({ config }) => config?.["description"] === "unseen")
      assert.deepStrictEqual(seen.map(({ vmid }) => vmid).sort(), [container.vmid, machine.vmid].sort())
    })
  )

  it.scopedLive("asks for a guest again when the task that was under way is over", () =>
    Effect.gen(function* () {
      const { find, read, simulated } = yield* lab()
      const machine = yield* find("qemu", "running")
      yield* simulated.updateGuest(machine.vmid, { description: "half" }, "POST")
      setRunning(simulated.cluster, machine.vmid, true)
      const first = yield* read()
      yield* simulated.updateGuest(machine.vmid, { description: "done" }, "PUT")
      setRunning(simulated.cluster, machine.vmid, false)
      const second = yield* read(yield* beforeOf(first))
      assert.strictEqual(second.again, 1)
      const found = second.observation.guests.find(({ vmid }) => vmid === machine.vmid)
      assert.strictEqual(found?.config?.["description"], "done")
      assert.strictEqual((yield* read(yield* beforeOf(second))).again, 0)
    })
  )

  it.scopedLive("reads all where more happened than Proxmox lists, or where it may not see what", () =>
    Effect.gen(function* () {
      const { find, read, simulated } = yield* lab()
      const machine = yield* find("qemu", "running")
      yield* simulated.updateGuest(machine.vmid, { description: "first" }, "POST")
      const first = yield* read()
      for (let n = 0; n < 25; n += 1) yield* simulated.updateGuest(machine.vmid, { description: `${n}` }, "POST")
      const before = yield* beforeOf(first)
      const second = yield* read(before)
      assert.deepStrictEqual([second.why, second.again], ["there were more tasks than Proxmox lists", 0])
      yield* simulated.revoke("VM.Monitor")
      yield* simulated.revoke("VM.GuestAgent.Audit")
      assert.strictEqual((yield* read(before)).why, "the privileges of the account were changed")
      yield* simulated.revoke("Sys.Audit")
      const blind = yield* read()
      assert.isNull(blind.cursor)
      assert.isFalse(blind.observation.complete)
    })
  )

  it.scopedLive("knows nothing of guests whose node is gone, and asks for them when it is back", () =>
    Effect.gen(function* () {
      const { find, read, simulated } = yield* lab()
      const machine = yield* find("qemu", "running")
      const first = yield* read()
      yield* simulated.setNodeOnline(machine.node, false)
      const second = yield* read(yield* beforeOf(first))
      assert.strictEqual(textOf(second.observation), textOf((yield* read()).observation))
      assert.isFalse(second.observation.complete)
      const unseen = second.observation.guests.find(({ vmid }) => vmid === machine.vmid)
      assert.deepStrictEqual([unseen?.status, unseen?.config], ["unknown", undefined])
      yield* simulated.setNodeOnline(machine.node, true)
      const third = yield* read(yield* beforeOf(second))
      assert.strictEqual(textOf(third.observation), textOf(first.observation))
      assert.isAbove(third.again, 0)
    })
  )
})
