import { Effect, Either, type Scope } from "effect"
import { randomUUID } from "node:crypto"
import type { JsonObject } from "../domain/Json.ts"
import { answer } from "./netbox/Api.ts"
import type { Change } from "./netbox/ChangeLog.ts"
import * as Faults from "./netbox/Faults.ts"
import { kindIn, kindOf, kinds } from "./netbox/Kinds.ts"
import { type Dealt, listen, objectsIn } from "./netbox/Listener.ts"
import { represent } from "./netbox/Represent.ts"
import { everything, formOf } from "./netbox/Selection.ts"
import { Store } from "./netbox/Store.ts"
import { Writer } from "./netbox/Write.ts"

/** Plain data throughout, so that it can be handed to another process. */
export interface Options {
  /** 4.5 to 4.7: "4.7.3" unless given. */
  readonly version?: string
  /** Any unless given. */
  readonly port?: number
  /** NetBox's `ENFORCE_GLOBAL_UNIQUE`: true unless given. */
  readonly enforceGlobalUnique?: boolean
  /** NetBox's `MAX_PAGE_SIZE`: 1000 unless given. */
  readonly pageSize?: number
  /** Of every request, in milliseconds. */
  readonly latency?: number
  readonly faults?: ReadonlyArray<Faults.FaultRule>
  /** For faults that come by chance. */
  readonly seed?: number
}

/** One request that came in. */
export interface LoggedRequest extends Dealt {
  readonly method: string
  /** Without query. */
  readonly path: string
  readonly query: string
  /** Objects in the body: the length of a list, 1 for a single one, 0 without body. */
  readonly items: number
}

/** A NetBox that answers over HTTP, and the strings by which it is moved. Kinds are content types, such as `dcim.site`. */
export interface SimulatedNetBox {
  readonly url: string
  /** Version 1, for `Authorization: Token …`. */
  readonly token: string
  /** Version 2, for `Authorization: Bearer …`. */
  readonly tokenV2: string
  /** In the order in which they were dealt with. */
  readonly requests: Effect.Effect<ReadonlyArray<LoggedRequest>>
  /** Forgets the requests. */
  readonly resetRequests: Effect.Effect<void>
  /** How many rows there are, by kind. */
  readonly counts: Effect.Effect<Readonly<Record<string, number>>>
  /** All rows of a kind, as its REST list answers them, by id. */
  readonly rows: (kind: string) => Effect.Effect<ReadonlyArray<JsonObject & { readonly id: number }>>
  readonly changelog: Effect.Effect<ReadonlyArray<Change>>
  /** A hand edit, as by a PATCH of another user; dies where NetBox would refuse it. */
  readonly edit: (kind: string, id: number, fields: JsonObject, user?: string) => Effect.Effect<void>
  readonly addFault: (rule: Faults.FaultRule) => Effect.Effect<void>
  readonly clearFaults: Effect.Effect<void>
}

const token = "0123456789abcdef0123456789abcdef01234567"
const tokenV2 = `nbt_abcdefghijkl.${token}`

/** Starts an empty NetBox; it ends with the scope. */
export const make = (options: Options): Effect.Effect<SimulatedNetBox, never, Scope.Scope> =>
  Effect.gen(function* () {
    const version = options.version ?? "4.7.3"
    const minor = Number(version.split(".")[1] ?? 0)
    const clock = yield* Effect.clock
    const store = new Store(() => clock.unsafeCurrentTimeMillis(), options.enforceGlobalUnique ?? true, {
      minor,
      hasCursor: minor >= 6,
      writesMacAddress: minor >= 7,
      tellsPositions: minor >= 7
    })
    const faults = Faults.make(options.seed ?? 1)
    for (const rule of options.faults ?? []) faults.add(rule)
    const requests: Array<LoggedRequest> = []
    const api = { store, tokens: { token, tokenV2 }, version, maxPageSize: options.pageSize ?? 1000 }
    const url = yield* listen({
      port: options.port ?? 0,
      latency: options.latency ?? 0,
      answer: (asked) => answer(api, asked),
      faults: faults.of,
      dealtWith: ({ method, path, query, body }, dealt) =>
        void requests.push({ method, path, query: query.toString(), items: objectsIn(body), ...dealt })
    })
    store.origin = url
    return {
      url,
      token,
      tokenV2,
      requests: Effect.sync(() => [...requests]),
      resetRequests: Effect.sync(() => void requests.splice(0)),
      counts: Effect.sync(() => Object.fromEntries(kinds.map(({ name }) => [name, store.table(name).size]))),
      rows: (name) =>
        Effect.sync(() => {
          const table = store.table(name)
          const kind = kindIn(minor, kindOf(name)) ?? kindOf(name)
          return table
            .ids()
            .flatMap((id) => table.get(id) ?? [])
            .map((row) => ({ ...represent(store, kind, row, formOf(kind, everything)), id: row.id }))
        }),
      changelog: Effect.sync(() => [...store.changes]),
      edit: (name, id, fields, user = "operator") =>
        Effect.suspend(() => {
          const kind = kindOf(name)
          const row = store.table(name).get(id)
          if (row === undefined) return Effect.dieMessage(`there is no ${name} ${id}`)
          const writer = new Writer(store, { user, requestId: randomUUID() })
          const written = store.transaction(() => writer.update(kind, row, fields, true, everything), Either.isRight)
          store.commit()
          return Either.isRight(written)
            ? Effect.void
            : Effect.dieMessage(`NetBox refuses: ${JSON.stringify(written.left)}`)
        }),
      addFault: (rule) => Effect.sync(() => faults.add(rule)),
      clearFaults: Effect.sync(() => faults.clear())
    }
  })
