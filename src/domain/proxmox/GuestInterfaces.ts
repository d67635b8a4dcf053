import { Option } from "effect"
import { canonical, isJsonObject, type Json, type JsonObject } from "../Json.ts"
import * as Address from "./Address.ts"
import * as Mac from "./Mac.ts"
import type { GuestInterface } from "./Observation.ts"
import { parseInteger } from "./Scalar.ts"

type GuestAddress = GuestInterface["addresses"][number]

/** Windows appends a zone (`fe80::1%12`), which `Address.parse` drops. */
const addressOf = (address: string, prefix: Json | undefined): ReadonlyArray<GuestAddress> =>
  Option.match(Address.parse(address), {
    onNone: () => [],
    onSome: (parsed) => {
      const length = parseInteger(prefix ?? null, 0, Address.widthOf(parsed.family))
      const text = Address.format(parsed)
      return [Option.isSome(length) ? { address: text, prefix: length.value } : { address: text }]
    }
  })

/** The agent's `{ip-address, prefix}` with a number, or a container's with text. */
const listed = (row: Json): ReadonlyArray<GuestAddress> =>
  isJsonObject(row) && typeof row["ip-address"] === "string" ? addressOf(row["ip-address"], row.prefix) : []

/** `10.0.0.5/24`: how containers tell one address of each family before 8.4. */
const joined = (value: Json | undefined): ReadonlyArray<GuestAddress> => {
  if (typeof value !== "string") return []
  const [address = "", prefix] = value.split("/")
  return addressOf(address, prefix)
}

const byText = <A extends Json | GuestInterface | GuestAddress>(items: ReadonlyArray<A>): ReadonlyArray<A> => {
  const keyed = new Map(items.map((item) => [canonical(item as Json), item]))
  return [...keyed].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item)
}

const interfaceOf = (row: JsonObject, name: string): GuestInterface => {
  const list = row["ip-addresses"]
  const addresses = Array.isArray(list) ? list.flatMap(listed) : [...joined(row.inet), ...joined(row.inet6)]
  const hardware = row["hardware-address"] ?? row.hwaddr
  const mac = typeof hardware === "string" ? Mac.parse(hardware) : Option.none()
  return { name, ...(Option.isSome(mac) ? { mac: mac.value } : {}), addresses: byText(addresses) }
}

/**
 * What an agent (`result` of `network-get-interfaces`) or a container (`/lxc/{id}/interfaces`) tells, in one form, each
 * interface and address once and in one order. Undefined where it is no list; what lacks a name or an address is left out.
 */
export const parse = (value: Json): ReadonlyArray<GuestInterface> | undefined => {
  if (!Array.isArray(value)) return undefined
  const rows: ReadonlyArray<Json> = value
  return byText(
    rows.flatMap((row) =>
      isJsonObject(row) && typeof row.name === "string" && row.name !== "" ? [interfaceOf(row, row.name)] : []
    )
  )
}
