import type { Draft } from "../Kind.ts"
import { general, type Problems } from "../Problems.ts"
import { numberOf, textOf } from "../Row.ts"

/** A VLAN in the group of one site is in no other. */
export const checkVlan = ({ store, values }: Draft): Problems => {
  const group = store.get("ipam.vlangroup", numberOf(values, "group"))
  const site = store.get("dcim.site", numberOf(values, "site"))
  if (group === undefined || site === undefined || textOf(group.values, "scope_type") !== "dcim.site") return {}
  const scope = store.get("dcim.site", numberOf(group.values, "scope_id"))
  if (scope === site) return {}
  const name = textOf(group.values, "name")
  return general(
    `VLAN is assigned to group ${name} (scope: ${textOf(scope?.values ?? {}, "name")}); cannot also assign to site ${textOf(site.values, "name")}.`
  )
}
