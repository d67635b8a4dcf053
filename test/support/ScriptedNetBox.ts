import { Duration, Effect, Layer, Redacted } from "effect"
import { Metrics } from "../../src/services/Metrics.ts"
import type { NetBox, Row } from "../../src/services/NetBox.ts"
import * as NetBoxLive from "../../src/services/NetBoxLive.ts"
import { defaults, type NetBoxSettings } from "../../src/services/NetBoxSettings.ts"
import { json, type Script, type ScriptedServer, type Seen, serve } from "./ScriptedServer.ts"

/** A token of the first kind. */
export const v1 = "0123456789abcdef0123456789abcdef01234567"
/** Retries at once, nearly. */
export const quick: NetBoxSettings = { ...defaults, retryDelay: Duration.millis(1), timeout: Duration.seconds(10) }
export const tags = "/api/extras/tags/"

export interface Options {
  readonly token?: string
  readonly version?: string
  readonly settings?: Partial<NetBoxSettings>
}

/** The client on a server that answers `/api/status/` and, by `script`, all else. */
export const withNetBox = <A, E>(
  script: Script,
  use: (server: ScriptedServer) => Effect.Effect<A, E, NetBox | NetBoxLive.NetBoxCache | Metrics>,
  { settings, token = v1, version = "4.7.3" }: Options = {}
) =>
  Effect.gen(function* () {
    let asked = 0
    const server = yield* serve((seen, response) => {
      if (seen.url === "/api/status/") json(response, 200, { "netbox-version": version })
      else script(seen, response, asked++)
    })
    const layer = NetBoxLive.layer({
      url: server.url,
      token: Redacted.make(token),
      tls: { verify: true },
      settings: { ...quick, ...settings }
    })
    return yield* use(server).pipe(Effect.provide(Layer.provideMerge(layer, Metrics.Default)))
  }).pipe(Effect.scoped)

export const queryOf = ({ url }: Seen) => new URL(url, "http://netbox").searchParams
/** Without those for the version. */
export const dataSent = ({ seen }: ScriptedServer) => seen.filter(({ url }) => url !== "/api/status/")

/** A table of tags that filters by `id`, `slug` and `name` and pages as NetBox does; unknown filters change nothing. */
export const table =
  (rows: ReadonlyArray<Row & { readonly slug: string }>): Script =>
  (seen, response) => {
    const query = queryOf(seen)
    const [ids, slugs] = [query.getAll("id"), query.getAll("slug")]
    const selected = rows.filter(
      ({ id, slug }) => (ids.length === 0 || ids.includes(String(id))) && (slugs.length === 0 || slugs.includes(slug))
    )
    const limit = Number(query.get("limit") ?? 50)
    const start = query.get("start")
    const offset =
      start === null ? Number(query.get("offset") ?? 0) : selected.findIndex(({ id }) => id >= Number(start))
    const results = offset < 0 ? [] : selected.slice(offset, offset + limit)
    const following = selected[offset + limit]
    const position = start === null ? `offset=${offset + limit}` : `start=${following?.id}`
    const next = following === undefined ? null : `http://inner:8001${tags}?limit=${limit}&${position}`
    json(response, 200, { count: null, next, previous: null, results })
  }

export const rows = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ id: 2 * i + 1, name: `N${i}`, slug: `s${i}` }))
