import { Option } from "effect"
import { isJsonObject, type Json, type JsonObject } from "../Json.ts"
import * as Address from "./Address.ts"
import * as Mac from "./Mac.ts"
import type { GuestInterface } from "./Observation.ts"
import { parseInteger } from "./Scalar.ts"

type GuestAddress = GuestInterface["addresses"][number]

export interface GuestInterfaces {
  /** By name. */
  readonly interfaces: ReadonlyArray<GuestInterface>
  /** Whether something could not be read, so that an address missing here may exist. */
  readonly partial: boolean
}

const distinct = <A>(items: ReadonlyArray<A>, keyOf: (item: A) => string): ReadonlyArray<A> =>
  [...new Map(items.map((item) => [keyOf(item), item]))].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item)

const textOf = ({ address, prefix }: GuestAddress): string => `${address}/${prefix ?? ""}`

/** Windows appends a zone (`fe80::1%12`), which `Address.parse` drops. */
const addressOf = (text: Json | undefined, prefix: Json | undefined): GuestAddress | undefined => {
  const parsed = typeof text === "string" ? Address.parse(text) : Option.none()
  if (Option.isNone(parsed)) return undefined
  const address = Address.format(parsed.value)
  if (prefix === undefined || prefix === null) return { address }
  const length = parseInteger(prefix, 1, Address.widthOf(parsed.value.family))
  return Option.isSome(length) ? { address, prefix: length.value } : undefined
}

/** A number as prefix from the agent, text from a container. */
const listed = (row: Json): GuestAddress | undefined =>
  isJsonObject(row) ? addressOf(row["ip-address"], row.prefix) : undefined

/** `10.0.0.5/24`: how containers tell one address of each family before 8.4. */
const joined = (value: Json): GuestAddress | undefined => {
  const [address, prefix] = typeof value === "string" ? value.split("/") : []
  return addressOf(address, prefix)
}

const addressesOf = (row: JsonObject): ReadonlyArray<GuestAddress | undefined> => {
  const list: Json = row["ip-addresses"] ?? null
  if (Array.isArray(list)) return list.map(listed)
  if (list !== null) return [undefined]
  return [row.inet, row.inet6].flatMap((value) => ((value ?? null) === null ? [] : [joined(value ?? null)]))
}

/**
 * What an agent (`result` of `network-get-interfaces`) or a container (`/lxc/{id}/interfaces`) tells, in one form, each
 * interface and address once. Addresses, MAC and prefix may be missing (tunnels, loopback on Windows). Undefined where
 * it is no list.
 */
export const parse = (value: Json): GuestInterfaces | undefined => {
  if (!Array.isArray(value)) return undefined
  const rows: ReadonlyArray<Json> = value
  let partial = false
  const interfaces = rows.flatMap((row): ReadonlyArray<GuestInterface> => {
    if (!isJsonObject(row) || typeof row.name !== "string" || row.name === "") {
      partial = true
      return []
    }
    const addresses = addressesOf(row)
    const read = addresses.filter((address) => address !== undefined)
    if (read.length < addresses.length) partial = true
    const hardware = row["hardware-address"] ?? row.hwaddr ?? ""
    // A text that is no MAC is the address of a tunnel; anything else could have been that of a card.
    if (typeof hardware !== "string") partial = true
    const mac = typeof hardware === "string" ? Mac.parse(hardware) : Option.none()
    return [
      {
        name: row.name,
        ...(Option.isSome(mac) ? { mac: mac.value } : {}),
        addresses: distinct(read, textOf)
      }
    ]
  })
  const keyOf = ({ addresses, mac, name }: GuestInterface) => [name, mac ?? "", ...addresses.map(textOf)].join("\n")
  return { interfaces: distinct(interfaces, keyOf), partial }
}
