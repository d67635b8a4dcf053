import { Effect, Layer, Option, Redacted } from "effect"
import type { SimulatedProxmox } from "../../src/demo/SimulatedProxmox.ts"
import { Endpoints, type NetBoxConnection, type ProxmoxConnection } from "../../src/store/Endpoints.ts"
import type { NetBoxAddress } from "./State.ts"

export const netboxAt = ({ token, url }: NetBoxAddress): NetBoxConnection => ({
  id: 1,
  name: "netbox",
  url,
  token: Redacted.make(token),
  tls: { verify: true }
})

export const proxmoxAt = (
  source: string,
  { token, urls: [first = "", ...others] }: Pick<SimulatedProxmox, "urls" | "token">,
  endpoint: Partial<ProxmoxConnection["endpoint"]> = {}
): ProxmoxConnection => ({
  id: 7,
  source,
  name: source,
  urls: [first, ...others],
  auth: { token: Redacted.make(token) },
  tls: { verify: false },
  timeout: 5,
  max_retries: 0,
  retry_backoff: 0.5,
  endpoint: {
    id: 7,
    source,
    name: source,
    ip_address: "127.0.0.1",
    domain: null,
    port: 8006,
    username: "root@pam",
    verify_ssl: false,
    enabled: true,
    allow_writes: false,
    access_methods: "api",
    site_id: null,
    site_slug: null,
    site_name: null,
    tenant_id: null,
    tenant_slug: null,
    tenant_name: null,
    timeout: null,
    max_retries: null,
    retry_backoff: null,
    node_device_name_template: "",
    allow_packer_template_builds: false,
    ssh_target_node: null,
    ssh_host: null,
    ssh_username: null,
    ssh_port: 22,
    ssh_identity_file: null,
    ssh_known_host_fingerprint: null,
    ...endpoint
  }
})

export interface Configured {
  netbox: NetBoxConnection | undefined
  proxmox: ReadonlyArray<ProxmoxConnection>
}

const unused = () => Effect.dieMessage("these endpoints only connect")

/** Endpoints that a test changes by assignment. */
export const fixed = (configured: Configured) =>
  Layer.succeed(Endpoints, {
    netbox: Effect.succeed([]),
    createNetBox: unused,
    updateNetBox: unused,
    removeNetBox: unused,
    proxmox: Effect.sync(() => configured.proxmox.map(({ endpoint }) => endpoint)),
    createProxmox: unused,
    updateProxmox: unused,
    removeProxmox: unused,
    netboxConnection: Effect.sync(() => Option.fromNullable(configured.netbox)),
    proxmoxConnections: Effect.sync(() => configured.proxmox),
    revision: Effect.succeed(0)
  })
