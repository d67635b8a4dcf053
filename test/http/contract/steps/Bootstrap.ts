import { detail, invalid, type Step } from "../Step.ts"

const status = (needed: boolean): Step => ({
  ask: "GET /auth/bootstrap-status",
  key: null,
  status: 200,
  is: { needs_bootstrap: needed, has_db_keys: !needed }
})

const register = "POST /auth/register-key"

const unregistered = detail(
  "=No API key configured. Register a key via POST /auth/register-key or use an existing key."
)

/** The first key of a new service. */
export const bootstrapping: ReadonlyArray<Step> = [
  status(true),
  { ask: "GET /version", status: 401, is: unregistered },
  { ask: "GET /version", key: null, status: 401, is: unregistered },
  { ask: "GET /nowhere", key: null, status: 401, is: unregistered },
  { ask: register, key: null, json: {}, status: 422, is: invalid },
  { ask: register, key: null, json: { api_key: 5 }, status: 422, is: invalid },
  { ask: register, key: null, json: [], status: 422, is: invalid },
  { ask: register, key: null, body: "{", status: 422, is: invalid },
  {
    ask: register,
    key: null,
    json: { api_key: "short", label: "me" },
    status: 400,
    is: detail("=API key must be at least 32 characters.")
  },
  {
    ask: register,
    key: null,
    json: { api_key: "x".repeat(73) },
    status: 400,
    is: detail("=API key must be at most 72 bytes.")
  },
  status(true),
  {
    ask: register,
    key: null,
    json: { api_key: "{{key}}", label: "netbox-fastapi-1", unknown: 1 },
    status: 201,
    is: detail("=API key registered.")
  },
  {
    ask: register,
    key: null,
    json: { api_key: "{{wrong}}", label: "" },
    status: 409,
    is: detail("=An API key is already configured.")
  },
  status(false)
]

const key = { id: "int", label: "text", is_active: "bool", created_at: "number" } as const

const coded = (code: string) => detail({ code: `=${code}`, message: "text" })

const unknown = detail("=API key not found.")

/** Further keys: two of them may be active at most. */
export const keys: ReadonlyArray<Step> = [
  { ask: "GET /auth/keys", status: 200, is: { keys: [{ ...key, label: "=netbox-fastapi-1", is_active: true }] } },
  { ask: "GET /auth/keys", status: 200, is: { keys: [key] }, save: { first: "keys.0.id" } },
  {
    ask: "POST /auth/keys",
    status: 201,
    is: { ...key, label: "=", is_active: true, raw_key: /^[\w-]{64}$/ },
    save: { second: "id", secondKey: "raw_key" }
  },
  { ask: "GET /auth/keys", key: "{{secondKey}}", status: 200, is: { keys: [{ ...key, label: "=" }, key] } },
  { ask: "POST /auth/keys", status: 409, is: coded("active_api_key_limit_reached") },
  { ask: "POST /auth/keys/{{second}}/deactivate", status: 200, is: { ...key, is_active: false } },
  { ask: "GET /version", key: "{{secondKey}}", status: 401, is: detail("=Invalid API key. 4 attempts remaining.") },
  { ask: "POST /auth/keys/{{first}}/deactivate", status: 409, is: coded("last_active_api_key_required") },
  { ask: "DELETE /auth/keys/{{first}}", status: 409, is: coded("last_active_api_key_required") },
  { ask: "POST /auth/keys", status: 201, is: { ...key, raw_key: "text" }, save: { third: "id" } },
  { ask: "POST /auth/keys/{{second}}/activate", status: 409, is: coded("active_api_key_limit_reached") },
  { ask: "DELETE /auth/keys/{{third}}", status: 204, text: /^$/ },
  { ask: "POST /auth/keys/{{second}}/activate", status: 200, is: { ...key, is_active: true } },
  { ask: "GET /version", key: "{{secondKey}}", status: 200 },
  { ask: "DELETE /auth/keys/{{second}}", status: 204, text: /^$/ },
  { ask: "DELETE /auth/keys/{{second}}", status: 404, is: unknown },
  { ask: "POST /auth/keys/{{second}}/activate", status: 404, is: unknown },
  { ask: "POST /auth/keys/{{second}}/deactivate", status: 404, is: unknown },
  { ask: "DELETE /auth/keys/first", status: 422, is: invalid }
]

const turnedAway = (left: number): Step => ({
  ask: "GET /version",
  key: "{{wrong}}",
  status: 401,
  is: detail(left === 0 ? "=Invalid API key." : `=Invalid API key. ${left} attempts remaining.`)
})

/** A key that is none of ours, until it is locked out, and then still the one that is. */
export const wrongKeys: ReadonlyArray<Step> = [
  { ask: "GET /cache", key: null, status: 401, is: detail("=API key required. 5 attempts remaining.") },
  ...[4, 3, 2, 1, 0].map(turnedAway),
  {
    ask: "GET /version",
    key: "{{wrong}}",
    status: 429,
    is: detail("=Too many failed authentication attempts. Please try again later."),
    has: { "retry-after": /^([1-9]|[1-9]\d|[12]\d\d|300)$/ }
  },
  { ask: "GET /health", key: "{{wrong}}", status: 200, is: { status: "=ready", init_ok: true } },
  { ask: "GET /execution-policy", status: 200 }
]
