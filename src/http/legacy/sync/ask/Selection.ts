import { Effect, Option } from "effect"
import { ref, type Ref } from "../../../../domain/Ref.ts"
import { Audit } from "../../../../journal/Audit.ts"
import { Engines } from "../../../../services/Engines.ts"
import { Endpoints, type ProxmoxEndpoint } from "../../../../store/Endpoints.ts"
import { Failed, Refused } from "../../Refused.ts"
import type { Selector } from "./Query.ts"

const refusing = (detail: string) => new Failed({ status: 400, message: detail, detail: null })

/** At most so many ids at a time. */
const mostIds = 100

const machine = "virtualization.virtualmachine"

/** The ids of a list such as `1,2`. */
const idsIn = (text: string, what: string) => {
  const ids = text
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "")
  if (ids.length > mostIds) return Effect.fail(refusing(`${what}: at most ${mostIds} ids at a time`))
  return ids.every((id) => /^\d{1,9}$/.test(id))
    ? Effect.succeed(ids.map(Number))
    : Effect.fail(refusing(`${what} must be a comma-separated list of integers`))
}

/** The plugin keeps its own id of an endpoint in the endpoint's name. */
const pluginId = ({ name }: ProxmoxEndpoint): number => Number(/\(nb:(\d+)\)$/.exec(name)?.[1] ?? Number.NaN)

/** One endpoint by its address, its domain or its name, in this order. */
const matching = (rows: ReadonlyArray<ProxmoxEndpoint>, { domain, ip_address, name }: Selector) => {
  const by: ReadonlyArray<readonly [string | undefined, (row: ProxmoxEndpoint) => string | null]> = [
    [ip_address, (row) => row.ip_address],
    [domain, (row) => row.domain],
    [name, (row) => row.name]
  ]
  const [wanted, of] = by.find(([value]) => value !== undefined && value !== "") ?? []
  if (wanted === undefined || of === undefined) return Effect.succeedNone
  const found = rows.filter((row) => of(row) === wanted)
  return found.length === 0
    ? Effect.fail(refusing(`No Proxmox endpoint found for ${JSON.stringify(wanted)}`))
    : Effect.succeedSome(found)
}

/** Which sources and guests a request is about; what is found missing here is told before anything begins. */
export class Selection extends Effect.Service<Selection>()("proxledger/LegacySelection", {
  effect: Effect.gen(function* () {
    const endpoints = yield* Endpoints
    const engines = yield* Engines
    const audit = yield* Audit

    /** That there is the NetBox that is meant; undefined: any. */
    const netbox = Effect.fn("Selection.netbox")(function* (id: number | undefined) {
      const rows = yield* endpoints.netbox
      if (rows.some((row) => row.enabled && (id ?? row.id) === row.id)) return
      return yield* refusing("No NetBox endpoint found")
    })

    /** Names of the sources; undefined: all of them. Ids that are unknown select nothing. */
    const sources = Effect.fn("Selection.sources")(function* (query: Selector) {
      if (query.source !== "database" && query.source !== "netbox") {
        return yield* refusing("Invalid source: use database or netbox")
      }
      yield* netbox(query.netbox_id)
      const known = yield* engines.use((engine) => Effect.succeed(engine.sources))
      const rows = (yield* endpoints.proxmox).filter(({ enabled }) => enabled)
      const text = query.proxmox_endpoint_ids ?? query.endpoint_ids ?? ""
      const ids = new Set(yield* idsIn(text, "proxmox_endpoint_ids"))
      const idOf = (row: ProxmoxEndpoint) => (query.source === "database" ? row.id : pluginId(row))
      const single = yield* matching(rows, query)
      if (ids.size === 0 && Option.isNone(single)) return undefined
      const chosen = Option.getOrElse(single, () => rows).filter((row) => ids.size === 0 || ids.has(idOf(row)))
      const wanted = new Set(chosen.map(({ id }) => id))
      return known.filter(({ endpointId }) => wanted.has(endpointId)).map(({ source }) => source)
    })

    /** Guests by the ids of their machines in NetBox, those that are known. */
    const bound = Effect.fn("Selection.bound")(function* (ids: ReadonlySet<number>) {
      const found = new Map<number, Ref>()
      let after: Ref = ref(machine, "")
      while (found.size < ids.size) {
        const { items, next } = yield* audit.bindings({ kind: machine, after, limit: 500 })
        for (const { id, ref: guest } of items) if (ids.has(id)) found.set(id, guest)
        if (next === null) break
        after = next
      }
      return found
    })

    /** One guest; none where the engine keeps no such machine. */
    const guest = (id: number) => Effect.map(bound(new Set([id])), (found) => Option.fromNullable(found.get(id)))

    /** The guests of `netbox_vm_ids`; undefined where it is not given. */
    const guests = Effect.fn("Selection.guests")(function* (text: string | undefined) {
      if (text === undefined) return undefined
      const ids = text.split(",").map((one) => one.trim())
      if (!ids.every((id) => /^[1-9]\d{0,8}$/.test(id))) {
        const detail = "netbox_vm_ids must be a comma-separated list of positive integers"
        return yield* new Refused({ status: 422, detail })
      }
      const wanted = new Set(ids.map(Number))
      const found = yield* bound(wanted)
      const missing = [...wanted].filter((id) => !found.has(id))
      if (missing.length > 0) {
        const message = `Virtual machine ${missing.join(", ")} is not known: no run has made or recognised it`
        return yield* new Failed({ status: 502, message, detail: null })
      }
      return [...found.values()]
    })

    return { netbox, sources, guest, guests }
  })
}) {}
