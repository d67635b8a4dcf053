import { Option } from "effect"
import type { Json, JsonObject } from "../Json.ts"
import * as Address from "./Address.ts"
import * as Mac from "./Mac.ts"
import { parseTrunks } from "./Nic.ts"
import type { Form, NodeInterface, NodeNetwork, Vlans } from "./NodeInterface.ts"
import { linked, type Link, type Relation } from "./NodeTopology.ts"
import * as Reader from "./Reader.ts"
import { cleanText, parseInteger } from "./Scalar.ts"

/** More VIDs than these are not a list that somebody chose, but all of them but a few. */
const shortList = 32

const forms: { readonly [type: string]: Form | undefined } = {
  eth: "other",
  bond: "lag",
  OVSBond: "lag",
  bridge: "bridge",
  OVSBridge: "bridge",
  vlan: "virtual",
  OVSIntPort: "virtual",
  OVSPort: "other"
}

/** Not interfaces of their own: further addresses of one, and what SDN makes on every node. */
const passedOver = ["alias", "vnet"]

/** Interfaces only where they have an address. */
const vague = ["unknown", "fabric"]

interface Row {
  readonly name: string
  /** Null where it could not be read. */
  readonly type: string | null
  readonly reader: Reader.Reader
}

const known = (type: string): boolean => Object.hasOwn(forms, type) || passedOver.includes(type) || vague.includes(type)

const typeOf = (reader: Reader.Reader): string | null =>
  reader.read("type", "a type of interface known here", (value) =>
    typeof value === "string" && known(value) ? Option.some(value) : Option.none()
  ) ?? null

const words = (text: string | undefined): ReadonlyArray<string> =>
  (text ?? "").split(/[\s,;]+/).filter((word) => word !== "" && word !== "none")

/** The members that a bond or a bridge names, by the keys of both ways to make one. */
const memberKeys = {
  lag: ["slaves", "bond_slaves", "bond-slaves", "ovs_bonds"],
  bridge: ["bridge_ports", "ovs_ports"]
} as const

const linksOf = (rows: ReadonlyArray<Row>): ReadonlyArray<Link> =>
  rows.flatMap(({ name, reader, type }): ReadonlyArray<Link> => {
    const form = type === null ? undefined : forms[type]
    const relation = form === "lag" || form === "bridge" ? form : undefined
    const members = relation === undefined ? [] : memberKeys[relation].flatMap((key) => words(reader.text(key)))
    const bridge = reader.text("ovs_bridge")
    const device = type === "vlan" ? (reader.text("vlan-raw-device") ?? /^(.+)\.\d+$/.exec(name)?.[1]) : undefined
    return [
      ...(relation === undefined ? [] : members.map((from): Link => ({ relation, from, to: name }))),
      ...(bridge === undefined ? [] : [{ relation: "bridge", from: name, to: bridge } as const]),
      ...(device === undefined ? [] : [{ relation: "parent", from: name, to: device } as const])
    ]
  })

const vidList = (value: Json): Option.Option<ReadonlyArray<number>> =>
  typeof value === "string" || typeof value === "number" ? parseTrunks(words(String(value)).join(";")) : Option.none()

/** `bond0.50` and `vlan50` tell the VID in their names. */
const vidOf = ({ name, reader }: Row): number | undefined => {
  if (reader.has("vlan-id")) return reader.integer("vlan-id", 1, 4094)
  const [, digits] = /(?:\.|^vlan)(\d{1,4})$/.exec(name) ?? []
  return Option.getOrUndefined(parseInteger(digits ?? null, 1, 4094))
}

const vlansOf = (row: Row): Vlans | null | undefined => {
  const { reader, type } = row
  if (type === "vlan") {
    const vid = vidOf(row)
    return vid === undefined ? undefined : { mode: "tagged", untagged: null, tagged: [vid] }
  }
  if (type === "bridge") {
    const aware = reader.boolean("bridge_vlan_aware")
    if (aware !== true) return aware === undefined && reader.has("bridge_vlan_aware") ? undefined : null
    const all: Vlans = { mode: "tagged-all", untagged: null, tagged: [] }
    if (!reader.has("bridge_vids")) return all
    const vids = reader.read("bridge_vids", "a list of VLAN ids", vidList)
    if (vids === undefined) return undefined
    return vids.length === 0 || vids.length > shortList ? all : { mode: "tagged", untagged: null, tagged: vids }
  }
  if (!reader.has("ovs_tag")) return null
  const tag = reader.integer("ovs_tag", 1, 4094)
  return tag === undefined ? undefined : { mode: "access", untagged: tag, tagged: [] }
}

const isText = (value: Json): value is string => typeof value === "string"

const texts = (reader: Reader.Reader, key: string): ReadonlyArray<string> =>
  reader.read(key, "a list of texts", (value) =>
    Array.isArray(value) && value.every(isText) ? Option.some(value) : Option.none()
  ) ?? []

/** `enxbc2411aabbcc`: how systemd names a card by its MAC address. */
const macInName = (name: string): ReadonlyArray<string> => {
  const digits = /^enx([0-9a-f]{12})$/i.exec(name)?.[1]
  return digits === undefined ? [] : [digits.replaceAll(/..(?=.)/g, "$&:").toUpperCase()]
}

/** A configured address goes before the one of the card. */
const macOf = ({ name, reader }: Row): string | null => {
  const configured = texts(reader, "options").flatMap((line) => {
    const text = /^\s*hwaddress\s+(?:ether\s+)?(\S+)/.exec(line)?.[1]
    return text === undefined ? [] : Option.toArray(Mac.parse(text))
  })
  return [...configured, ...[name, ...texts(reader, "altnames")].flatMap(macInName)][0] ?? null
}

const maskLength = (mask: string): number | undefined => {
  const short = parseInteger(mask, 0, 128)
  if (Option.isSome(short)) return short.value
  const parsed = Address.parse(mask)
  if (Option.isNone(parsed)) return undefined
  const bits = parsed.value.value.toString(2)
  return /^1+0*$/.test(bits) && bits.length === Address.widthOf(parsed.value.family)
    ? bits.replaceAll("0", "").length
    : undefined
}

const cidr =
  (family: 4 | 6) =>
  (value: Json): Option.Option<Address.Cidr> =>
    typeof value === "string"
      ? Option.filter(Address.parseCidr(value), ({ address, prefix }) => address.family === family && prefix > 0)
      : Option.none()

interface Addressing {
  readonly cidrs: ReadonlyArray<Address.Cidr>
  readonly known: boolean
}

/** The address of one family: `cidr`, or address and mask where Proxmox does not join them. */
const addressing = ({ reader }: Row, family: 4 | 6): Addressing => {
  const suffix = family === 6 ? "6" : ""
  const method = reader.has(`method${suffix}`) ? reader.text(`method${suffix}`) : "manual"
  const leased = method === undefined || ["dhcp", "auto"].includes(method)
  const key = ["cidr", "address"].map((name) => `${name}${suffix}`).find(reader.has)
  if (key === undefined) return { cidrs: [], known: !leased }
  const found = reader.read(key, `an IPv${family} address with prefix length`, (value) => {
    const mask = maskLength(reader.text(`netmask${suffix}`) ?? "")
    const joined = typeof value === "string" && !value.includes("/") && mask !== undefined ? `${value}/${mask}` : value
    return cidr(family)(joined)
  })
  return { cidrs: found === undefined ? [] : [found], known: found !== undefined && !leased }
}

const both = (row: Row): Addressing => {
  const [v4, v6] = [addressing(row, 4), addressing(row, 6)]
  return { cidrs: [...v4.cidrs, ...v6.cidrs], known: v4.known && v6.known }
}

const firstLine = (text: string): string => text.split("\n")[0]?.trim() ?? ""

const interfaceOf = (
  row: Row,
  form: Form,
  aliases: ReadonlyArray<Addressing>,
  toOf: (relation: Relation) => string | null | undefined
): NodeInterface => {
  const { name, reader } = row
  const own = [both(row), ...aliases]
  return {
    name,
    form,
    // Absent or null where it is down.
    enabled: reader.has("active") ? reader.boolean("active") : false,
    mtu: reader.integer("mtu", 1, 65_536) ?? null,
    comment: firstLine(cleanText(reader.text("comments") ?? "")),
    altnames: texts(reader, "altnames"),
    mac: macOf(row),
    lag: form === "virtual" ? null : toOf("lag"),
    bridge: toOf("bridge"),
    parent: form === "virtual" ? toOf("parent") : null,
    vlans: vlansOf(row),
    addresses: own.flatMap(({ cidrs }) => cidrs),
    addressesKnown: own.every(({ known }) => known),
    gateways: ([4, 6] as const).filter((family) => reader.text(family === 4 ? "gateway" : "gateway6") !== undefined)
  }
}

const relationKeys: { readonly [relation in Relation]: ReadonlyArray<string> } = {
  lag: memberKeys.lag,
  bridge: [...memberKeys.bridge, "ovs_bridge"],
  parent: ["vlan-raw-device"]
}

/**
 * Types the rows of `/nodes/{n}/network`. Total: whatever a value holds, it costs at most its own field, and a warning.
 * `whole`: no interface is hidden; else nothing is said of what an interface does not belong to.
 */
export const parseNode = (given: ReadonlyArray<JsonObject>, whole: boolean): NodeNetwork => {
  const warnings: Array<string> = []
  const rows = new Map<string, Row>()
  for (const row of given) {
    const name = row["iface"]
    if (typeof name !== "string") continue
    if (name.includes("/")) warnings.push(`${JSON.stringify(name)}: no name of an interface`)
    else if (rows.has(name)) warnings.push(`${name}: it is listed twice; the first counts`)
    else {
      // Null stands for nothing here: an interface that is down is `active: null`.
      const get = (key: string) => (Object.hasOwn(row, key) ? (row[key] ?? undefined) : undefined)
      const reader = Reader.make(get, warnings, `${name} `)
      rows.set(name, { name, reader, type: typeOf(reader) })
    }
  }
  const kept = [...rows.values()].flatMap((row) => {
    const { name, type } = row
    const vagueForm = vague.includes(type ?? "") && name !== "lo" && both(row).cidrs.length > 0 ? "other" : undefined
    const form = type === null ? undefined : (forms[type] ?? vagueForm)
    return form === undefined ? [] : [{ row, form }]
  })
  const names = new Set(kept.map(({ row }) => row.name))
  const links = linked(
    linksOf(kept.map(({ row }) => row)).filter(({ from, to }) => names.has(from) && names.has(to)),
    ({ from, to }, why) => warnings.push(`${from}: not taken for a part of ${to}, as ${why}`)
  )
  const unread = (relation: Relation) =>
    kept.some(({ row: { name } }) =>
      relationKeys[relation].some((key) => warnings.some((warning) => warning.startsWith(`${name} ${key}:`)))
    )
  const isWhole = whole && [...rows.values()].filter(({ type }) => type !== null).length === given.length
  const nothing = {
    lag: isWhole && !unread("lag") ? null : undefined,
    bridge: isWhole && !unread("bridge") ? null : undefined,
    parent: isWhole && !unread("parent") ? null : undefined
  }
  const aliasesOf = (name: string) =>
    [...rows.values()].filter((row) => row.type === "alias" && row.name.startsWith(`${name}:`)).map(both)
  const interfaces = kept.map(({ form, row }) =>
    interfaceOf(row, form, aliasesOf(row.name), (relation) => links.get(row.name)?.get(relation) ?? nothing[relation])
  )
  const others = [...rows.keys()].filter((name) => !names.has(name))
  return { interfaces, others, warnings: [...new Set(warnings)] }
}
