import { detail, failure, invalid, type Step } from "../Step.ts"

const row = {
  id: "int",
  name: "=netbox",
  ip_address: "=127.0.0.1",
  domain: "=localhost",
  port: "int",
  token_version: "=v1",
  verify_ssl: false,
  enabled: true,
  probe: null
}

const pushed = {
  name: "netbox",
  ip_address: "127.0.0.1",
  domain: "localhost",
  port: "{{netboxPort}}",
  verify_ssl: false,
  token_version: "v1",
  token: "{{netboxToken}}",
  unknown: { to: "us" }
}

const refused = (json: object, said: string | RegExp): Step => ({
  ask: "POST /netbox/endpoint",
  json: { ...pushed, ...json },
  status: 400,
  is: detail(typeof said === "string" ? `=${said}` : said)
})

const wrong = (json: object): Step => ({
  ask: "POST /netbox/endpoint",
  json: { ...pushed, ...json },
  status: 422,
  is: invalid
})

const missing = detail("text")

/** The one NetBox, from none to the one that the rest is written to. */
export const netbox: ReadonlyArray<Step> = [
  { ask: "GET /netbox/endpoint", status: 200, is: [] },
  { ask: "GET /netbox/endpoint/1", status: 404, is: missing },
  { ask: "GET /netbox/endpoint/1/probe", status: 404, is: missing },
  { ask: "GET /netbox/status", status: 400, is: failure("=No NetBox endpoint found") },
  { ask: "GET /netbox/openapi", status: 400, is: failure("=No NetBox endpoint found") },
  refused({ token_version: "v3" }, "Invalid token_version. Must be 'v1' or 'v2'."),
  refused({ token: "" }, "token is required for NetBox API token v1"),
  refused({ token_version: "v2" }, "token_key and token (secret) must both be set for NetBox API token v2"),
  refused({ domain: "169.254.169.254" }, /^Invalid (domain|IP address): /),
  refused({ domain: "", ip_address: "0.0.0.0" }, /^Invalid IP address: /),
  wrong({ port: 0 }),
  wrong({ port: 65_536 }),
  wrong({ name: "x".repeat(256) }),
  wrong({ ip_address: "not an address" }),
  wrong({ verify_ssl: "perhaps" }),
  { ask: "POST /netbox/endpoint", json: { name: "netbox" }, status: 422, is: invalid },
  { ask: "POST /netbox/endpoint", key: null, json: pushed, status: 401, is: detail("text") },
  { ask: "POST /netbox/endpoint", json: pushed, status: 200, is: row, save: { netbox: "id" } },
  refused({ name: "another" }, "Only one NetBox endpoint is allowed"),
  { ask: "GET /netbox/endpoint", status: 200, is: [row] },
  { ask: "GET /netbox/endpoint?offset=1", status: 200, is: [] },
  { ask: "GET /netbox/endpoint?limit=101", status: 422, is: invalid },
  { ask: "GET /netbox/endpoint?limit=-1", status: 422, is: invalid },
  { ask: "GET /netbox/endpoint/{{netbox}}", status: 200, is: row },
  { ask: "GET /netbox/endpoint/first", status: 422, is: invalid },
  { ask: "PUT /netbox/endpoint/{{netbox}}", json: {}, status: 200, is: row },
  { ask: "PUT /netbox/endpoint/{{netbox}}", json: pushed, status: 200, is: row },
  {
    ask: "PUT /netbox/endpoint/{{netbox}}",
    json: { name: "renamed", verify_ssl: true },
    status: 200,
    is: { ...row, name: "=renamed", verify_ssl: true }
  },
  { ask: "PUT /netbox/endpoint/{{netbox}}", json: { name: null }, status: 422, is: invalid },
  {
    ask: "PUT /netbox/endpoint/{{netbox}}",
    json: { token_version: "v2", token_key: "" },
    status: 400,
    is: detail("=token_key and token (secret) must both be set for NetBox API token v2")
  },
  { ask: "PUT /netbox/endpoint/99", json: { name: "nobody" }, status: 404, is: missing },
  { ask: "DELETE /netbox/endpoint/99", status: 404, is: missing },
  { ask: "PUT /netbox/endpoint/{{netbox}}", json: pushed, status: 200, is: row },
  {
    ask: "GET /netbox/endpoint/{{netbox}}/probe",
    status: 200,
    is: { reachable: true, status: "=reachable", "api_version?": "text", timeout_seconds: 10 }
  },
  { ask: "GET /netbox/status", status: 200, is: { "netbox-version": "text", plugins: "object", "*": "any" } },
  { ask: "GET /netbox/status?netbox_id={{netbox}}", status: 200, is: { "netbox-version": "text", "*": "any" } },
  { ask: "GET /netbox/status?netbox_id=99", status: 400, is: failure("=No NetBox endpoint found") },
  { ask: "GET /netbox/openapi", status: 200, is: { openapi: "text", paths: "object", "*": "any" } },
  { ask: "GET /netbox/openapi?netbox_id=99", status: 400, is: failure("=No NetBox endpoint found") }
]

const devices = "/dcim/devices/create"
const broken = { step: "devices", result: {}, ok: false } as const

/** A NetBox that does not know the token, one that nobody answers for, and then none. */
export const netboxGone: ReadonlyArray<Step> = [
  { ask: "PUT /netbox/endpoint/{{netbox}}", json: { token: "f".repeat(40) }, status: 200, is: row },
  {
    ask: "GET /netbox/endpoint/{{netbox}}/probe",
    status: 200,
    is: { reachable: false, status: "=error", error_type: "text", error: "text", timeout_seconds: 10 }
  },
  { ask: "GET /netbox/status", status: 400, is: failure() },
  { ask: `GET ${devices}`, status: 400, is: failure() },
  { ask: `GET ${devices}/stream`, status: 200, stream: broken },
  { ask: "GET /virtualization/virtual-machines/", status: 400, is: failure() },
  { ask: "GET /virtualization/virtual-machines/{{machine}}", status: 502, is: detail("text") },
  { ask: "PUT /netbox/endpoint/{{netbox}}", json: { port: 1 }, status: 200, is: { ...row, port: 1 } },
  {
    ask: "GET /netbox/endpoint/{{netbox}}/probe",
    status: 200,
    is: {
      reachable: false,
      status: "=connection_error",
      "error_type?": "text",
      "error?": "text",
      timeout_seconds: 10
    }
  },
  { ask: "GET /netbox/status", status: 400, is: failure() },
  { ask: `GET ${devices}`, status: 502, is: failure() },
  { ask: `GET ${devices}/stream`, status: 200, stream: broken },
  { ask: "DELETE /netbox/endpoint/{{netbox}}", status: 200, is: { message: "=NetBox Endpoint deleted." } },
  { ask: "GET /netbox/endpoint/{{netbox}}", status: 404, is: missing },
  { ask: "GET /full-update", status: 400, is: failure("=No NetBox endpoint found") },
  { ask: "GET /full-update/stream", status: 400, is: failure("=No NetBox endpoint found") },
  { ask: "GET /sync/individual/cluster?cluster_name=lab", status: 400, is: failure("=No NetBox endpoint found") },
  { ask: "GET /virtualization/virtual-machines/", status: 400, is: failure("=No NetBox endpoint found") }
]
