import { Option } from "effect"

export interface Address {
  readonly family: 4 | 6
  readonly value: bigint
}

/** An address of a host together with the length of its network's prefix. */
export interface Cidr {
  readonly address: Address
  readonly prefix: number
}

/** `network` and `broadcast` are the two addresses of a network that no host can have; `private` is RFC 1918 and RFC 4193. */
export type Scope =
  "unspecified" | "loopback" | "link-local" | "multicast" | "network" | "broadcast" | "private" | "global"

export const widthOf = (family: Address["family"]): number => (family === 4 ? 32 : 128)

const octet = /^(?:0|[1-9]\d{0,2})$/
const group = /^[0-9a-f]{1,4}$/i

/** As an unsigned number of 32 bits. */
const parseV4 = (text: string): Option.Option<number> => {
  const parts = text.split(".")
  if (parts.length !== 4) return Option.none()
  let value = 0
  for (const part of parts) {
    if (!octet.test(part) || Number(part) > 255) return Option.none()
    value = value * 256 + Number(part)
  }
  return Option.some(value)
}

/** Groups of one side of `::`; an IPv4 tail counts as two. */
const parseGroups = (text: string, tail: boolean): Option.Option<ReadonlyArray<number>> => {
  if (text === "") return Option.some([])
  const groups: Array<number> = []
  const parts = text.split(":")
  for (const [index, part] of parts.entries()) {
    if (group.test(part)) {
      groups.push(Number.parseInt(part, 16))
      continue
    }
    const v4 = tail && index === parts.length - 1 ? parseV4(part) : Option.none()
    if (Option.isNone(v4)) return Option.none()
    groups.push(v4.value >>> 16, v4.value & 0xffff)
  }
  return Option.some(groups)
}

const parseV6 = (text: string): Option.Option<bigint> => {
  const [left = "", right, ...more] = text.split("::")
  if (more.length > 0) return Option.none()
  const head = parseGroups(left, right === undefined)
  const rest = parseGroups(right ?? "", true)
  if (Option.isNone(head) || Option.isNone(rest)) return Option.none()
  const gap = 8 - head.value.length - rest.value.length
  if (right === undefined ? gap !== 0 : gap < 1) return Option.none()
  const groups = [...head.value, ...Array.from({ length: gap }, () => 0), ...rest.value]
  let value = 0n
  for (let at = 0; at < 8; at += 2) {
    value = (value << 32n) | BigInt((groups[at] ?? 0) * 0x1_0000 + (groups[at + 1] ?? 0))
  }
  return Option.some(value)
}

/** An address without prefix. A zone (`fe80::1%eth0`) is dropped. */
export const parse = (text: string): Option.Option<Address> => {
  const [bare = ""] = text.trim().split("%")
  return bare.includes(":")
    ? Option.map(parseV6(bare), (value) => ({ family: 6, value }))
    : Option.map(parseV4(bare), (value) => ({ family: 4, value: BigInt(value) }))
}

/** An address with prefix length, as `10.0.0.5/24`; the zone may stand before or after the slash. */
export const parseCidr = (text: string): Option.Option<Cidr> => {
  const [host = "", length = "", ...more] = text.trim().split("/")
  const [prefix = ""] = length.split("%")
  if (more.length > 0 || !octet.test(prefix)) return Option.none()
  return Option.flatMap(parse(host), (address) =>
    Number(prefix) <= widthOf(address.family) ? Option.some({ address, prefix: Number(prefix) }) : Option.none()
  )
}

const formatV4 = (value: number): string =>
  `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`

const formatV6 = (value: bigint): string => {
  const groups = [96n, 64n, 32n, 0n].flatMap((shift) => {
    const pair = Number((value >> shift) & 0xffff_ffffn)
    return [pair >>> 16, pair & 0xffff]
  })
  let best = { start: 0, length: 0 }
  for (let start = 0; start < 8; start++) {
    let length = 0
    while (groups[start + length] === 0) length++
    if (length > best.length) best = { start, length }
  }
  const embedded = best.start === 0 && (best.length === 6 || (best.length === 5 && groups[5] === 0xffff))
  const texts = embedded
    ? [...groups.slice(0, 6).map((part) => part.toString(16)), formatV4(Number(value & 0xffff_ffffn))]
    : groups.map((part) => part.toString(16))
  if (best.length < 2) return texts.join(":")
  return `${texts.slice(0, best.start).join(":")}::${texts.slice(best.start + best.length).join(":")}`
}

/** The one text of an address: RFC 5952, and dotted where an IPv4 address is embedded, as PostgreSQL writes it. */
export const format = (address: Address): string =>
  address.family === 4 ? formatV4(Number(address.value)) : formatV6(address.value)

export const formatCidr = (cidr: Cidr): string => `${format(cidr.address)}/${cidr.prefix}`

const blocks = (
  [
    ["unspecified", ["0.0.0.0/8", "::/128"]],
    ["loopback", ["127.0.0.0/8", "::1/128"]],
    ["link-local", ["169.254.0.0/16", "fe80::/10"]],
    ["multicast", ["224.0.0.0/4", "ff00::/8"]],
    ["broadcast", ["255.255.255.255/32"]],
    ["private", ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"]]
  ] as const
).flatMap(([scope, networks]) =>
  networks.map((network) => {
    const { address, prefix } = Option.getOrThrow(parseCidr(network))
    const shift = BigInt(widthOf(address.family) - prefix)
    return { scope, family: address.family, shift, bits: address.value >> shift }
  })
)

/** What an address is good for. Without a prefix the two ends of its network cannot be told. */
export const scopeOf = (address: Address, prefix?: number): Scope => {
  const { family, value } = address
  const scope =
    blocks.find((block) => block.family === family && block.bits === value >> block.shift)?.scope ?? "global"
  if ((scope !== "private" && scope !== "global") || prefix === undefined) return scope
  const hostBits = BigInt(widthOf(address.family) - prefix)
  if (hostBits < 2n) return scope
  const last = (1n << hostBits) - 1n
  if ((address.value & last) === 0n) return "network"
  return address.family === 4 && (address.value & last) === last ? "broadcast" : scope
}
