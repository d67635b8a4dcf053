import { isIPv6 } from "node:net"
import { hostOf } from "./EndpointFields.ts"

/** What has to hold for an endpoint as a whole. Each rule returns what is wrong, in the words of the API, or null. */

interface Hosts {
  readonly ip_address: string
  readonly domain: string | null
}

const hasHost = ({ domain, ip_address }: Hosts): boolean => ip_address !== "" || (domain ?? "") !== ""

const noHost = "Provide ip_address or domain"

export const netBoxProblem = (
  row: Hosts & { readonly token_version: string },
  has: { token: boolean; key: boolean }
) => {
  if (row.token_version !== "v1" && row.token_version !== "v2") return "Invalid token_version. Must be 'v1' or 'v2'."
  if (row.token_version === "v1" && !has.token) return "token is required for NetBox API token v1"
  if (row.token_version === "v2" && !(has.token && has.key)) {
    return "token_key and token (secret) must both be set for NetBox API token v2"
  }
  return hasHost(row) ? null : noHost
}

const sshFields = [
  "ssh_target_node",
  "ssh_host",
  "ssh_username",
  "ssh_identity_file",
  "ssh_known_host_fingerprint"
] as const

export const proxmoxProblem = (
  row: Hosts & { readonly [field in (typeof sshFields)[number]]: string | null },
  has: { readonly password: boolean; readonly tokenName: boolean; readonly tokenValue: boolean }
): string | null => {
  if (has.tokenName !== has.tokenValue) return "token_name and token_value must be provided together"
  if (!has.password && !has.tokenName) return "Provide password or both token_name/token_value"
  const missing = sshFields.filter((field) => (row[field] ?? "") === "")
  if (missing.length > 0 && missing.length < sshFields.length) {
    return `SSH binding is incomplete; missing ${missing.join(", ")}`
  }
  return hasHost(row) ? null : noHost
}

/** `lab (nb:3)` is `lab`; what does not fit into a permanent name becomes `-`; one that is taken gets a number. */
export const sourceOf = (name: string, isTaken: (source: string) => boolean): string => {
  const plain = name
    .replace(/\s*\(nb:\d+\)\s*$/, "")
    .replaceAll(/[^A-Za-z0-9_.-]+/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "")
    .replace(/-+$/, "")
  const base = plain === "" ? "proxmox" : plain
  let source = base
  for (let number = 2; isTaken(source); number += 1) source = `${base}-${number}`
  return source
}

const inUrl = (host: string): string => (isIPv6(host) ? `[${host}]` : host)

export const netBoxUrl = (row: Hosts & { readonly port: number; readonly verify_ssl: boolean }): string => {
  const scheme = row.port === 443 || row.verify_ssl ? "https" : "http"
  const host = (row.domain ?? "") === "" ? hostOf(row.ip_address) : (row.domain ?? "")
  return `${scheme}://${inUrl(host)}:${row.port}`
}

/** Clients that know a domain alone send a loopback address with it. */
const isLoopback = (address: string): boolean => /^127\.|^::1$/.test(address)

export const proxmoxUrls = (row: Hosts & { readonly port: number }): readonly [string, ...ReadonlyArray<string>] => {
  const urlOf = (host: string) => `https://${inUrl(host)}:${row.port}`
  const domain = row.domain ?? ""
  const address = hostOf(row.ip_address)
  if (domain === "") return [urlOf(address)]
  return address === "" || address === domain || isLoopback(address) ? [urlOf(domain)] : [urlOf(domain), urlOf(address)]
}

/** `key` may carry `nbt_` already. */
export const netBoxTokenOf = (version: string, key: string, secret: string): string =>
  version === "v2" ? `nbt_${key.replace(/^nbt_/, "")}.${secret}` : secret

/** `name` may be the whole id of the token. */
export const proxmoxTokenOf = (username: string, name: string, value: string): string =>
  `${name.includes("!") ? name : `${username}!${name}`}=${value}`
