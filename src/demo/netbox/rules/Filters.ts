import { Either, Option } from "effect"
import * as Address from "../Address.ts"
import * as MacAddress from "../MacAddress.ts"
import { anyOf, narrow, type Criterion, type Filter, type Filtered } from "../Lookup.ts"
import { numberOf, textOf, type Row } from "../Row.ts"
import type { Store } from "../Store.ts"

const nothing: Criterion = { matches: () => false, ids: () => [] }

const numbers = (values: ReadonlyArray<string>): Either.Either<ReadonlyArray<number>, ReadonlyArray<string>> =>
  values.every((value) => /^\d+$/.test(value))
    ? Either.right(values.map(Number))
    : Either.left(["Enter a whole number."])

const among = (store: Store, index: string, keys: ReadonlyArray<string>, has: (row: Row) => string): Criterion => {
  const wanted = new Set(keys)
  return { matches: (row) => wanted.has(has(row)), ids: anyOf(store, index, keys) }
}

const assignee = (row: Row) =>
  `${textOf(row.values, "assigned_object_type")}/${String(row.values["assigned_object_id"])}`

const on = (store: Store, kind: string, ids: ReadonlyArray<number>): Criterion =>
  among(
    store,
    "assigned_object_type",
    ids.map((id) => `${kind}/${id}`),
    assignee
  )

/** Rows assigned to an interface: an interface that does not exist is an error. */
const onInterface =
  (kind: string): Filter =>
  (store, values): Filtered => {
    const missing = values.find((value) => !/^\d+$/.test(value) || store.get(kind, Number(value)) === undefined)
    return missing === undefined
      ? Either.right(on(store, kind, values.map(Number)))
      : Either.left([`Select a valid choice. ${missing} is not one of the available choices.`])
  }

/** Rows assigned to any interface of a device or a machine: one that does not exist has none. */
const onParent =
  (kind: string, field: string): Filter =>
  (store, values) =>
    Either.map(numbers(values), (ids) =>
      on(
        store,
        kind,
        ids.flatMap((id) => store.table(kind).referring(field, id))
      )
    )

const onParentName =
  (kind: string, field: string, parentKind: string): Filter =>
  (store, values) => {
    const parents = store.table(parentKind)
    const ids = values.flatMap((value) =>
      parents.find("name", value.toLowerCase()).filter((id) => textOf(parents.get(id)?.values ?? {}, "name") === value)
    )
    return Either.right(
      on(
        store,
        kind,
        ids.flatMap((id) => store.table(kind).referring(field, id))
      )
    )
  }

const isAssigned: Filter = (_, values) => {
  const wanted = values.at(-1)?.toLowerCase() === "true"
  return Either.right({
    matches: (row) => (textOf(row.values, "assigned_object_type") !== "") === wanted,
    ids: () => null
  })
}

const unreadableMac = (values: ReadonlyArray<string>): string | undefined =>
  values.find((value) => Option.isNone(MacAddress.parse(value)))

const refuseMac = (value: string) => Either.left([`Invalid MAC address format: ${value}`])

const byMac: Filter = (store, values) => {
  const unreadable = unreadableMac(values)
  if (unreadable !== undefined) return refuseMac(unreadable)
  const macs = values.flatMap((value) => Option.toArray(MacAddress.parse(value)))
  return Either.right(among(store, "mac_address", macs, (row) => textOf(row.values, "mac_address")))
}

/** A host without mask is found whatever its mask; what is not an address is left out. */
const byAddress: Filter = (store, values) => {
  const wanted = values.flatMap((value) =>
    Option.toArray(Address.parse(value)).map((parsed) => (value.includes("/") ? Address.format(parsed) : parsed.host))
  )
  const matches = (row: Row) => {
    const text = textOf(row.values, "address")
    return wanted.includes(text) || wanted.includes(text.split("/")[0] ?? "")
  }
  const hosts = wanted.map((text) => text.split("/")[0] ?? "")
  return Either.right(wanted.length === 0 ? nothing : { matches, ids: anyOf(store, "ip", hosts) })
}

const byFamily: Filter = (_, values) =>
  Either.map(numbers(values), (families) => ({
    matches: (row) => families.includes(textOf(row.values, "address").includes(":") ? 6 : 4),
    ids: () => null
  }))

const assignment: Readonly<Record<string, Filter>> = {
  interface_id: onInterface("dcim.interface"),
  vminterface_id: onInterface("virtualization.vminterface"),
  device_id: onParent("dcim.interface", "device"),
  device: onParentName("dcim.interface", "device", "dcim.device"),
  virtual_machine_id: onParent("virtualization.vminterface", "virtual_machine"),
  virtual_machine: onParentName("virtualization.vminterface", "virtual_machine", "virtualization.virtualmachine"),
  assigned: isAssigned
}

export const addressFilters: Readonly<Record<string, Filter>> = { ...assignment, address: byAddress, family: byFamily }

export const macFilters: Readonly<Record<string, Filter>> = { ...assignment, mac_address: byMac }

const holders = (store: Store, kind: string, values: ReadonlyArray<string>): ReadonlyArray<number> => {
  const macs = store.table("dcim.macaddress")
  return values.flatMap((value) =>
    Option.toArray(MacAddress.parse(value)).flatMap((mac) =>
      macs.find("mac_address", mac).flatMap((id) => {
        const row = macs.get(id)
        const isOn = row !== undefined && textOf(row.values, "assigned_object_type") === kind
        return isOn ? (numberOf(row.values, "assigned_object_id") ?? []) : []
      })
    )
  )
}

const withIds = (ids: ReadonlyArray<number>): Criterion => ({ matches: (row) => ids.includes(row.id), ids: () => ids })

/** Interfaces that carry a MAC, primary or not. */
export const interfaceByMac =
  (kind: string): Filter =>
  (store, values) => {
    const unreadable = unreadableMac(values)
    return unreadable === undefined ? Either.right(withIds(holders(store, kind, values))) : refuseMac(unreadable)
  }

/** Devices or machines of which an interface carries a MAC. */
export const parentByMac =
  (kind: string, field: string): Filter =>
  (store, values) =>
    Either.right(
      withIds(holders(store, kind, values).flatMap((id) => numberOf(store.get(kind, id)?.values ?? {}, field) ?? []))
    )

/** Interfaces of the machines of a cluster. */
export const interfaceByCluster: Filter = (store, values) => {
  const missing = values.find(
    (value) => !/^\d+$/.test(value) || store.get("virtualization.cluster", Number(value)) === undefined
  )
  if (missing !== undefined)
    return Either.left([`Select a valid choice. ${missing} is not one of the available choices.`])
  const machines = values.flatMap((value) =>
    store.table("virtualization.virtualmachine").referring("cluster", Number(value))
  )
  return Either.right(narrow(store, "virtual_machine", new Set(machines)))
}

/** Rows scoped to objects of a kind. */
export const scopedTo =
  (kind: string): Filter =>
  (store, values) =>
    Either.map(numbers(values), (ids) =>
      among(
        store,
        "scope_type",
        ids.map((id) => `${kind}/${id}`),
        (row) => `${textOf(row.values, "scope_type")}/${String(row.values["scope_id"])}`
      )
    )
