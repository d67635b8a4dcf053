import { Option } from "effect"
import { isIPv4, isIPv6 } from "node:net"

/** An IP address with its mask. */
export interface Address {
  readonly family: 4 | 6
  /** The host in its canonical form. */
  readonly host: string
  readonly number: bigint
  readonly prefix: number
}

const numberV4 = (text: string) => text.split(".").reduce((sum, part) => (sum << 8n) + BigInt(part), 0n)

const groupsOf = (text: string): ReadonlyArray<bigint> =>
  text === ""
    ? []
    : text.split(":").flatMap((group) => {
        if (!group.includes(".")) return [BigInt(`0x${group}`)]
        const embedded = numberV4(group)
        return [embedded >> 16n, embedded & 0xffffn]
      })

const numberV6 = (text: string) => {
  const [head = "", tail] = text.split("::")
  const left = groupsOf(head)
  const right = groupsOf(tail ?? "")
  const zeros = new Array<bigint>(8 - left.length - right.length).fill(0n)
  return [...left, ...zeros, ...right].reduce((sum, group) => (sum << 16n) + group, 0n)
}

const textV4 = (number: bigint) => [24n, 16n, 8n, 0n].map((shift) => (number >> shift) & 0xffn).join(".")

const textV6 = (number: bigint) => {
  const groups = [112n, 96n, 80n, 64n, 48n, 32n, 16n, 0n].map((shift) => ((number >> shift) & 0xffffn).toString(16))
  const text = groups.join(":")
  const [longest] = [...text.matchAll(/\b0(?::0)+\b/g)].sort((a, b) => b[0].length - a[0].length)
  if (longest === undefined) return text
  return `${text.slice(0, longest.index).replace(/:$/, "")}::${text.slice(longest.index + longest[0].length).replace(/^:/, "")}`
}

/** Reads `host` or `host/prefix`; none for anything else, zones included. */
export const parse = (text: string): Option.Option<Address> => {
  const [host = "", mask, ...rest] = text.split("/")
  const family = isIPv4(host) ? 4 : isIPv6(host) && !host.includes("%") ? 6 : null
  if (family === null || rest.length > 0) return Option.none()
  const bits = family === 4 ? 32 : 128
  const prefix = mask === undefined ? bits : /^\d{1,3}$/.test(mask) ? Number(mask) : -1
  if (prefix < 0 || prefix > bits) return Option.none()
  const number = family === 4 ? numberV4(host) : numberV6(host)
  return Option.some({ family, host: family === 4 ? textV4(number) : textV6(number), number, prefix })
}

export const format = (address: Address): string => `${address.host}/${address.prefix}`

const hostMask = (address: Address) => (1n << BigInt((address.family === 4 ? 32 : 128) - address.prefix)) - 1n

export const isNetwork = (address: Address): boolean => (address.number & hostMask(address)) === 0n

export const isBroadcast = (address: Address): boolean => (address.number & hostMask(address)) === hostMask(address)

/** Whether the mask leaves room for a network id, and for IPv4 a broadcast address. */
export const hasNetwork = (address: Address): boolean => address.prefix < (address.family === 4 ? 31 : 127)
