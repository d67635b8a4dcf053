import * as Address from "../Address.ts"
import { Option } from "effect"
import type { Json } from "../../../domain/Json.ts"
import type { Draft } from "../Kind.ts"
import type { Problems } from "../Problems.ts"
import { nested } from "../Represent.ts"
import { numberOf, textOf, type Row } from "../Row.ts"
import type { Store } from "../Store.ts"

/** The IPv6 address goes before the IPv4 one, unless NetBox is told otherwise. */
export const primaryIp = (store: Store, row: Row): Json =>
  nested(store, "ipam.ipaddress", numberOf(row.values, "primary_ip6") ?? numberOf(row.values, "primary_ip4"))

interface Owner {
  readonly interfaceKind: string
  readonly parent: string
  readonly wrongFamily: (family: 4 | 6, address: string, version: number) => string
  readonly notAssigned: (address: string) => string
}

/** A primary address is of its family, and on an interface of the object. */
export const checkPrimaryIps = (owner: Owner, { store, before, values }: Draft): Problems => {
  for (const family of [4, 6] as const) {
    const field = `primary_ip${family}`
    const address = store.get("ipam.ipaddress", numberOf(values, field))
    if (address === undefined) continue
    const text = textOf(address.values, "address")
    const version = Option.match(Address.parse(text), { onNone: () => family, onSome: (parsed) => parsed.family })
    if (version !== family) return { [field]: [owner.wrongFamily(family, text, version)] }
    const isOurs = textOf(address.values, "assigned_object_type") === owner.interfaceKind
    const on = isOurs ? store.get(owner.interfaceKind, numberOf(address.values, "assigned_object_id")) : undefined
    if (before === null || on === undefined || numberOf(on.values, owner.parent) !== before.id) {
      return { [field]: [owner.notAssigned(text)] }
    }
  }
  return {}
}
