import { some } from "../Shape.ts"
import { detail, failure, invalid, type Step } from "../Step.ts"

const row = {
  id: "int",
  "source+": "text",
  name: "=lab (nb:1)",
  node_device_name_template: "=",
  ip_address: "=127.0.0.1",
  domain: null,
  port: "int",
  username: "text",
  verify_ssl: false,
  enabled: true,
  allow_writes: false,
  allow_packer_template_builds: false,
  access_methods: "=api",
  ssh_target_node: null,
  ssh_host: null,
  ssh_username: null,
  ssh_port: 22,
  ssh_identity_file: null,
  ssh_known_host_fingerprint: null,
  site_id: null,
  site_slug: null,
  site_name: null,
  tenant_id: null,
  tenant_slug: null,
  tenant_name: null,
  timeout: 5,
  max_retries: 0,
  retry_backoff: 0.5
}

const pushed = {
  name: "lab (nb:1)",
  node_device_name_template: "",
  ip_address: "127.0.0.1",
  domain: null,
  port: "{{proxmoxPort}}",
  username: "{{username}}",
  password: null,
  token_name: "{{tokenName}}",
  token_value: "{{tokenValue}}",
  verify_ssl: false,
  enabled: true,
  timeout: 5,
  max_retries: 0,
  retry_backoff: 0.5,
  allow_packer_template_builds: false,
  access_methods: "api",
  unknown: true
}

const refused = (json: object, said: string | RegExp): Step => ({
  ask: "POST /proxmox/endpoints",
  json: { ...pushed, ...json },
  status: 400,
  is: detail(typeof said === "string" ? `=${said}` : said)
})

const wrong = (json: object): Step => ({
  ask: "POST /proxmox/endpoints",
  json: { ...pushed, ...json },
  status: 422,
  is: invalid
})

const missing = detail("text")

/** The cluster that the rest is about. */
export const proxmox: ReadonlyArray<Step> = [
  { ask: "GET /proxmox/endpoints", status: 200, is: [] },
  { ask: "GET /proxmox/endpoints/1", status: 404, is: missing },
  refused({ token_name: null, token_value: null }, "Provide password or both token_name/token_value"),
  refused({ token_value: null }, "token_name and token_value must be provided together"),
  refused({ ip_address: "0.0.0.0" }, /^Invalid IP address: /),
  wrong({ port: 0 }),
  wrong({ ip_address: "anything" }),
  wrong({ access_methods: "ssh" }),
  wrong({ timeout: 3601 }),
  wrong({ max_retries: 101 }),
  wrong({ retry_backoff: 301 }),
  wrong({ site_id: 0 }),
  wrong({ node_device_name_template: "{unknown}" }),
  { ask: "POST /proxmox/endpoints", json: { name: "lab" }, status: 422, is: invalid },
  { ask: "POST /proxmox/endpoints", json: pushed, status: 200, is: row, save: { proxmox: "id" } },
  refused({}, "Proxmox endpoint name already exists"),
  { ask: "GET /proxmox/endpoints", status: 200, is: [row] },
  { ask: "GET /proxmox/endpoints?limit=1&offset=1", status: 200, is: [] },
  { ask: "GET /proxmox/endpoints?limit=101", status: 422, is: invalid },
  { ask: "GET /proxmox/endpoints?limit=-1", status: 422, is: invalid },
  { ask: "GET /proxmox/endpoints/{{proxmox}}", status: 200, is: row },
  { ask: "GET /proxmox/endpoints/first", status: 422, is: invalid },
  {
    ask: "PUT /proxmox/endpoints/{{proxmox}}",
    json: { enabled: false, allow_packer_template_builds: false },
    status: 200,
    is: { ...row, enabled: false }
  },
  { ask: "PUT /proxmox/endpoints/{{proxmox}}", json: { name: null }, status: 422, is: invalid },
  {
    ask: "PUT /proxmox/endpoints/{{proxmox}}",
    json: { token_value: "{{tokenValue}}" },
    status: 200,
    is: { ...row, enabled: false }
  },
  {
    ask: "PUT /proxmox/endpoints/{{proxmox}}",
    json: { timeout: null, max_retries: null, retry_backoff: null, site_id: 3 },
    status: 200,
    is: { ...row, enabled: false, timeout: null, max_retries: null, retry_backoff: null, site_id: 3 }
  },
  { ask: "PUT /proxmox/endpoints/99", json: { enabled: false }, status: 404, is: missing },
  { ask: "PUT /proxmox/endpoints/{{proxmox}}", json: { ...pushed, site_id: null }, status: 200, is: row },
  {
    ask: "POST /proxmox/endpoints",
    json: { ...pushed, name: "spare", enabled: false },
    status: 200,
    is: { ...row, name: "=spare", enabled: false },
    save: { spare: "id" }
  },
  { ask: "DELETE /proxmox/endpoints/{{spare}}", status: 200, is: { message: "=Proxmox endpoint deleted." } },
  { ask: "DELETE /proxmox/endpoints/{{spare}}", status: 404, is: missing },
  { ask: "GET /proxmox/endpoints", key: null, status: 401, is: detail("text") }
]

/** A cluster that nobody answers for: what is known of it stays, and nothing of it is synchronized. */
export const proxmoxGone: ReadonlyArray<Step> = [
  { ask: "PUT /proxmox/endpoints/{{proxmox}}", json: { port: 1 }, status: 200, is: { ...row, port: 1 } },
  { ask: "GET /full-update", status: 502, is: failure() },
  {
    ask: "GET /full-update/stream",
    status: 200,
    stream: { step: "full-update", result: { warnings: some("text"), "warnings_total+": 1 }, ok: false }
  },
  { ask: "GET /dcim/devices/create", status: 502, is: failure() },
  {
    ask: "GET /sync/individual/node?cluster_name=lab&node_name=pve1",
    status: 200,
    is: {
      object_type: "=node",
      action: "=error",
      proxmox_resource: "object",
      netbox_object: null,
      dry_run: false,
      dependencies_synced: [],
      error: "text"
    }
  },
  { ask: "PUT /proxmox/endpoints/{{proxmox}}", json: { port: "{{proxmoxPort}}" }, status: 200, is: row }
]
