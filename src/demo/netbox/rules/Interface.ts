import { Option } from "effect"
import type { Json } from "../../../domain/Json.ts"
import { computed, primaryMac, singleReference, type Field } from "../Field.ts"
import type { Draft, Kind } from "../Kind.ts"
import { kindOf } from "../Kinds.ts"
import * as MacAddress from "../MacAddress.ts"
import { general, isClear, type Problems } from "../Problems.ts"
import { nested } from "../Represent.ts"
import { idsOf, numberOf, textOf, type Row, type Values } from "../Row.ts"
import type { Store } from "../Store.ts"
import type { Writer } from "../Write.ts"

const macsOn = (store: Store, kind: string, id: number): ReadonlyArray<number> =>
  [...store.table("dcim.macaddress").find("assigned_object_type", `${kind}/${id}`)].sort((a, b) => a - b)

const macOf = (store: Store, id: number) => textOf(store.get("dcim.macaddress", id)?.values ?? {}, "mac_address")

/** The three ways in which an interface shows its MACs. */
export const primaryMacFields = (kind: string): Readonly<Record<string, Field>> => ({
  mac_address: primaryMac,
  primary_mac_address: singleReference("dcim.macaddress"),
  mac_addresses: computed((store, row) =>
    [...macsOn(store, kind, row.id)]
      .sort((a, b) => (macOf(store, a) < macOf(store, b) ? -1 : 1))
      .map((id) => nested(store, "dcim.macaddress", id))
  )
})

/** IP addresses and MACs go with their interface. */
export const attachments =
  (kind: string) =>
  (row: Row, store: Store): ReadonlyArray<readonly [string, ReadonlyArray<number>]> => [
    ["ipam.ipaddress", store.table("ipam.ipaddress").find("assigned_object_type", `${kind}/${row.id}`)],
    ["dcim.macaddress", macsOn(store, kind, row.id)]
  ]

/**
 * Without a mode there is no untagged VLAN. A stored interface loses its tagged VLANs in any mode but `tagged`; those
 * that the request itself brings are put on it afterwards, whatever the mode.
 */
export const settleInterface = ({ before, values }: Draft): Values => {
  const mode = textOf(values, "mode")
  const isStale = before !== null && mode !== "tagged" && values["tagged_vlans"] === before.values["tagged_vlans"]
  return {
    ...values,
    untagged_vlan: mode === "" ? null : (values["untagged_vlan"] ?? null),
    tagged_vlans: isStale ? [] : (values["tagged_vlans"] ?? [])
  }
}

/** What differs between the interfaces of devices and of virtual machines. */
interface Form {
  readonly kind: string
  readonly parentKind: string
  readonly parent: string
  /** As messages name the parent. */
  readonly noun: string
  /** Messages about a parent interface end without a full stop. */
  readonly stop: string
}

const virtual: Form = {
  kind: "virtualization.vminterface",
  parentKind: "virtualization.virtualmachine",
  parent: "virtual_machine",
  noun: "virtual machine",
  stop: "."
}

const physical: Form = { kind: "dcim.interface", parentKind: "dcim.device", parent: "device", noun: "device", stop: "" }

const nameOf = (row: Row | undefined) => textOf(row?.values ?? {}, "name")

const checkSiblings = (form: Form, { store, before, values }: Draft): Problems => {
  const parent = numberOf(values, form.parent)
  const labels = { parent: "parent", bridge: "bridge", lag: "LAG" }
  if (before !== null && numberOf(values, "parent") === before.id)
    return { parent: ["An interface cannot be its own parent."] }
  if (form === physical && numberOf(values, "parent") !== null && textOf(values, "type") !== "virtual") {
    return {
      parent: [
        "Only virtual interfaces, or a channel subinterface with a channel ID assigned, may be assigned to a parent interface."
      ]
    }
  }
  if (before !== null && numberOf(values, "bridge") === before.id)
    return { bridge: ["An interface cannot be bridged to itself."] }
  if (form === physical && numberOf(values, "lag") !== null && textOf(values, "type") === "virtual") {
    return { lag: ["Virtual interfaces cannot have a parent LAG interface."] }
  }
  if (before !== null && numberOf(values, "lag") === before.id)
    return { lag: ["A LAG interface cannot be its own parent."] }
  for (const [field, label] of Object.entries(labels)) {
    const sibling = store.get(form.kind, numberOf(values, field))
    if (sibling === undefined || numberOf(sibling.values, form.parent) === parent) continue
    const owner = nameOf(store.get(form.parentKind, numberOf(sibling.values, form.parent)))
    const stop = field === "parent" ? form.stop : "."
    return {
      [field]: [
        `The selected ${label} interface (${nameOf(sibling)}) belongs to a different ${form.noun} (${owner})${stop}`
      ]
    }
  }
  return {}
}

const checkVlans = (form: Form, { store, values }: Draft): Problems => {
  const site = numberOf(store.get(form.parentKind, numberOf(values, form.parent))?.values ?? {}, "site")
  const display = (vlan: Row) => kindOf("ipam.vlan").display(vlan, store)
  const isForeign = (vlan: Row) => ![site, null].includes(numberOf(vlan.values, "site"))
  for (const id of idsOf(values, "tagged_vlans")) {
    const vlan = store.get("ipam.vlan", id)
    if (vlan !== undefined && isForeign(vlan)) {
      return {
        tagged_vlans: [
          `VLAN ${display(vlan)} must belong to the same site as the interface's parent ${form.noun}, or it must be global.`
        ]
      }
    }
  }
  const untagged = store.get("ipam.vlan", numberOf(values, "untagged_vlan"))
  if (untagged === undefined) return {}
  return isForeign(untagged)
    ? {
        untagged_vlan: [
          `The untagged VLAN (${display(untagged)}) must belong to the same site as the interface's parent ${form.noun}, or it must be global.`
        ]
      }
    : {}
}

/** The interfaces of devices refuse what those of virtual machines drop in silence. */
const checkMode = (form: Form, { values }: Draft): Problems => {
  const mode = textOf(values, "mode")
  if (form !== physical || mode === "tagged" || mode === "q-in-q") return {}
  const untagged = mode === "" && numberOf(values, "untagged_vlan") !== null
  return {
    ...(untagged ? { untagged_vlan: ["Interface mode does not support untagged vlan"] } : {}),
    ...(idsOf(values, "tagged_vlans").length > 0
      ? { tagged_vlans: ["Interface mode does not support tagged vlans"] }
      : {})
  }
}

const checkPrimaryMac = (form: Form, { store, before, values }: Draft): Problems => {
  const mac = store.get("dcim.macaddress", numberOf(values, "primary_mac_address"))
  if (mac === undefined) return {}
  const id = numberOf(mac.values, "assigned_object_id")
  if (id === null) {
    return before === null
      ? {}
      : general("Only a MAC address assigned to this interface can be its primary MAC address.")
  }
  const kind = textOf(mac.values, "assigned_object_type")
  if (kind === form.kind && id === before?.id) return {}
  const address = textOf(mac.values, "mac_address")
  return general(`MAC address ${address} is assigned to a different interface (${nameOf(store.get(kind, id))}).`)
}

const connected = { virtual: "Virtual", bridge: "Bridge", lag: "Link Aggregation Group (LAG)" }

/** Only what has a plug is connected. */
const checkConnected = (form: Form, { values }: Draft): Problems => {
  const label = Object.entries(connected).find(([type]) => type === values["type"])?.[1]
  return form === physical && values["mark_connected"] === true && label !== undefined
    ? { mark_connected: [`${label} interfaces cannot be marked as connected.`] }
    : {}
}

/** How NetBox deletes a list of interfaces: those with a parent first, which is enough for one level of them. */
export const childrenFirst =
  (kind: string, ownerKind: string, owner: string): Kind["order"] =>
  (row, store) => {
    const parent = store.get(kind, numberOf(row.values, "parent"))
    const of = (one: Row | undefined) =>
      one === undefined ? null : nameOf(store.get(ownerKind, numberOf(one.values, owner)))
    return [of(row), of(parent), parent === undefined ? null : nameOf(parent), nameOf(row)]
  }

const check =
  (form: Form) =>
  (draft: Draft): Problems => {
    for (const rule of [checkMode, checkPrimaryMac, checkConnected, checkSiblings, checkVlans]) {
      const problems = rule(form, draft)
      if (!isClear(problems)) return problems
    }
    return {}
  }

export const checkVirtualInterface = check(virtual)

export const checkPhysicalInterface = check(physical)

/** `mac_address` in a body finds the MAC on the interface, or makes it, and then makes it primary. */
export const storeInterface =
  (kind: string) =>
  (writer: Writer, row: Row, body: Readonly<Record<string, Json>>): void => {
    const value = body["mac_address"]
    if (value === undefined || !writer.store.features.writesMacAddress) return
    const wanted = value === null ? null : Option.getOrNull(MacAddress.parse(String(value)))
    const macs = kindOf("dcim.macaddress")
    const found =
      wanted === null
        ? null
        : (macsOn(writer.store, kind, row.id).find((id) => macOf(writer.store, id) === wanted) ?? null)
    const primary =
      wanted === null
        ? null
        : (found ??
          writer.add(macs, { mac_address: wanted, assigned_object_type: kind, assigned_object_id: row.id }).id)
    if (primary !== numberOf(row.values, "primary_mac_address")) {
      writer.save(kindOf(kind), row, { ...row.values, primary_mac_address: primary })
    }
  }
