import { Effect, Option } from "effect"
import type { JsonObject } from "../../../../domain/Json.ts"
import { kindNamed } from "../../../../domain/Kinds.ts"
import { clusterRef, deviceRef, guestKey, machineRef } from "../../../../domain/mapping/Refs.ts"
import { kindOf, type Ref } from "../../../../domain/Ref.ts"
import type { Scope } from "../../../../domain/Scope.ts"
import { Projections } from "../../../../journal/Projections.ts"
import { Engines } from "../../../../services/Engines.ts"
import { Failed } from "../../Refused.ts"
import { keepOf } from "../ask/Asked.ts"
import { Selection } from "../ask/Selection.ts"
import { ownerOf } from "../frames/Keys.ts"
import type { Result } from "../frames/Outcomes.ts"
import type { Script, Thing } from "../frames/Script.ts"
import { nameOf, thingsOf } from "../frames/Teller.ts"
import { refusals } from "../Refusals.ts"
import { Sync } from "../Sync.ts"
import type { Flags } from "./Query.ts"

/** One object of a guest, of a node, or a cluster: how it is called, and where it is looked for. */
export interface Wanted {
  readonly object_type: string
  readonly cluster: string
  /** What of Proxmox the client named. */
  readonly named: JsonObject
  /** Kinds that are written, that of the object first. */
  readonly kinds: ReadonlyArray<string>
  /** Whose it is, within a source. */
  readonly owner: (source: string) => Ref
  /** Which of the things of its kind it is. */
  readonly is: (thing: Thing, script: Script) => boolean
}

export const guestOf =
  (vmid: number) =>
  (source: string): Ref =>
    machineRef(guestKey(source, vmid))

export const nodeOf =
  (node: string) =>
  (source: string): Ref =>
    deviceRef(source, node)

const actions: { readonly [result in Result]: string } = {
  created: "created",
  updated: "updated",
  deleted: "updated",
  skipped: "unchanged",
  failed: "error",
  would_create: "dry_run",
  would_update: "dry_run",
  would_delete: "dry_run"
}

const withoutCase = (one: string, other: string) => one.toLowerCase() === other.toLowerCase()

const noSession = (cluster: string): JsonObject => ({ error: `No Proxmox session found for cluster: ${cluster}` })

const absent = (object_type: string, named: JsonObject, { dry_run }: Flags): JsonObject => ({
  object_type,
  action: "skipped",
  proxmox_resource: named,
  netbox_object: null,
  dry_run,
  dependencies_synced: [],
  error: null,
  note: "NetBox itself has no model of it: nothing was read or written"
})

/** One object at a time: a run of the smallest scope that has it, and what became of it. */
export class Individual extends Effect.Service<Individual>()("proxledger/LegacyIndividual", {
  effect: Effect.gen(function* () {
    const { carry } = yield* Sync
    const selection = yield* Selection
    const engines = yield* Engines
    const projections = yield* Projections

    /** The source whose cluster has the name, in Proxmox or in NetBox. */
    const sourceOf = Effect.fnUntraced(function* (query: Flags, cluster: string) {
      const chosen = yield* selection.sources(query)
      const all = yield* engines.use(({ sources }) => Effect.succeed(sources.map(({ source }) => source)))
      const found: Array<string> = []
      for (const source of chosen ?? all) {
        const name = (yield* projections.baseline(clusterRef(source))).get("name")
        if (withoutCase(source, cluster) || (typeof name === "string" && withoutCase(name, cluster))) found.push(source)
      }
      if (found.length > 1) {
        const message = `More than one Proxmox session found for cluster: ${cluster}`
        return yield* new Failed({ status: 400, message, detail: null })
      }
      return Option.fromNullable(found[0])
    })

    const sync = Effect.fn("Individual.sync")(function* (query: Flags, wanted: Wanted) {
      const { cluster, kinds, named, object_type } = wanted
      const source = yield* sourceOf(query, cluster)
      if (Option.isNone(source)) return noSession(cluster)
      const [kind = ""] = kinds
      const owner = wanted.owner(source.value)
      const keep = keepOf(query)
      const branch = query.netbox_branch_schema_id
      const scope: Scope = {
        sources: [source.value],
        kinds,
        ...(kind === kindOf(clusterRef("")) ? {} : { guests: [owner] }),
        ...(keep.length === 0 ? {} : { keep }),
        ...(branch === undefined ? {} : { branch })
      }
      const { ending, told } = yield* carry(`individual ${object_type}`, scope, query.dry_run)
      const answer = { object_type, proxmox_resource: named, dry_run: query.dry_run, dependencies_synced: [] }
      if (told === null) {
        const error = ending?.detail ?? "the run did not end"
        return { ...answer, action: "error", netbox_object: null, error }
      }
      const { outcomes, script } = told
      const thing = thingsOf(script, kind).find(
        (one) => (one.ref === owner || ownerOf(one.ref) === ownerOf(owner)) && wanted.is(one, script)
      )
      if (thing === undefined) {
        const message = `Proxmox reports no such ${object_type}, or a rule leaves it out`
        return yield* new Failed({ status: 400, message, detail: named })
      }
      const action = query.dry_run ? "dry_run" : actions[outcomes.resultOf(thing.operations)]
      const failure = thing.operations.map((one) => outcomes.failureOf(one)).find((one) => one !== undefined)
      const id = outcomes.idOf(thing)
      const object =
        id === null
          ? Option.none()
          : yield* engines
              .use(({ netbox }) => netbox.get(kindNamed(kind).path, id), branch === undefined ? {} : { branch })
              .pipe(Effect.orElseSucceed(Option.none))
      return {
        ...answer,
        action,
        proxmox_resource: { ...named, name: nameOf(script, thing) },
        netbox_object: Option.getOrNull(object),
        error: failure?.detail ?? null
      }
    }, Effect.catchTags(refusals))

    /** What has no objects in NetBox itself; `named`: what of Proxmox the client named. */
    const skip = Effect.fn("Individual.skip")(function* (query: Flags, object_type: string, named: JsonObject) {
      const { cluster_name: cluster } = named
      if (typeof cluster !== "string") yield* selection.sources(query)
      else if (Option.isNone(yield* sourceOf(query, cluster))) return noSession(cluster)
      return absent(object_type, named, query)
    }, Effect.catchTags(refusals))

    return { sync, skip }
  })
}) {}
