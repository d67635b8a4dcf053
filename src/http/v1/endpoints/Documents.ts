/** Endpoints for examples. */
export const netbox = {
  id: 1,
  name: "netbox",
  ip_address: "192.0.2.10",
  domain: "netbox.example.com",
  port: 443,
  token_version: "v1",
  verify_ssl: true,
  enabled: true
}

export const proxmox = {
  id: 1,
  source: "lab",
  name: "lab",
  ip_address: "192.0.2.20",
  domain: "pve1.example.com",
  port: 8006,
  username: "proxledger@pve",
  verify_ssl: true,
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
  ssh_known_host_fingerprint: null
}

export const etag = { ETag: "Of the endpoint as it is; for If-Match" }

/** What is the same of both. */
export const changing =
  "Only what is sent changes. The endpoint has to be read first: its ETag is sent in If-Match, so that nobody undoes what he has not seen. Clients that are in use go on with what they were built from until their work is done."

export const removing = "What it was used for stays in NetBox and in the journal. Its ETag is sent in If-Match."
