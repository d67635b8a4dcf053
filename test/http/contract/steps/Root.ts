import { detail, type Step } from "../Step.ts"

const html = { "content-type": /^text\/html(; charset=utf-8)?$/ }

const generated = { source: "text", endpoint_count: "int", version: "text", version_tag: "text" }

/** What the service says of itself, with and without a key. */
export const root: ReadonlyArray<Step> = [
  {
    ask: "GET /",
    key: null,
    status: 200,
    is: {
      message: /^Proxbox Backend/,
      proxbox: { github: "text", docs: "text" },
      fastapi: { github: "text", website: "text", reason: "text" }
    }
  },
  { ask: "GET /health", key: null, status: 200, is: { status: "=ready", init_ok: true } },
  { ask: "GET /version", status: 200, is: { version: /^\d+\.\d+\.\d+/, capabilities: { ws_run_id: 1 } } },
  { ask: "GET /version", key: null, status: 401, is: detail("text") },
  {
    ask: "GET /execution-policy",
    status: 200,
    is: {
      component: "=proxbox-api",
      capability: "=interactive-rpc-boundary-v1",
      mode: /^(rpc_only|legacy)$/,
      generation: "text|null",
      quiescing: "bool",
      active: "int",
      cleanup_active: "int",
      remote_outcome_unknown: "bool",
      local_ready: "bool",
      aggregate_ready: false
    }
  },
  { ask: "GET /execution-policy", key: null, status: 401, is: detail("text") },
  { ask: "GET /docs", key: null, status: 200, text: /<html/, has: html },
  { ask: "GET /redoc", key: null, status: 200, text: /<html/, has: html },
  {
    ask: "GET /openapi.json",
    key: null,
    status: 200,
    is: {
      openapi: /^3\.1\./,
      info: { title: "text", version: "text", "x-proxmox-generated-openapi": generated, "*": "any" },
      "x-proxmox-generated-openapi": generated,
      paths: "object",
      "*": "any"
    }
  }
]

const refusedMethod = (ask: string, allow: string, key?: null): Step => ({
  ask,
  status: 405,
  ...(key === undefined ? {} : { key }),
  is: detail("=Method Not Allowed"),
  has: { allow: `=${allow}` }
})

/** Paths and methods that there are not, and paths with a slash more or less: nothing is redirected. */
export const frame: ReadonlyArray<Step> = [
  { ask: "GET /nowhere", key: null, status: 401, is: detail("=API key required. 5 attempts remaining.") },
  { ask: "GET /nowhere", status: 404, is: detail("=Not Found") },
  { ask: "GET /nowhere/", status: 404, is: detail("=Not Found") },
  { ask: "POST /nowhere", json: {}, status: 404, is: detail("=Not Found") },
  refusedMethod("POST /health", "GET, HEAD", null),
  refusedMethod("DELETE /version", "GET, HEAD"),
  refusedMethod("PUT /auth/keys", "GET, POST, HEAD"),
  refusedMethod("DELETE /admin/encryption/status", "GET, HEAD"),
  refusedMethod("PATCH /netbox/endpoint/1", "GET, PUT, DELETE, HEAD"),
  { ask: "PUT /auth/keys", key: null, status: 401, is: detail("text") },
  { ask: "HEAD /health", key: null, status: 200, text: /^$/ },
  { ask: "HEAD /full-update", status: 405, text: /^$/, has: { allow: "=GET, POST" } },
  { ask: "GET /netbox/endpoint/", status: 200, is: [] },
  { ask: "GET /auth/keys/?unknown=1", status: 200, is: { keys: [{ id: "int", "*": "any" }] } },
  { ask: "GET /admin", status: 200, text: /<table/, has: html },
  { ask: "GET /docs/", key: null, status: 200, text: /<html/, has: html },
  { ask: "GET /version", headers: { "x-request-id": "mine-1" }, status: 200, has: { "x-request-id": "=mine-1" } }
]

const preflight = (origin: string, method: string, headers = "X-Proxbox-API-Key"): Step => ({
  ask: "OPTIONS /proxmox/endpoints/1",
  key: null,
  headers: {
    origin,
    "access-control-request-method": method,
    "access-control-request-headers": headers
  },
  status: 204,
  text: /^$/,
  has: {
    "access-control-allow-origin": `=${origin}`,
    "access-control-allow-methods":
      /^(?=.*\bGET\b)(?=.*\bPOST\b)(?=.*\bPUT\b)(?=.*\bPATCH\b)(?=.*\bDELETE\b)(?=.*\bOPTIONS\b)/,
    "access-control-allow-headers":
      /^(?=.*Accept\b)(?=.*Accept-Language)(?=.*Content-Type)(?=.*X-Proxbox-API-Key)(?=.*X-Proxbox-Actor)(?=.*X-Requested-With)(?=.*Idempotency-Key)/,
    "access-control-max-age": "=600",
    vary: "=Origin"
  }
})

const fixedOrigins = [
  "https://127.0.0.1:443",
  "http://127.0.0.1:80",
  "http://127.0.0.1:8000",
  "http://localhost:3000",
  "http://localhost:3001",
  "http://127.0.0.1:3000",
  "http://127.0.0.1:3001",
  "https://ui.example.com"
]

const netboxOrigins = ["", ":80", ":443", ":8000"].map((port) => `http://localhost${port}`)

/** Pages of browsers; the NetBox that is stored is at `localhost`. */
export const browsers: ReadonlyArray<Step> = [
  ...fixedOrigins.map((origin) => preflight(origin, "PUT")),
  ...netboxOrigins.map((origin) => preflight(origin, "GET")),
  preflight("https://ui.example.com", "PATCH"),
  preflight("https://ui.example.com", "POST", "Idempotency-Key"),
  {
    ask: "OPTIONS /proxmox/endpoints/1",
    key: null,
    headers: { origin: "https://evil.example", "access-control-request-method": "GET" },
    status: 400,
    is: detail(/^Disallowed CORS origin/),
    has: { "access-control-allow-origin": null, vary: "=Origin" }
  },
  {
    ask: "GET /auth/keys",
    key: null,
    headers: { origin: "http://localhost:8000" },
    status: 401,
    is: detail("text"),
    has: { "access-control-allow-origin": "=http://localhost:8000", vary: "=Origin" }
  },
  {
    ask: "GET /nowhere",
    headers: { origin: "http://localhost:8000" },
    status: 404,
    is: detail("=Not Found"),
    has: { "access-control-allow-origin": "=http://localhost:8000" }
  },
  {
    ask: "GET /health",
    headers: { origin: "https://evil.example" },
    status: 200,
    has: { "access-control-allow-origin": null, vary: "=Origin" }
  }
]
