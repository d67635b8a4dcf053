import { assert, describe, it } from "@effect/vitest"
import { Effect, FastCheck, Option } from "effect"
import * as SimulatedNetBox from "../../../../src/demo/SimulatedNetBox.ts"
import type { Event, EventOf, Recorded } from "../../../../src/domain/Event.ts"
import type { JsonObject } from "../../../../src/domain/Json.ts"
import { printedLength } from "../../../../src/http/legacy/sync/frames/Fit.ts"
import { beginning, parse } from "../../../../src/http/legacy/sync/frames/Position.ts"
import type { Script } from "../../../../src/http/legacy/sync/frames/Script.ts"
import { engine } from "../../../support/Engine.ts"
import { sync } from "../../../support/Sync.ts"
import { draftOf, fullUpdate, narrate, recordedOf, scriptFor } from "./Narrated.ts"
import { keysIn, recorded } from "./RecordedStream.ts"
import { smallCluster } from "./SmallCluster.ts"

const patience = { timeout: 60_000 }

interface Ran {
  readonly events: ReadonlyArray<Recorded>
  readonly script: Script
}

/** So many runs of the small cluster, nothing changing between them. */
const runs = (count: number) =>
  Effect.gen(function* () {
    const proxmox = yield* smallCluster
    const netbox = yield* SimulatedNetBox.make({})
    return yield* Effect.gen(function* () {
      const all: Array<Ran> = []
      for (let turn = 0; turn < count; turn++) {
        const { run } = yield* sync
        const events = yield* recordedOf(run)
        all.push({ events, script: yield* scriptFor(events) })
      }
      return all
    }).pipe(Effect.provide(engine({ proxmox, netbox })))
  })

const first = Effect.map(runs(1), ([ran]) => ran ?? { events: [], script: assert.fail("nothing ran") })

/** What only we say. */
const ours = new Set([".note", ".outcome", ".run_id", ".operations", ".counters"])

/** The way of an event through its stream, without ids and times. */
const wayOf = (frames: ReadonlyArray<{ readonly event: string; readonly data: JsonObject }>) =>
  frames.map(
    ({ data, event }) =>
      `${event} ${String(data["step"] ?? "")}${String(data["phase"] ?? "")} ${String(data["status"] ?? "")}`
  )

/** The same run, every operation settled by an event of its own, in another order. */
const shuffled = (events: ReadonlyArray<Recorded>, keys: ReadonlyArray<number>): ReadonlyArray<Recorded> => {
  const settled = events.flatMap(({ event }) => (event._tag === "OperationsSettled" ? [event] : []))
  const singles = settled.flatMap((event) =>
    event.ok.map((one): EventOf<"OperationsSettled"> => ({ ...event, ok: [one] }))
  )
  const order = singles.map((event, index) => ({ event, key: keys[index % keys.length] ?? 0, index }))
  order.sort((a, b) => a.key - b.key || a.index - b.index)
  const kept = events.filter(({ event }) => event._tag !== "OperationsSettled")
  const [last] = kept.slice(-1)
  const between = order.map(({ event }): Event => event)
  const all = [...kept.slice(0, -1).map(({ event }) => event), ...between, ...(last === undefined ? [] : [last.event])]
  return all.map((event, index) => ({
    seq: index + 1,
    stream: events[0]?.stream ?? "",
    version: index + 1,
    at: 0,
    event
  }))
}

describe("frames of a full update", () => {
  it.scopedLive(
    "come in the order of the recorded stream, with its keys",
    () =>
      Effect.gen(function* () {
        const { events, script } = yield* first
        const { frames } = narrate(events, script, fullUpdate)
        assert.deepStrictEqual(wayOf(frames), wayOf(recorded))
        for (const [index, { data, event }] of recorded.entries()) {
          if (event === "complete") continue
          const [theirs, mine] = [keysIn(data), keysIn(frames[index]?.data ?? {})]
          // There are no backup routines without the plugin's models.
          const isEmpty = data["phase"] === "backup-routines"
          const missing = [...theirs].filter((key) => !mine.has(key) && !(isEmpty && key.startsWith(".items[]")))
          assert.deepStrictEqual(missing, [], `${index} ${event}`)
          assert.deepStrictEqual(
            [...mine].filter((key) => !theirs.has(key) && !ours.has(key)),
            [],
            `${index} ${event}`
          )
        }
        const last = frames.at(-1)?.data
        assert.isTrue(last?.["ok"])
        assert.strictEqual(last?.["message"], recorded.at(-1)?.data["message"])
      }),
    patience
  )

  it.scopedLive(
    "are those of the recording in what both know",
    () =>
      Effect.gen(function* () {
        const { events, script } = yield* first
        const { frames } = narrate(events, script, fullUpdate)
        const absent = /storage|task-history|backup|snapshot|replication|sync$/
        const isSame = (index: number) => {
          const { data, event } = recorded[index] ?? assert.fail("more frames than recorded")
          const name = `${String(data["step"] ?? "")}${String(data["phase"] ?? "")}`
          return event !== "complete" && event !== "bootstrap_done" && name !== "stream" && !absent.test(name)
        }
        const plain = (data: object) =>
          JSON.parse(
            JSON.stringify(data)
              .replace(/"duration_seconds":[\d.]+/, '"duration_seconds":0')
              .replace(/<a href='[^']*'>[^<]*<\/a>/g, "link")
              .replace(/"operation_id":"[^"]*"/, '"operation_id":""')
              // The recorded cluster has one address twice.
              .replace("10.0.0.2/24", "10.0.0.1/24")
          )
        const order = (found: ReadonlyArray<{ readonly data: object }>) =>
          found.flatMap(({ data }, index) => (isSame(index) ? [plain(data)] : []))
        const sorted = (found: ReadonlyArray<object>) => found.map((one) => JSON.stringify(one)).sort()
        const canonicalKeys = (found: ReadonlyArray<{ readonly [key: string]: unknown }>) =>
          sorted(found.map((one) => Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))))
        const simple = (found: ReadonlyArray<{ readonly [key: string]: unknown }>) =>
          canonicalKeys(found.map(({ item: _, payload: __, ...rest }) => rest))
        assert.deepStrictEqual(simple(order(frames)), simple(order(recorded)))
      }),
    patience
  )

  it.scopedLive(
    "go on behind any of their ids, none lost and none twice",
    () =>
      Effect.gen(function* () {
        const { events, script } = yield* first
        const { frames: all } = narrate(events, script, fullUpdate)
        assert.strictEqual(new Set(all.map(({ id }) => id)).size, all.length)
        for (const [index, { id }] of all.entries()) {
          const position = Option.getOrThrow(parse(id))
          assert.deepStrictEqual(narrate(events, script, fullUpdate, position).frames, all.slice(index + 1))
        }
      }),
    patience
  )

  it.scopedLive(
    "come the same way in whatever order operations settle",
    () =>
      Effect.gen(function* () {
        const { events, script } = yield* first
        const { frames } = narrate(events, script, fullUpdate)
        const stages = (found: typeof frames) =>
          wayOf(found).filter((way) => !way.startsWith("item_progress") && !way.startsWith("step device "))
        FastCheck.assert(
          FastCheck.property(FastCheck.array(FastCheck.nat(), { minLength: 40, maxLength: 40 }), (keys) => {
            const told = narrate(shuffled(events, keys), script, fullUpdate).frames
            assert.sameMembers(wayOf(told), wayOf(frames))
            assert.deepStrictEqual(stages(told), stages(frames))
          }),
          { numRuns: 100, seed: 7 }
        )
      }),
    patience
  )

  it.scopedLive(
    "are those of the second planning where the first was cut off",
    () =>
      Effect.gen(function* () {
        const { events, script } = yield* first
        const sealed = events.findIndex(({ event }) => event._tag === "PlanSealed")
        const cut: ReadonlyArray<Event> = [
          { _tag: "RunInterrupted", detail: "stopped" },
          { _tag: "RunResumed", actor: "the service", open: 0 }
        ]
        const all = [
          ...events.slice(0, sealed).map(({ event }) => event),
          ...cut,
          ...events.slice(1).map(({ event }) => event)
        ]
        const twice = all.map((event, index) => ({
          seq: index + 1,
          stream: script.run,
          version: index + 1,
          at: 0,
          event
        }))
        const again = draftOf(twice)
        assert.strictEqual(again.operations.size, script.operations.size)
        const { frames } = narrate(twice, script, fullUpdate)
        assert.deepStrictEqual(wayOf(frames), wayOf(recorded))
        assert.isTrue(frames.at(-1)?.data["ok"])
      }),
    patience
  )

  it.scopedLive(
    "of a run that changes nothing say so, in the same order",
    () =>
      Effect.gen(function* () {
        const [, again] = yield* runs(2)
        if (again === undefined) return assert.fail("only one ran")
        const { frames } = narrate(again.events, again.script, fullUpdate)
        assert.deepStrictEqual(wayOf(frames), wayOf(recorded))
        const progress = frames.filter(({ event }) => event === "item_progress")
        assert.deepStrictEqual([...new Set(progress.map(({ data }) => data["operation"]))], ["skipped"])
        const devices = frames.find(({ data, event }) => event === "phase_summary" && data["phase"] === "devices")
        assert.deepInclude(devices?.data["result"], { created: 0, updated: 0, skipped: 2, total: 2 })
        const counts = frames.flatMap(({ data }) =>
          data["step"] === "virtual-disks" && data["status"] === "completed" ? [data["result"]] : []
        )
        assert.deepStrictEqual(counts, [{ count: 2 }])
        const ready = frames[0]?.data ?? {}
        assert.deepStrictEqual([ready["created"], ready["patched"]], [[], []])
        assert.include(ready["unchanged"], "cluster:lab")
      }),
    patience
  )

  it.scopedLive(
    "fit into the log of the plugin",
    () =>
      Effect.gen(function* () {
        const { events, script } = yield* first
        for (const { data, event, id } of narrate(events, script, fullUpdate).frames) {
          const isLong = event === "complete" || event === "bootstrap_done" || data["phase"] === "full-update"
          if (!isLong) assert.isBelow(printedLength(data), 600, `${id} ${event}`)
        }
      }),
    patience
  )

  it.scopedLive(
    "begin at the beginning when the id is none of ours",
    () =>
      Effect.gen(function* () {
        assert.isTrue(Option.isNone(parse("")))
        assert.isTrue(Option.isNone(parse("12.0")))
        assert.isTrue(Option.isNone(parse("-4")))
        assert.deepStrictEqual(parse(" 12.3 "), Option.some({ seq: 12, frames: 3 }))
        const { events, script } = yield* first
        assert.lengthOf(narrate(events, script, fullUpdate, beginning).frames, recorded.length)
      }),
    patience
  )
})
