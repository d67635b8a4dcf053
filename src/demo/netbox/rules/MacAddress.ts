import type { Draft } from "../Kind.ts"
import { general, type Problems } from "../Problems.ts"
import { numberOf, textOf, type Row, type Values } from "../Row.ts"
import type { Store } from "../Store.ts"

const holder = (store: Store, values: Values): Row | undefined => {
  const kind = textOf(values, "assigned_object_type")
  return kind === "" ? undefined : store.get(kind, numberOf(values, "assigned_object_id"))
}

export const isPrimaryMac = (store: Store, mac: Row): boolean => {
  const on = holder(store, mac.values)
  return on !== undefined && numberOf(on.values, "primary_mac_address") === mac.id
}

/** A primary MAC stays where it is. */
export const checkMacAddress = ({ store, before, values }: Draft): Problems => {
  if (before === null || !isPrimaryMac(store, before)) return {}
  const after = holder(store, values)
  if (after === undefined) {
    return general("Cannot unassign MAC Address while it is designated as the primary MAC for an object")
  }
  return after === holder(store, before.values)
    ? {}
    : general("Cannot reassign MAC Address while it is designated as the primary MAC for an object")
}
