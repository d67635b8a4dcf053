import { Effect } from "effect"
import type { Json, JsonObject } from "../../../../domain/Json.ts"
import { kindNamed } from "../../../../domain/Kinds.ts"
import { type Engine, Engines } from "../../../../services/Engines.ts"
import type { EndpointError } from "../../../../services/EndpointError.ts"
import type { Row } from "../../../../services/NetBox.ts"
import { isOfNode } from "../frames/Keys.ts"
import type { Narrator } from "../frames/Narrator.ts"
import type { Outcomes } from "../frames/Outcomes.ts"
import type { Script, Thing } from "../frames/Script.ts"
import { addressesOfNodes } from "../frames/stages/NodeInterfaces.ts"
import type { StageName } from "../frames/Stage.ts"
import { isDeleted, isOrphan, nameOf, type Telling, thingsOf } from "../frames/Teller.ts"

type Told = { readonly script: Script; readonly outcomes: Outcomes }

/** Ids in one look-up: the request line stays short. */
const page = 100

/** Objects of a kind that are in NetBox, in the order of the run. */
const there = ({ script }: Told, kind: string): ReadonlyArray<Thing> =>
  thingsOf(script, kind).filter((thing) => !isDeleted(thing) && !isOrphan(thing))

const read = Effect.fn("Found.read")(function* (engine: Engine, told: Told, kind: string) {
  const ids = there(told, kind).flatMap((thing) => told.outcomes.idOf(thing) ?? [])
  const rows = new Map<number, Row>()
  for (let at = 0; at < ids.length; at += page) {
    const filter = ids.slice(at, at + page).map((id) => ["id", String(id)] as const)
    for (const row of yield* engine.netbox.find(kindNamed(kind).path, filter)) rows.set(row.id, row)
  }
  return ids.flatMap((id) => rows.get(id) ?? [])
})

const nodeInterfaces = (told: Told): ReadonlyArray<JsonObject> => {
  const addresses = addressesOfNodes(told.script)
  return there(told, "dcim.interface").map((thing) => {
    const address = addresses.get(thing.ref)
    return {
      id: told.outcomes.idOf(thing),
      name: nameOf(told.script, thing),
      ip_id: address === undefined ? null : told.outcomes.idOf(address),
      ip_address: address === undefined ? null : nameOf(told.script, address)
    }
  })
}

const guestAddresses = (told: Told): ReadonlyArray<JsonObject> =>
  there(told, "ipam.ipaddress")
    .filter(({ ref }) => !isOfNode(ref))
    .map((thing) => ({ ip_id: told.outcomes.idOf(thing), address: nameOf(told.script, thing) }))

const guestInterfaces = (rows: ReadonlyArray<Row>): ReadonlyArray<JsonObject> =>
  rows.map((row) => ({ id: row.id, mac_address: row["mac_address"] ?? null, interface: row }))

/** What the old surface says of one stage beside its frames: objects of NetBox, or counts where it has none. */
const ofStage = (
  engine: Engine,
  told: Told,
  narrator: Narrator,
  stage: StageName
): Effect.Effect<Json, EndpointError> => {
  switch (stage) {
    case "devices":
      return read(engine, told, "dcim.device")
    case "virtual-machines":
      return read(engine, told, "virtualization.virtualmachine")
    case "vm-interfaces":
      return Effect.map(read(engine, told, "virtualization.vminterface"), guestInterfaces)
    case "node-interfaces":
      return Effect.succeed(nodeInterfaces(told))
    case "vm-ip-addresses":
      return Effect.succeed(guestAddresses(told))
    case "storage":
    case "backups":
      return Effect.succeed([])
    default:
      return Effect.succeed(narrator.ending?.results.get(stage) ?? {})
  }
}

const isCounted = (stage: StageName) => stage !== "sweep-orphans"

const keyOf = (stage: StageName): string => (stage === "sweep-orphans" ? "orphan_sweep" : stage.replaceAll("-", "_"))

const countIn = (narrator: Narrator, stage: StageName): Json => {
  const result = narrator.ending?.results.get(stage) ?? {}
  return result["count"] ?? Number(result["created"] ?? 0) + Number(result["updated"] ?? 0)
}

/** What a run made of NetBox, read from it once the run has ended. */
export class Found extends Effect.Service<Found>()("proxledger/LegacyFound", {
  effect: Effect.gen(function* () {
    const engines = yield* Engines

    /** Of one stage, as the answer of its own route. */
    const stage = Effect.fn("Found.stage")(function* (narrator: Narrator, of: StageName, branch: string | undefined) {
      const { told } = narrator
      if (told === null) return []
      return yield* engines.use((engine) => ofStage(engine, told, narrator, of), branch === undefined ? {} : { branch })
    })

    /** The `result` of the last frame: of a single stage what it said itself, of a full update all objects. */
    const result = (narrator: Narrator, telling: Telling): Effect.Effect<JsonObject> =>
      Effect.gen(function* () {
        const { ending, told } = narrator
        const [only] = telling.stages
        const own = only === undefined ? {} : (ending?.results.get(only) ?? {})
        const swept = ending?.results.get("sweep-orphans")
        if (only === "sweep-orphans") return own
        if (telling.title !== "full-update") return { ...own, ...(swept === undefined ? {} : { orphan_sweep: swept }) }
        if (told === null || ending === undefined) return {}
        const stages = [...ending.results.keys()]
        const { branch } = told.script
        const bodies = yield* Effect.forEach(stages, (of) =>
          Effect.map(stage(narrator, of, branch), (body) => [keyOf(of), body] as const)
        ).pipe(
          Effect.catchAll((error) =>
            Effect.as(Effect.logWarning(`The objects of run ${ending.run} were not read: ${error.message}`), [])
          )
        )
        const counts = stages.filter(isCounted).map((of) => [`${keyOf(of)}_count`, countIn(narrator, of)] as const)
        return Object.fromEntries<Json>([...bodies, ...counts])
      })
    return { stage, result }
  })
}) {}
