import { stages } from "../legacy/sync/PluginStages.ts"

const overwrites = [
  ...["role", "type", "tags", "status", "description", "custom_fields"].map((field) => `device_${field}`),
  ...["role", "type", "platform", "tags", "proxmox_tags", "description", "custom_fields", "cloudinit"].map(
    (field) => `vm_${field}`
  ),
  ...["tags", "description", "custom_fields"].map((field) => `cluster_${field}`),
  ...["tags", "custom_fields"].map((field) => `node_interface_${field}`),
  "storage_tags",
  ...["tags", "custom_fields"].map((field) => `vm_interface_${field}`),
  ...["status", "tags", "custom_fields"].map((field) => `ip_${field}`),
  "ip_address_dns_name"
]

const modes = ["vm", "vm_template", "vm_interface", "mac", "ip_address", "cluster", "node", "storage", "sdn", "sdn_bgp"]

/** What the plugin sends with every stage: 42 parameters. */
export const common: ReadonlyArray<readonly [name: string, value: string]> = [
  ["use_guest_agent_interface_name", "true"],
  ["vm_interface_sync_strategy", "guest_os_model"],
  ["fetch_max_concurrency", "8"],
  ["ignore_ipv6_link_local_addresses", "true"],
  ["primary_ip_preference", "ipv4"],
  ["parse_description_metadata", "false"],
  ...overwrites.map((name) => [`overwrite_${name}`, String(name !== "vm_platform")] as const),
  ...modes.map((name) => [`sync_mode_${name}`, name.startsWith("sdn") ? "disabled" : "always"] as const)
]

/** The streams of a job for some endpoints, in order. */
export const jobOf = (endpoints: string): ReadonlyArray<readonly [path: string, step: string]> => {
  const query = new URLSearchParams({
    ...Object.fromEntries(common),
    proxmox_endpoint_ids: endpoints,
    netbox_endpoint_ids: "1"
  }).toString()
  return stages.map(([path, step]) => [`${path}${path.includes("?") ? "&" : "?"}${query}`, step])
}

/** A push of an endpoint, every member of it. */
export const endpointOf = (
  name: string,
  pk: number,
  { port, token }: { readonly port: number; readonly token: string }
) => {
  const [account = "", token_value = ""] = token.split("=")
  const [username = "", token_name = ""] = account.split("!")
  return {
    name: `${name} (nb:${pk})`,
    node_device_name_template: "",
    ip_address: "127.0.0.1",
    domain: null,
    port,
    username,
    password: null,
    verify_ssl: false,
    site_id: null,
    site_slug: null,
    site_name: null,
    timeout: 5,
    max_retries: 0,
    retry_backoff: 0.5,
    token_name,
    token_value,
    enabled: true,
    allow_packer_template_builds: false,
    access_methods: "api",
    tenant_id: null,
    tenant_slug: null,
    tenant_name: null
  }
}

/** What the plugin sends for an endpoint that is switched off. */
export const disabled = { enabled: false, allow_packer_template_builds: false }
