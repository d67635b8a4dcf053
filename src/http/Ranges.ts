import { Either } from "effect"
import ipaddr from "ipaddr.js"

export type Address = ipaddr.IPv4 | ipaddr.IPv6

/** A network: its address and the length of its prefix. */
export type Range = readonly [Address, number]

/** An IPv4 address that is written as IPv6 is the IPv4 address. */
export const parseAddress = (text: string): Address | undefined =>
  ipaddr.isValid(text) ? ipaddr.process(text) : undefined

/** `10.0.0.0/8`, or one address; left is the text that is neither. */
export const parseRange = (text: string): Either.Either<Range, string> => {
  if (ipaddr.isValidCIDR(text)) return Either.right(ipaddr.parseCIDR(text))
  const address = parseAddress(text)
  return address === undefined ? Either.left(text) : Either.right([address, address.kind() === "ipv4" ? 32 : 128])
}

export const isWithin = (address: Address, ranges: ReadonlyArray<Range>): boolean =>
  ranges.some(([network, bits]) => address.kind() === network.kind() && address.match(network, bits))

/** Where the IPv4 address stands in the bytes of an IPv6 address that a gateway translates. */
const offsets: Readonly<Record<string, number>> = { rfc6145: 12, rfc6052: 12, "6to4": 2 }

/** The IPv4 addresses that an IPv6 address leads to. */
export const embedded = (address: Address): ReadonlyArray<Address> => {
  if (address.kind() === "ipv4") return []
  const bytes = address.toByteArray()
  const offset = offsets[address.range()]
  const isCompatible = bytes.slice(0, 12).every((byte) => byte === 0)
  const at = offset ?? (isCompatible ? 12 : undefined)
  return at === undefined ? [] : [ipaddr.fromByteArray(bytes.slice(at, at + 4))]
}
