import { Option } from "effect"
import type { Json } from "../../../domain/Json.ts"
import * as Address from "../Address.ts"
import { sharedRoles } from "../Choices.ts"
import type { Draft } from "../Kind.ts"
import { kindOf } from "../Kinds.ts"
import { hexadecimal } from "../Order.ts"
import { general, isClear, type Problems } from "../Problems.ts"
import { numberOf, textOf, type Row, type Values } from "../Row.ts"
import type { Store } from "../Store.ts"
import type { Writer } from "../Write.ts"

const parsed = (values: Values) => Address.parse(textOf(values, "address"))

const versionOf = (values: Values) => (textOf(values, "address").includes(":") ? 6 : 4)

export const familyOf = (row: Row): Json => {
  const version = versionOf(row.values)
  return { value: version, label: `IPv${version}` }
}

/** By family, then host, then mask, as PostgreSQL sorts `inet`. */
export const addressOrder = (row: Row): ReadonlyArray<Json> =>
  Option.match(parsed(row.values), {
    onNone: () => [],
    onSome: ({ family, number, prefix }) => [family, hexadecimal(number.toString(16).padStart(32, "0")), prefix]
  })

/** One key for a host in a VRF, whatever the mask. */
export const hostKey = (values: Values): string =>
  `${String(values["vrf"])} ${textOf(values, "address").split("/")[0] ?? ""}`

const checkAssignable = (address: Address.Address): Problems => {
  if (!Address.hasNetwork(address)) return {}
  if (Address.isNetwork(address)) {
    return general(`${address.host} is a network ID, which may not be assigned to an interface.`)
  }
  return address.family === 4 && Address.isBroadcast(address)
    ? general(`${address.host} is a broadcast address, which may not be assigned to an interface.`)
    : {}
}

const checkHost = ({ store, before, values }: Draft): Problems => {
  const vrf = store.get("ipam.vrf", numberOf(values, "vrf"))
  const isEnforced = vrf === undefined ? store.enforceGlobalUnique : vrf.values["enforce_unique"] === true
  if (!isEnforced) return {}
  const table = store.table("ipam.ipaddress")
  const others = table
    .find("host", hostKey(values))
    .filter((id) => id !== before?.id)
    .flatMap((id) => table.get(id) ?? [])
  const [first] = others
  if (first === undefined) return {}
  const isShared = (candidate: Values) => sharedRoles.includes(textOf(candidate, "role"))
  if (isShared(values) && others.every((other) => isShared(other.values))) return {}
  const where = vrf === undefined ? "global table" : `VRF ${kindOf("ipam.vrf").display(vrf, store)}`
  return { address: [`Duplicate IP address found in ${where}: ${textOf(first.values, "address")}`] }
}

const holder = (store: Store, values: Values) => {
  const kind = textOf(values, "assigned_object_type")
  return kind === "" ? undefined : store.get(kind, numberOf(values, "assigned_object_id"))
}

const parentKinds: Readonly<Record<string, readonly [string, string]>> = {
  "dcim.interface": ["dcim.device", "device"],
  "virtualization.vminterface": ["virtualization.virtualmachine", "virtual_machine"]
}

const parentOf = (store: Store, values: Values): Row | undefined => {
  const [kind, field] = parentKinds[textOf(values, "assigned_object_type")] ?? []
  return kind === undefined || field === undefined
    ? undefined
    : store.get(kind, numberOf(holder(store, values)?.values ?? {}, field))
}

const checkPrimary = ({ store, before, values }: Draft): Problems => {
  if (before === null) return {}
  const parent = parentOf(store, before.values)
  if (parent === undefined || numberOf(parent.values, `primary_ip${versionOf(values)}`) !== before.id) return {}
  return parentOf(store, values) === parent
    ? {}
    : general("Cannot reassign IP address while it is designated as the primary IP for the parent object")
}

const checkStatus = ({ values }: Draft): Problems =>
  textOf(values, "status") === "slaac" && versionOf(values) !== 6
    ? { status: ["Only IPv6 addresses can be assigned SLAAC status"] }
    : {}

const checkMask = ({ store, values }: Draft): Problems =>
  Option.match(parsed(values), {
    onNone: () => ({}),
    onSome: (address) => {
      if (address.prefix === 0) return { address: ["Cannot create IP address with /0 mask."] }
      return holder(store, values) === undefined ? {} : checkAssignable(address)
    }
  })

export const checkAddress = (draft: Draft): Problems => {
  for (const check of [checkMask, checkHost, checkPrimary, checkStatus]) {
    const problems = check(draft)
    if (!isClear(problems)) return problems
  }
  return {}
}

/** Who has it as primary loses it, with a change-log row. */
export const releaseAddress = (writer: Writer, row: Row): void => {
  const field = `primary_ip${versionOf(row.values)}`
  for (const name of ["dcim.device", "virtualization.virtualmachine"]) {
    const table = writer.store.table(name)
    for (const id of table.referring(field, row.id)) {
      const owner = table.get(id)
      if (owner !== undefined) writer.save(kindOf(name), owner, { ...owner.values, [field]: null })
    }
  }
}
