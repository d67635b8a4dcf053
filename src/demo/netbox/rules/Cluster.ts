import type { Json } from "../../../domain/Json.ts"
import type { Draft } from "../Kind.ts"
import type { Problems } from "../Problems.ts"
import { nested } from "../Represent.ts"
import { numberOf, textOf, type Row, type Values } from "../Row.ts"
import type { Store } from "../Store.ts"
import type { Writer } from "../Write.ts"

/** The object that a generic reference points to, in its short form. */
export const scopeOf =
  (type: string, id: string) =>
  (store: Store, row: Row): Json => {
    const kind = textOf(row.values, type)
    return kind === "" ? null : nested(store, kind, row.values[id] ?? null, "brief")
  }

const scopeSite = (values: Values) =>
  textOf(values, "scope_type") === "dcim.site" ? numberOf(values, "scope_id") : null

/** The site that a cluster is scoped to. */
export const siteOf = (cluster: Row): number | null => scopeSite(cluster.values)

/** NetBox keeps the site of the scope in a column of its own, filled in when the row is stored. */
export const clusterSite = ({ values }: Draft): Values => ({ ...values, _site: scopeSite(values) })

export const checkCluster = ({ store, before, values }: Draft): Problems => {
  const site = store.get("dcim.site", scopeSite(values))
  if (before === null || site === undefined) return {}
  const devices = store.table("dcim.device")
  const elsewhere = devices
    .referring("cluster", before.id)
    .filter((id) => numberOf(devices.get(id)?.values ?? {}, "site") !== site.id).length
  return elsewhere === 0
    ? {}
    : {
        scope: [
          `${elsewhere} devices are assigned as hosts for this cluster but are not in site ${textOf(site.values, "name")}`
        ]
      }
}

/** The machines of a cluster follow it to its site; neither logged nor seen in `last_updated`. */
export const moveGuests = ({ store }: Writer, cluster: Row): void => {
  const site = siteOf(cluster)
  if (site === null) return
  const machines = store.table("virtualization.virtualmachine")
  for (const id of machines.referring("cluster", cluster.id)) {
    const machine = machines.get(id)
    if (machine === undefined || numberOf(machine.values, "site") === site) continue
    store.put("virtualization.virtualmachine", { ...machine, values: { ...machine.values, site } })
  }
}
