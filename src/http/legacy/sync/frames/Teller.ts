import type { JsonObject } from "../../../../domain/Json.ts"
import type { Frames } from "./Frame.ts"
import { lastOf } from "./Keys.ts"
import type { Outcomes, Result } from "./Outcomes.ts"
import type { Placed, Script, Thing } from "./Script.ts"
import type { StageName } from "./Stage.ts"
import type { Tally } from "./Tally.ts"

/** What a client hears of at once: a node, a guest, an interface, with the objects that count. */
export interface Row {
  /** By which operations find their row. */
  readonly key: string
  readonly thing: Thing
  readonly members: ReadonlyArray<Thing>
}

/** How a run is told. */
export interface Telling {
  /** `full-update`, or the name of the only stage. */
  readonly title: string
  readonly stages: ReadonlyArray<StageName>
  /** Whether the stage of virtual machines tells of each of them. */
  readonly eachGuest: boolean
  /** Whether it tells of each of them as an object, too. */
  readonly eachObject: boolean
  /** Nothing is written: the plan is told, and then the stream ends. */
  readonly dryRun: boolean
  /** What the client calls the run; null where it has no name for it. */
  readonly runId: string | null
}

/** A stage while it is told. */
export interface Scene {
  readonly script: Script
  readonly outcomes: Outcomes
  readonly telling: Telling
  readonly rows: ReadonlyArray<Row>
  /** The operations of a row in this stage. */
  readonly operationsOf: (row: Row) => ReadonlyArray<Placed>
  /** What became of an object in this stage. */
  readonly resultOf: (thing: Thing) => Result
}

/** How one stage is told. */
export interface Teller {
  readonly rows: (script: Script) => ReadonlyArray<Row>
  /** The row that tells of an operation of this stage; one without is only counted. */
  readonly rowOf: (operation: Placed) => string
  readonly open: (scene: Scene) => Frames
  /** When nothing of the row is under way any more; it is the `position`th, from 1. */
  readonly settled: (row: Row, scene: Scene, position: number) => Frames
  readonly close: (scene: Scene, tally: Tally) => Frames
  /** The `result` of the stage's last frame. */
  readonly result: (tally: Tally, scene: Scene) => JsonObject
  /** What is said beside it; "" where nothing is to be explained. */
  readonly note: string
}

/** The name under which an object is in NetBox, or will be. */
export const nameOf = (script: Script, { label, ref }: Thing): string => {
  for (const field of ["name", "model", "address"]) {
    const value = script.value(ref, field)
    if (typeof value === "string") return value
  }
  return label === "" ? lastOf(ref) : label
}

const none: ReadonlyArray<Thing> = []

export const thingsOf = (script: Script, kind: string): ReadonlyArray<Thing> => script.things.get(kind) ?? none

/** Whether an object is gone from its source, and something is done about it: the sweep tells of it, no other stage. */
export const isOrphan = ({ operations }: Thing): boolean => operations.some(({ place }) => place === "sweep-orphans")

/** Whether an object is taken out of NetBox. */
export const isDeleted = ({ operations }: Thing): boolean => operations.some(({ verb }) => verb === "delete")

/** Things by a text, in their order. */
export const grouped = (
  things: ReadonlyArray<Thing>,
  by: (thing: Thing) => string
): ReadonlyMap<string, ReadonlyArray<Thing>> => {
  const groups = new Map<string, Array<Thing>>()
  for (const thing of things) {
    const same = groups.get(by(thing))
    if (same === undefined) groups.set(by(thing), [thing])
    else same.push(thing)
  }
  return groups
}
