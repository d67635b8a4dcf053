import { isIP } from "node:net"
import { Effect, Redacted } from "effect"
import type { By } from "../domain/By.ts"
import type { SourceConfig } from "../domain/Config.ts"
import { Encryption } from "../store/Encryption.ts"
import { Endpoints, type NetBoxInput, type ProxmoxInput } from "../store/Endpoints.ts"
import { ConfigInvalid, type LoadedService } from "./ConfigFile.ts"

const by: By = { actor: "configuration file", requestId: null }

const portOf = ({ port, protocol }: URL): number => (port === "" ? (protocol === "https:" ? 443 : 80) : Number(port))

/** Without the brackets of an IPv6 address. */
const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, "")

/** A row speaks https where its port is 443 or certificates are verified: what it cannot say has to be changed. */
const netboxOf = ({ config: { netbox }, file }: LoadedService) =>
  Effect.gen(function* () {
    if (netbox === undefined) return undefined
    const url = new URL(netbox.url)
    const secure = url.protocol === "https:"
    const pinned = netbox.tls.fingerprint !== undefined
    const refuse = (problem: string) =>
      new ConfigInvalid({ file, problems: [{ line: null, key: "netbox.url", problem }] })
    if (url.pathname !== "/") {
      return yield* refuse("has a path, which the service cannot keep; give the NetBox a host of its own")
    }
    if (secure && portOf(url) !== 443 && !netbox.tls.verify && !pinned) {
      return yield* refuse("needs tls.verify or tls.fingerprint when its port is not 443")
    }
    if (!secure && portOf(url) === 443) return yield* refuse("speaks http on port 443; use https, or another port")
    const [half = "", secret] = Redacted.value(netbox.token).split(".")
    const input: NetBoxInput = {
      name: "netbox",
      ip_address: isIP(hostOf(url)) === 0 ? "" : hostOf(url),
      domain: isIP(hostOf(url)) === 0 ? hostOf(url) : "",
      port: portOf(url),
      token_version: secret === undefined ? "v1" : "v2",
      token_key: secret === undefined ? null : Redacted.make(half),
      token: secret === undefined ? netbox.token : Redacted.make(secret),
      verify_ssl: secure && (netbox.tls.verify || pinned),
      enabled: true
    }
    return input
  })

const credentialsOf = ({
  auth
}: SourceConfig): Pick<ProxmoxInput, "username" | "password" | "token_name" | "token_value"> => {
  if (!("token" in auth)) return { ...auth, token_name: null, token_value: null }
  const [, username = "", name = "", value = ""] = /^(.*)!([^!=]+)=(.*)$/.exec(Redacted.value(auth.token)) ?? []
  return { username, password: null, token_name: name, token_value: Redacted.make(value) }
}

const siteOf = (site: string | undefined): Pick<ProxmoxInput, "site_id" | "site_name"> => {
  if (site === undefined) return { site_id: null, site_name: null }
  return /^\d+$/.test(site) ? { site_id: Number(site), site_name: null } : { site_id: null, site_name: site }
}

/** A row has one port and two hosts: a name and an address. Further addresses are of no use to it. */
const proxmoxOf = (source: SourceConfig, file: string, index: number) =>
  Effect.gen(function* () {
    const [first, ...others] = source.urls.map((url) => new URL(url))
    if (first === undefined || [first, ...others].some(({ protocol }) => protocol !== "https:")) {
      const problem = "must begin with https:// for a service"
      return yield* new ConfigInvalid({ file, problems: [{ line: null, key: `proxmox[${index}].urls`, problem }] })
    }
    const second = others.find((url) => portOf(url) === portOf(first) && isIP(hostOf(url)) !== 0)
    if (others.length > (second === undefined ? 0 : 1)) {
      yield* Effect.logWarning(
        `Source ${source.name}: an endpoint has a first address and, behind it, an IP address with the same port; the others are left out`
      )
    }
    const isAddress = isIP(hostOf(first)) !== 0
    const input: ProxmoxInput = {
      source: source.name,
      name: source.name,
      ip_address: second === undefined ? (isAddress ? hostOf(first) : "") : hostOf(second),
      domain: second === undefined && isAddress ? null : hostOf(first),
      port: portOf(first),
      ...credentialsOf(source),
      verify_ssl: source.tls.verify,
      enabled: true,
      allow_writes: false,
      access_methods: "api",
      ...siteOf(source.site),
      site_slug: null,
      tenant_id: null,
      tenant_slug: null,
      tenant_name: null,
      timeout: null,
      max_retries: null,
      retry_backoff: null,
      node_device_name_template: source.nodeName ?? "",
      allow_packer_template_builds: false,
      ssh_target_node: null,
      ssh_host: null,
      ssh_username: null,
      ssh_port: 22,
      ssh_identity_file: null,
      ssh_known_host_fingerprint: null
    }
    return input
  })

/**
 * Makes the endpoints of a configuration in the database as far as it has none of their name; a row that is there is the
 * operator's and stays. Without a key for credentials one is made.
 */
export const make = Effect.fn("ConfiguredEndpoints.make")(function* (loaded: LoadedService) {
  const endpoints = yield* Endpoints
  const encryption = yield* Encryption
  const known = new Set((yield* endpoints.proxmox).flatMap(({ name, source }) => [name, source]))
  const netbox = (yield* endpoints.netbox).length > 0 ? undefined : yield* netboxOf(loaded)
  const missing = loaded.config.proxmox
    .map((source, index) => ({ source, index }))
    .filter(({ source }) => !known.has(source.name))
  const proxmox = yield* Effect.forEach(missing, ({ index, source }) => proxmoxOf(source, loaded.file, index))
  if (netbox === undefined && proxmox.length === 0) return
  if (!(yield* encryption.status).configured) yield* encryption.generate(by)
  if (netbox !== undefined) yield* endpoints.createNetBox(netbox, by)
  yield* Effect.forEach(proxmox, (input) => endpoints.createProxmox(input, by), { discard: true })
})
