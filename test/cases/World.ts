import { assert } from "@effect/vitest"
import { Effect } from "effect"
import type { EventOf } from "../../src/domain/Event.ts"
import type { SourceSettings } from "../../src/domain/mapping/Facts.ts"
import { equal, isJsonObject, type Json, type JsonObject } from "../../src/domain/Json.ts"
import { kindNamed } from "../../src/domain/Kinds.ts"
import { keyOf, kindOf } from "../../src/domain/Ref.ts"
import type { SimulatedProxmox } from "../../src/demo/SimulatedProxmox.ts"
import type { Journal } from "../../src/journal/Journal.ts"
import type { Projections } from "../../src/journal/Projections.ts"
import type { NetBox } from "../../src/services/NetBox.ts"
import type { Reconciler } from "../../src/services/Reconciler.ts"
import type { engine } from "../support/Engine.ts"
import { ask, changeLogHead, type NetBoxAddress, rowsOf } from "../support/State.ts"
import { failures, of, sync, type Synced } from "../support/Sync.ts"

export type Engine = Reconciler | NetBox | Journal | Projections

export type Row = { readonly [field: string]: Json } & { readonly id: number }

/** Where a case happens: an empty NetBox, its clusters, and the means of an operator. */
export interface World {
  readonly netbox: NetBoxAddress
  /** The cluster of a source. */
  readonly cluster: (source: string) => SimulatedProxmox
  /** That of `lab`. */
  readonly proxmox: SimulatedProxmox
  /** What the configuration says of a source from now on. */
  readonly configure: (source: string, settings: Partial<SourceSettings>) => void
  /** The engine of the case once more, with a journal of its own: when one is lost, or when two know nothing of each other. */
  readonly engine: () => ReturnType<typeof engine>
}

/** A foreign key as its name, a choice as its value, a set in order. */
const plain = (value: Json): Json => {
  if (Array.isArray(value)) {
    const list: ReadonlyArray<Json> = value
    return list.map(plain).sort((a, b) => (String(a) < String(b) ? -1 : 1))
  }
  if (!isJsonObject(value)) return value
  if ("label" in value) return value["value"] ?? null
  if (!("url" in value)) return value
  return value["name"] ?? value["address"] ?? value["mac_address"] ?? value["model"] ?? value["id"] ?? null
}

const plainRow = ({ id, ...row }: JsonObject & { readonly id: number }): Row => ({
  ...Object.fromEntries(Object.entries(row).map(([field, value]) => [field, plain(value)])),
  id
})

export const machines = "virtualization.virtualmachine"
export const interfaces = "virtualization.vminterface"
export const disks = "virtualization.virtualdisk"
export const addresses = "ipam.ipaddress"
export const macs = "dcim.macaddress"
export const vlans = "ipam.vlan"
export const devices = "dcim.device"
export const clusters = "virtualization.cluster"
export const tags = "extras.tag"

const byId = (a: Row, b: Row) => a.id - b.id

/** Reading and writing of one kind, as an operator does it. */
const pathOf = (kind: string): string => kindNamed(kind).path

export const rows = ({ netbox }: World, kind: string) =>
  Effect.map(
    Effect.promise(() => rowsOf(netbox, pathOf(kind))),
    (found) => found.map(plainRow).sort(byId)
  )

const holds = (row: Row, values: JsonObject): boolean =>
  Object.entries(values).every(([field, value]) => equal(row[field] ?? null, value))

/** All rows that have these values. */
export const rowsWith = (world: World, kind: string, values: JsonObject) =>
  Effect.map(rows(world, kind), (found) => found.filter((row) => holds(row, values)))

/** The one row that has these values. */
export const row = (world: World, kind: string, values: JsonObject) =>
  Effect.map(rowsWith(world, kind, values), (found) => {
    assert.lengthOf(found, 1, `${kind} ${JSON.stringify(values)}`)
    return found[0] ?? { id: 0 }
  })

/** The identity that an object carries. */
export const uidOf = (found: { readonly [field: string]: unknown }) => {
  const custom = found["custom_fields"]
  return typeof custom === "object" && custom !== null && "proxledger_uid" in custom ? custom.proxledger_uid : undefined
}

export const machine = (world: World, name: string) => row(world, machines, { name })

/** Names of all virtual machines, in the order in which they were made. */
export const names = (world: World) => Effect.map(rows(world, machines), (found) => found.map(({ name }) => name))

/** Addresses on interfaces of guests, as `address status on interface`. */
export const guestAddresses = (world: World) =>
  Effect.map(rowsWith(world, addresses, { assigned_object_type: interfaces }), (found) =>
    found.map((one) => `${String(one["address"])} ${String(one["status"])} on ${String(one["assigned_object"])}`).sort()
  )

/** What an operator makes by hand. */
export const make = ({ netbox }: World, kind: string | { readonly path: string }, body: JsonObject) =>
  Effect.map(
    Effect.promise(() => ask(netbox, "POST", typeof kind === "string" ? pathOf(kind) : kind.path, body)),
    (made): number => (isJsonObject(made) && typeof made["id"] === "number" ? made["id"] : 0)
  )

export const edit = ({ netbox }: World, kind: string, id: number, body: JsonObject) =>
  Effect.asVoid(Effect.promise(() => ask(netbox, "PATCH", `${pathOf(kind)}${id}/`, body)))

export const remove = ({ netbox }: World, kind: string, id: number) =>
  Effect.asVoid(Effect.promise(() => ask(netbox, "DELETE", `${pathOf(kind)}${id}/`)))

/** What NetBox says to an edit that it refuses. */
export const refusal = ({ netbox }: World, kind: string, id: number, body: JsonObject) =>
  Effect.flip(Effect.tryPromise(() => ask(netbox, "PATCH", `${pathOf(kind)}${id}/`, body))).pipe(
    Effect.map(({ error }) => String(error)),
    Effect.orDieWith(() => new Error("NetBox took what it should have refused"))
  )

const fieldsOf = ({ changes, verb }: EventOf<"OperationPlanned">): string =>
  verb === "update" ? ` ${changes.map(({ field }) => field.replace("custom_fields.", "")).join(", ")}` : ""

/** The operations of a run, one line each: `update virtualmachine lab/101 device`. */
export const writes = ({ operations }: Synced): Array<string> =>
  operations.map((one) => `${one.verb} ${kindOf(one.ref).replace(/^.*\./, "")} ${keyOf(one.ref)}${fieldsOf(one)}`)

/** A sync of which every operation succeeds. */
export const synced = Effect.gen(function* () {
  const run = yield* sync
  assert.deepStrictEqual(yield* failures(run.run), [])
  return run
})

/** A sync that finds nothing to do and leaves no trace in NetBox. */
export const quiet = (world: World) =>
  Effect.gen(function* () {
    const head = yield* Effect.promise(() => changeLogHead(world.netbox))
    const run = yield* sync
    assert.deepStrictEqual(writes(run), [])
    assert.strictEqual(run.mutating, 0)
    assert.strictEqual(yield* Effect.promise(() => changeLogHead(world.netbox)), head)
    return run
  })

export const conflicts = ({ events }: Synced): ReadonlyArray<string> =>
  of(events, "ConflictFound").map(({ detail, ref }) => `${keyOf(ref)}: ${detail}`)

export const warnings = ({ events }: Synced): ReadonlyArray<string> =>
  of(events, "WarningRaised").map(({ detail, scope }) => `${scope}: ${detail}`)

export const drifts = (run: Synced): ReadonlyArray<readonly [key: string, field: string, theirs: Json]> =>
  run.drifts.map(({ field, ref, theirs }) => [keyOf(ref), field, theirs])

/** What a run could not see of a source, by scope. */
export const gaps = ({ events }: Synced): Array<string> =>
  of(events, "SourceObserved").flatMap((seen) => seen.gaps.map(({ scope, what }) => `${scope} ${what}`))

/** Whether absence was evidence in a run. */
export const complete = ({ events }: Synced): boolean =>
  of(events, "SourceObserved").every((seen) => seen.complete) && of(events, "SourceUnavailable").length === 0

/** How the run ended. */
export const ending = ({ events }: Synced): EventOf<"RunCompleted"> | undefined => of(events, "RunCompleted")[0]
