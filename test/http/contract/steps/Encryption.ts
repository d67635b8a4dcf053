import { detail, failure, invalid, type Step } from "../Step.ts"

const status = (configured: boolean, source: string | null) => ({
  configured,
  source: source === null ? null : `=${source}`,
  "attestation_version+": 1,
  "active_key_source+": source === null ? null : `=${source}`,
  "encrypted_credentials_verified+": "bool"
})

/** The key of stored credentials, while there are none. */
export const encryption: ReadonlyArray<Step> = [
  { ask: "GET /admin/encryption/status", status: 200, is: status(false, null) },
  {
    ask: "POST /netbox/endpoint",
    json: { name: "netbox", ip_address: "127.0.0.1", token: "{{netboxToken}}" },
    status: 400,
    is: failure()
  },
  {
    ask: "POST /proxmox/endpoints",
    json: { name: "lab", ip_address: "127.0.0.1", port: 8006, username: "root@pam", password: "secret" },
    status: 400,
    is: failure()
  },
  { ask: "POST /admin/encryption/key", json: { key: "" }, status: 422, is: invalid },
  { ask: "POST /admin/encryption/key", json: {}, status: 422, is: invalid },
  { ask: "POST /admin/encryption/key", json: { key: "any text" }, status: 200, is: status(true, "local") },
  { ask: "DELETE /admin/encryption/key", status: 200, is: status(false, null) },
  {
    ask: "POST /admin/encryption/generate",
    status: 200,
    is: { ...status(true, "local"), key: /^[\w-]{43}=$/ }
  },
  { ask: "GET /admin/encryption/status", status: 200, is: status(true, "local") },
  { ask: "GET /admin/encryption/status", key: null, status: 401, is: detail("text") }
]

/** The key cannot go while something is encrypted with it. */
export const keyInUse: ReadonlyArray<Step> = [
  { ask: "POST /admin/encryption/key", json: { key: "another" }, status: 409, is: detail("text") },
  { ask: "POST /admin/encryption/generate", status: 409, is: detail("text") },
  { ask: "DELETE /admin/encryption/key", status: 409, is: detail("text") },
  {
    ask: "GET /admin/encryption/status",
    status: 200,
    is: { ...status(true, "local"), "encrypted_credentials_verified+": true }
  }
]

/** Once nothing is encrypted any more, it can. */
export const keyUnused: ReadonlyArray<Step> = [
  { ask: "DELETE /proxmox/endpoints/{{proxmox}}", status: 200, is: { message: "=Proxmox endpoint deleted." } },
  { ask: "DELETE /admin/encryption/key", status: 200, is: status(false, null) }
]
