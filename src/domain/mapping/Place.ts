import type { Conflict } from "../Desired.ts"
import type { Json } from "../Json.ts"
import { uidField } from "../Kind.ts"
import type { Observation } from "../proxmox/Observation.ts"
import { isRefValue, ref, type Ref } from "../Ref.ts"
import { type Current, isBlank, type Target } from "../Target.ts"
import type { SourceSettings } from "./Facts.ts"
import { clusterRef, siteRef } from "./Refs.ts"

/** The NetBox site of a source's cluster and nodes. */
export interface SitePlace {
  readonly slug: string
  readonly name: string
  readonly why: string
  /** Whether the site is in NetBox; else it is made when needed. */
  readonly exists: boolean
  /** A configured site that is not in NetBox: nothing can be placed. */
  readonly missing?: string
  /** Whether the cluster is scoped to it: then its nodes can stand nowhere else. */
  readonly fixed: boolean
}

const lower = (value: unknown) => String(value).toLowerCase()

const found = (row: Current, why: string): SitePlace => ({
  slug: String(row.fields["slug"]),
  name: String(row.fields["name"]),
  why,
  exists: true,
  fixed: false
})

/** The cluster as far as it can be told before identities are settled. */
const clusterOf = (settings: SourceSettings, observation: Observation, target: Target): Current | undefined => {
  const rows = [...target.rows("virtualization.cluster").values()]
  const own = rows.find((row) => row.fields["custom_fields.proxledger_uid"] === settings.name)
  if (own !== undefined) return own
  const name = lower(observation.cluster.name ?? settings.name)
  const named = rows.filter(
    (row) => lower(row.fields["name"]) === name && row.fields["custom_fields.proxledger_uid"] === null
  )
  return named.length === 1 ? named[0] : undefined
}

/** A site by id, slug or name. */
export const named = (target: Target, wanted: string, why: string): SitePlace => {
  const rows = [...target.rows("dcim.site").values()]
  const row =
    rows.find(({ id }) => String(id) === wanted) ??
    rows.find(({ fields }) => fields["slug"] === wanted) ??
    rows.find(({ fields }) => lower(fields["name"]) === lower(wanted))
  return row === undefined
    ? { slug: wanted, name: wanted, why, exists: false, missing: wanted, fixed: false }
    : found(row, why)
}

/** Where a source's cluster and nodes are to be. */
export interface Placement {
  /** Of the nodes that have no device yet, and of all when they move. */
  readonly site: SitePlace
  /** What the configuration wants the cluster's scope to be, if it says; never a site that NetBox does not have. */
  readonly scope: SitePlace | undefined
  /** The scope is the engine's to change, and its devices go with it. */
  readonly moves: boolean
  readonly conflicts: ReadonlyArray<Conflict>
}

/** What the engine itself wrote last, by ref. */
export type Applied = ReadonlyMap<Ref, ReadonlyMap<string, Json>>

const siteOfScope = (cluster: Current | undefined, target: Target): Current | undefined => {
  const scope = cluster?.fields["scope_id"]
  return cluster?.fields["scope_type"] === "dcim.site" && typeof scope === "number"
    ? target.rows("dcim.site").get(scope)
    : undefined
}

const isSite = (value: Json | undefined, row: Current | undefined): boolean =>
  row !== undefined && isRefValue(value) && value.$ref === siteRef(String(row.fields["slug"]))

/** Whether the cluster is scoped as the engine left it; one that was never scoped waits for it. */
const isAsApplied = (cluster: Current, held: Current | undefined, applied: ReadonlyMap<string, Json> | undefined) =>
  isBlank(cluster.fields["scope_type"])
    ? isBlank(applied?.get("scope_type"))
    : applied?.get("scope_type") === "dcim.site" && isSite(applied.get("scope_id"), held)

/**
 * Devices of the cluster that would have to move with it, and are not the engine's to move: those of others, and those that
 * an operator placed. While the cluster is scoped none can have been placed; and when the engine itself had to empty the
 * scope, what it never placed is where that was.
 */
const immovable = (
  source: string,
  cluster: Current,
  to: Current | undefined,
  target: Target,
  applied: Applied
): ReadonlyArray<string> => {
  const sites = target.rows("dcim.site")
  const emptied = applied.get(clusterRef(source))?.get("scope_type") === null
  return target.referring("dcim.device", "cluster", cluster.id).flatMap((id) => {
    const fields = target.rows("dcim.device").get(id)?.fields ?? {}
    const { site } = fields
    if (site === to?.id) return []
    const uid = fields[uidField]
    const ours = typeof uid === "string" && uid.startsWith(`${source}/node/`)
    const put = ours ? applied.get(ref("dcim.device", uid))?.get("site") : undefined
    const placed = put === undefined ? emptied : isSite(put, typeof site === "number" ? sites.get(site) : undefined)
    return ours && (placed || !isBlank(cluster.fields["scope_type"])) ? [] : [String(fields["name"] ?? id)]
  })
}

/** Where the configuration wants cluster and nodes, as far as NetBox and its operators let them be there. */
const configuredPlace = (
  { name: source }: SourceSettings,
  place: SitePlace,
  cluster: Current | undefined,
  target: Target,
  applied: Applied
): Placement => {
  const configured = { ...place, fixed: true }
  if (cluster === undefined) return { site: configured, scope: configured, moves: false, conflicts: [] }
  const held = siteOfScope(cluster, target)
  const to = [...target.rows("dcim.site").values()].find(({ fields }) => fields["slug"] === place.slug)
  const site = held === undefined ? configured : scoped(held)
  const stays = { site, scope: configured, moves: false, conflicts: [] }
  if (held?.id === to?.id || !isAsApplied(cluster, held, applied.get(clusterRef(source)))) return stays
  const others = immovable(source, cluster, to, target, applied)
  if (others.length === 0) return { site: configured, scope: configured, moves: true, conflicts: [] }
  const detail =
    `its scope does not become site ${place.name}: NetBox wants all its devices there, and these stand elsewhere and are ` +
    `not Proxledger's to move: ${others.join(", ")}`
  return { ...stays, scope: undefined, conflicts: [conflictOf(source, cluster, detail)] }
}

const conflictOf = (source: string, cluster: Current, detail: string): Conflict => ({
  ref: clusterRef(source),
  label: String(cluster.fields["name"]),
  detail
})

const scoped = (row: Current): SitePlace => ({ ...found(row, "site of the cluster in NetBox"), fixed: true })

/**
 * NetBox demands that devices stand at the site their cluster is scoped to, so that wins; then the configuration, then
 * where the nodes already are, then the only site there is. A site of our own is the last resort, and one for all sources.
 * A scope that is still as the engine left it follows the configuration, with all that hangs on it.
 */
export const placeOf = (
  settings: SourceSettings,
  observation: Observation,
  target: Target,
  applied: Applied
): Placement => {
  const cluster = clusterOf(settings, observation, target)
  const held = siteOfScope(cluster, target)
  const place = settings.site === undefined ? undefined : named(target, settings.site, configuredWhy)
  if (place !== undefined && place.missing === undefined) {
    return configuredPlace(settings, place, cluster, target, applied)
  }
  const site = held === undefined ? (place ?? anyPlace(settings, observation, target)) : scoped(held)
  const conflicts =
    held === undefined || place === undefined || cluster === undefined
      ? []
      : [
          conflictOf(
            settings.name,
            cluster,
            `NetBox has no site ${place.name} (${place.why}); it stays at ${site.name}`
          )
        ]
  return { site, scope: undefined, moves: false, conflicts }
}

const configuredWhy = "site of the source in the configuration"

/** Where the nodes of a source may stand of which nothing says where. */
const anyPlace = (settings: SourceSettings, observation: Observation, target: Target): SitePlace => {
  const sites = target.rows("dcim.site")
  const nodes = new Set(observation.nodes.map(({ name }) => lower(name)))
  const homes = new Set(
    [...target.rows("dcim.device").values()].flatMap(({ fields }) => {
      const uid = fields["custom_fields.proxledger_uid"]
      const ours = typeof uid === "string" && uid.startsWith(`${settings.name}/node/`)
      return (ours || (uid === null && nodes.has(lower(fields["name"])))) && typeof fields["site"] === "number"
        ? [fields["site"]]
        : []
    })
  )
  const [home] = homes
  const at = homes.size === 1 && home !== undefined ? sites.get(home) : undefined
  if (at !== undefined) return found(at, "site of the nodes in NetBox")
  const [only] = sites.values()
  if (sites.size === 1 && only !== undefined) return found(only, "the only site in NetBox")
  const exists = [...sites.values()].some(({ fields }) => fields["slug"] === "proxmox")
  return { slug: "proxmox", name: "Proxmox", why: "no site is configured", exists, fixed: false }
}

/**
 * The sites of the nodes' devices: where NetBox has them, for they are the operator's to place, else where they will be
 * made, or moved to. Nothing of a node whose device may be one that exists and is not ours yet.
 */
export const deviceSitesOf = (
  source: string,
  { nodes }: Observation,
  target: Target,
  moves: boolean,
  planned: (node: { readonly name: string }) => SitePlace
): ReadonlyMap<string, SitePlace> => {
  const sites = target.rows("dcim.site")
  const rows = [...target.rows("dcim.device").values()]
  const ours = new Map(rows.map(({ fields }) => [fields["custom_fields.proxledger_uid"], fields["site"]]))
  const names = new Set(rows.map(({ fields }) => lower(fields["name"])))
  return new Map(
    nodes.flatMap((node): ReadonlyArray<readonly [string, SitePlace]> => {
      const id = ours.get(`${source}/node/${node.name}`)
      const row = typeof id === "number" ? sites.get(id) : undefined
      if (row !== undefined && !moves) return [[node.name, found(row, "site of the node in NetBox")]]
      return row === undefined && names.has(lower(node.name)) ? [] : [[node.name, planned(node)]]
    })
  )
}
