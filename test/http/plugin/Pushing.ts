import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { isJsonObject, type Json } from "../../../src/domain/Json.ts"
import { every, type Shape } from "../contract/Shape.ts"
import { assertLooks } from "./Client.ts"
import { disabled, endpointOf } from "./Job.ts"
import { namesIn, portOf, World } from "./World.ts"

const rowShape: Shape = {
  id: "int",
  name: "text",
  ip_address: "text",
  domain: "text|null",
  port: "int",
  enabled: "bool",
  username: "text",
  access_methods: /^api(_ssh)?$/,
  verify_ssl: "bool",
  timeout: "int",
  max_retries: "int",
  retry_backoff: "number",
  allow_packer_template_builds: "bool",
  "*": "any"
}

const idOf = (body: Json): number => (isJsonObject(body) ? Number(body["id"]) : Number.NaN)

const netboxEndpoint = (port: number, token: string) => ({
  name: "netbox",
  ip_address: "127.0.0.1",
  domain: "localhost",
  port,
  verify_ssl: false,
  token_version: "v1",
  token
})

const netboxShape: Shape = {
  id: "int",
  name: "text",
  domain: "=localhost",
  ip_address: "=127.0.0.1",
  port: "int",
  verify_ssl: false,
  token_version: "=v1",
  enabled: true,
  probe: null
}

export const pushesNetBox = Effect.gen(function* () {
  const { netbox, plugin, waiting } = yield* World
  const push = (method: "POST" | "PUT", path: string, port: number) =>
    plugin.call(method, path, { json: netboxEndpoint(port, netbox.token) })
  // The operator's part: credentials are stored encrypted.
  assert.strictEqual((yield* push("POST", "/netbox/endpoint", portOf(netbox.url))).status, 400)
  yield* plugin.call("POST", "/admin/encryption/generate")
  assert.deepStrictEqual(yield* plugin.read("/netbox/endpoint"), [], "H10")
  const made = yield* push("POST", "/netbox/endpoint", portOf(waiting.url))
  assert.include([200, 201], made.status, "H10")
  assertLooks(made.body, netboxShape, "H10")
  const path = `/netbox/endpoint/${idOf(made.body)}`
  for (const port of [portOf(waiting.url), portOf(netbox.url), portOf(netbox.url)]) {
    assert.include([200, 201], (yield* push("PUT", path, port)).status, "H10")
    assertLooks(yield* plugin.read("/netbox/endpoint"), [{ ...(netboxShape as object), port }], "H10")
  }
  assert.strictEqual((yield* push("POST", "/netbox/endpoint", portOf(netbox.url))).status, 400, "H10")
  assertLooks(
    yield* plugin.read("/admin/encryption/status"),
    { attestation_version: 1, active_key_source: "=local", encrypted_credentials_verified: true, "*": "any" },
    "attestation"
  )
  assert.deepStrictEqual(yield* netbox.requests, [], "H16")
  assert.deepStrictEqual([...waiting.seen], [], "H16")
})

export const pushesClusters = Effect.gen(function* () {
  const { home, lab, netbox, plugin, rows, waiting } = yield* World
  assert.deepStrictEqual(yield* plugin.read("/proxmox/endpoints"), [], "H8")
  const bodies = [
    [7, endpointOf("lab", 7, { port: portOf(lab.urls[0]), token: lab.token })],
    [12, endpointOf("home", 12, { port: portOf(home.urls[0]), token: home.token })]
  ] as const
  for (const [pk, json] of bodies) {
    const made = yield* plugin.call("POST", "/proxmox/endpoints", { json })
    assert.isTrue(made.status >= 200 && made.status < 300, "H8")
    assertLooks(made.body, rowShape, "H9")
    for (const secret of ["password", "token_value"]) assert.notProperty(made.body, secret)
    rows.set(pk, idOf(made.body))
  }
  const list = yield* plugin.read("/proxmox/endpoints")
  assertLooks(list, every(rowShape), "H9")
  assert.deepStrictEqual(namesIn(list), ["lab (nb:7)", "home (nb:12)"], "H8")
  const [[, json]] = bodies
  const path = `/proxmox/endpoints/${rows.get(7)}`
  const row = yield* plugin.read(path)
  const put = (sent: Json) => Effect.map(plugin.call("PUT", path, { json: sent }), ({ body }) => body)
  assert.deepStrictEqual(yield* put(json), row, "H8: the same again changes nothing")
  assert.deepStrictEqual(yield* put(disabled), { ...(row as object), enabled: false }, "H8: two members alone")
  assert.deepStrictEqual(yield* plugin.read(path), { ...(row as object), enabled: false }, "H8")
  assert.deepStrictEqual(yield* put(json), row, "H8")
  assert.strictEqual((yield* plugin.call("GET", "/proxmox/endpoints/4711")).status, 404, "H19")
  assert.deepStrictEqual(yield* netbox.requests, [], "H16")
  assert.deepStrictEqual([...waiting.seen], [], "H16")
})
