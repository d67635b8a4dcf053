import type { Observation } from "../proxmox/Observation.ts"
import type { Current, Target } from "../Target.ts"
import type { SourceSettings } from "./Facts.ts"

/** The NetBox site of a source's cluster and nodes. */
export interface SitePlace {
  readonly slug: string
  readonly name: string
  readonly why: string
  /** Whether the site is in NetBox; else it is made when needed. */
  readonly exists: boolean
  /** A configured site that is not in NetBox: nothing can be placed. */
  readonly missing?: string
  /** Whether the configuration names it, so that a new cluster is scoped to it. */
  readonly configured: boolean
  /** Whether the cluster is scoped to it: then its nodes can stand nowhere else. */
  readonly fixed: boolean
}

const lower = (value: unknown) => String(value).toLowerCase()

const found = (row: Current, why: string): SitePlace => ({
  slug: String(row.fields["slug"]),
  name: String(row.fields["name"]),
  why,
  exists: true,
  configured: false,
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
    ? { slug: wanted, name: wanted, why, exists: false, missing: wanted, configured: false, fixed: false }
    : found(row, why)
}

/**
 * NetBox demands that devices stand at the site their cluster is scoped to, so that wins; then the configuration, then
 * where the nodes already are, then the only site there is. A site of our own is the last resort, and one for all sources.
 */
export const placeOf = (settings: SourceSettings, observation: Observation, target: Target): SitePlace => {
  const sites = target.rows("dcim.site")
  const cluster = clusterOf(settings, observation, target)
  const scope = cluster?.fields["scope_id"]
  if (cluster?.fields["scope_type"] === "dcim.site" && typeof scope === "number") {
    const row = sites.get(scope)
    if (row !== undefined) return { ...found(row, "site of the cluster in NetBox"), fixed: true }
  }
  if (settings.site !== undefined) {
    return { ...named(target, settings.site, "site of the source in the configuration"), configured: true, fixed: true }
  }
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
  return { slug: "proxmox", name: "Proxmox", why: "no site is configured", exists, configured: false, fixed: false }
}

/**
 * The sites of the nodes' devices: where NetBox has them, for they are the operator's to place, else where they will be
 * made. Nothing of a node whose device may be one that exists and is not ours yet.
 */
export const deviceSitesOf = (
  source: string,
  { nodes }: Observation,
  target: Target,
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
      if (row !== undefined) return [[node.name, found(row, "site of the node in NetBox")]]
      return names.has(lower(node.name)) ? [] : [[node.name, planned(node)]]
    })
  )
}
