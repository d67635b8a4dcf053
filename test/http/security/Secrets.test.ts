import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Option } from "effect"
import { isJsonObject, type Json, type JsonObject } from "../../../src/domain/Json.ts"
import { certificate } from "../../support/Certificates.ts"
import * as ScriptedServer from "../../support/ScriptedServer.ts"
import * as Support from "../../support/Service.ts"
import { asking, done, membersOf } from "../../support/V1.ts"

interface Operation {
  readonly method: string
  readonly path: string
  readonly queries: ReadonlyArray<string>
  readonly members: ReadonlyArray<string>
  readonly example: Json
}

const objectOf = (value: Json | undefined): JsonObject => (value !== undefined && isJsonObject(value) ? value : {})

const listOf = (value: Json | undefined): ReadonlyArray<JsonObject> =>
  Array.isArray(value) ? value.filter(isJsonObject) : []

/** Every operation as the service describes it, what changes nothing first, what removes last. */
const operationsIn = (document: JsonObject): ReadonlyArray<Operation> => {
  const schemas = objectOf(objectOf(document["components"])["schemas"])
  const membersOf = (schema: JsonObject): ReadonlyArray<string> => {
    const name =
      String(schema["$ref"] ?? "")
        .split("/")
        .at(-1) ?? ""
    if (name !== "") return membersOf(objectOf(schemas[name]))
    return [...Object.keys(objectOf(schema["properties"])), ...listOf(schema["anyOf"]).flatMap(membersOf)]
  }
  const order = ["get", "put", "patch", "post", "delete"]
  return Object.entries(objectOf(document["paths"]))
    .flatMap(([path, item]) =>
      Object.entries(objectOf(item)).map(([method, one]) => ({ path, method, one: objectOf(one) }))
    )
    .toSorted((a, b) => order.indexOf(a.method) - order.indexOf(b.method))
    .map(({ method, one, path }) => {
      const content = objectOf(Object.values(objectOf(objectOf(one["requestBody"])["content"]))[0])
      return {
        method: method.toUpperCase(),
        path,
        queries: listOf(one["parameters"]).flatMap((at) => (at["in"] === "query" ? [String(at["name"])] : [])),
        members: membersOf(objectOf(content["schema"])),
        example: content["example"] ?? null
      }
    })
}

const endless = "/admin/logs/stream"

describe("secrets", () => {
  it.scopedLive(
    "are in no answer, log line, event or metric of any operation, whatever is sent",
    () =>
      Effect.gen(function* () {
        const { netbox, proxmox, service } = yield* Support.world({
          proxmox: { nodes: 1, guests: 2, seed: 7331 },
          env: { PROXBOX_NETBOX_MAX_RETRIES: "0" }
        })
        const { call } = service
        const document = objectOf((yield* call("/openapi.json")).json)
        const operations = operationsIn(document)
        assert.isAbove(operations.length, 150)
        const { run } = yield* done(asking(service), "/v1/runs", {})
        const made = yield* call("/v1/keys", { method: "POST", json: { label: "spare", scopes: ["read"] } })
        const guest = [...proxmox.cluster.guests.values()][0]
        const values: { readonly [name: string]: string } = {
          run,
          plan: run,
          kind: "virtualization.virtualmachine",
          key: `lab%2F${guest?.vmid ?? 0}`,
          key_id: "2",
          node: guest?.node ?? "",
          type: guest?.type ?? "",
          vmid: String(guest?.vmid),
          cluster_name: "lab"
        }
        const wrong = "planted-wrong-key-0123456789abcdefghijklmnopqrstuvwxyz"
        const secrets = [
          netbox.token,
          proxmox.token.split("=")[1] ?? "",
          proxmox.token,
          proxmox.password,
          String(membersOf(made)["raw_key"]),
          Support.key,
          wrong
        ]
        service.plant(secrets)

        const at = ({ path }: Operation) => path.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "1")
        const ask = (operation: Operation, sent: Support.Sent, query = "") =>
          Effect.timeoutOption(
            call(at(operation) + query, { method: operation.method, ...sent }),
            operation.path === endless ? "1 second" : "60 seconds"
          )
        const asJson = { "content-type": "application/json" }
        for (const [index, operation] of operations.entries()) {
          const secret = secrets[index % secrets.length] ?? ""
          const query = (names: ReadonlyArray<string>) => `?${names.map((name) => `${name}=${secret}`).join("&")}`
          const everywhere = {
            authorization: `Bearer ${secret}`,
            cookie: `key=${secret}`,
            "if-match": `"${secret}"`,
            "last-event-id": secret,
            "x-request-id": `${secret}!`,
            "x-proxbox-actor": `${secret}!`
          }
          yield* ask(operation, { key: null, headers: everywhere }, query(["api_key", "token", ...operation.queries]))
          yield* ask(operation, { key: wrong, headers: everywhere })
          // What takes nothing but its path would be done.
          if (operation.method !== "GET" && operation.queries.length + operation.members.length === 0) continue
          const refused = yield* ask(operation, { headers: everywhere }, query(operation.queries))
          const status = Option.match(refused, { onNone: () => 200, onSome: ({ status }) => status })
          assert.notStrictEqual(status, 500, `${operation.method} ${operation.path}`)
          if (operation.members.length === 0) continue
          for (const value of [secret, { value: secret }, [secret]]) {
            const json = Object.fromEntries(operation.members.map((name) => [name, value]))
            yield* ask(operation, { json: { ...json, unknown: secret }, headers: everywhere })
          }
          for (const body of [`{"password": "${secret}", ${secret}`, `"${secret}"`, secret]) {
            yield* ask(operation, { body, headers: { ...asJson, ...everywhere } })
          }
        }

        const host = { ip_address: "127.0.0.1", port: 1, verify_ssl: false }
        const account = { username: proxmox.username, password: proxmox.password }
        const bodies: { readonly [path: string]: Json } = {
          "/auth/register-key": { api_key: wrong, label: "second" },
          "/admin/encryption/key": { key: "planted-encryption-key-44d0" },
          "/netbox/endpoint": { name: "other", token: netbox.token, ...host },
          "/netbox/endpoint/{netbox_id}": { name: "netbox", token: netbox.token },
          "/proxmox/endpoints": { name: "other", enabled: false, ...account, ...host },
          // From now on by password.
          "/proxmox/endpoints/{endpoint_id}": { ...account, token_name: null, token_value: null },
          "/v1/endpoints/netbox": { name: "other", token: netbox.token, ...host },
          "/v1/endpoints/proxmox": { name: "another", enabled: false, ...account, ...host }
        }
        const statuses = new Map<number, number>()
        const carryOut = Effect.fnUntraced(function* (chosen: ReadonlyArray<Operation>) {
          for (const operation of chosen) {
            const json = bodies[operation.path] ?? operation.example
            const sent = operation.members.length === 0 ? {} : { json }
            const told = yield* ask(operation, { ...sent, headers: { "if-match": "*" } })
            const status = Option.match(told, { onNone: () => 200, onSome: ({ status }) => status })
            assert.notStrictEqual(status, 500, `${operation.method} ${operation.path}`)
            statuses.set(status, (statuses.get(status) ?? 0) + 1)
          }
        })
        // What synchronizes does the same by POST as by GET.
        const twice = (one: Operation) =>
          one.method === "POST" && operations.some(({ method, path }) => method === "GET" && path === one.path)
        yield* carryOut(operations.filter((one) => one.method !== "DELETE" && !(twice(one) && one.queries.length > 0)))
        yield* carryOut(operations.filter(({ path }) => /^\/proxmox\/(cluster|nodes)|full-update/.test(path)))
        yield* carryOut(operations.filter(({ method }) => method === "DELETE"))
        assert.isAbove(statuses.get(200) ?? 0, 80, JSON.stringify([...statuses]))
      }),
    300_000
  )

  it.scopedLive(
    "that Proxmox and NetBox echo are passed on to nobody",
    () =>
      Effect.gen(function* () {
        let status = 200
        const echo: ScriptedServer.Script = ({ body, headers, url }, response) => {
          const text = `${String(headers.authorization ?? headers.cookie)} ${body}`
          const said = {
            data: { message: text, ticket: text },
            message: text,
            detail: text,
            errors: { token: text },
            url
          }
          response.writeHead(status, text.replaceAll(/[^\x20-\x7e]/g, "").slice(0, 200), {
            "content-type": "application/json",
            "retry-after": "0"
          })
          response.end(JSON.stringify(said))
        }
        const pve = yield* ScriptedServer.serve(echo, certificate({ names: "IP:127.0.0.1", days: 30 }))
        const nb = yield* ScriptedServer.serve(echo)
        const service = yield* Support.start({
          env: { PROXBOX_NETBOX_MAX_RETRIES: "0", PROXBOX_NETBOX_RETRY_DELAY: "0.01" }
        })
        const { call } = service
        yield* call("/admin/encryption/generate", { method: "POST" })
        const host = (url: string) => ({ ip_address: "127.0.0.1", port: Number(new URL(url).port), verify_ssl: false })
        const tokens = [
          { token_version: "v1", token: "91f6cafe91f6cafe91f6cafe91f6cafe91f6cafe" },
          { token_version: "v2", token_key: "plantedkey77", token: "plantedsecrethalf0123456789abcdefghijklm" }
        ]
        const accounts = [
          { username: "a@pve", token_name: "t", token_value: "0f9e8d7c-6b5a-4c3d-8e2f-planted00001" },
          { username: "a@pve", password: "planted-pass word&with=signs" }
        ]
        yield* call("/netbox/endpoint", { method: "POST", json: { name: "n", ...tokens[0], ...host(nb.url) } })
        yield* call("/proxmox/endpoints", { method: "POST", json: { name: "one", ...accounts[0], ...host(pve.url) } })
        yield* call("/proxmox/endpoints", { method: "POST", json: { name: "two", ...accounts[1], ...host(pve.url) } })
        for (const token of tokens) {
          yield* call("/netbox/endpoint/1", { method: "PUT", json: token })
          for (status of [200, 400, 401, 403, 404, 500, 503]) {
            for (const path of [
              "/netbox/status",
              "/netbox/openapi",
              "/netbox/endpoint/1/probe",
              "/readyz",
              "/proxmox/cluster/status",
              "/proxmox/nodes",
              "/proxmox/version?endpoint_ids=1",
              "/proxmox/version?endpoint_ids=2",
              "/virtualization/virtual-machines"
            ]) {
              yield* call(path)
            }
            yield* call("/full-update")
          }
        }
        assert.isAbove(nb.seen.length, 20)
        assert.isAbove(pve.seen.length, 20)
      }),
    300_000
  )

  it.scopedLive(
    "that are words of the journal, of Proxmox or of NetBox stop nothing, and are blotted out of nothing",
    () =>
      Effect.gen(function* () {
        const { netbox, service } = yield* Support.world({ proxmox: { nodes: 1, guests: 4 } })
        const words = [
          "requestId",
          "subject",
          "changes",
          "fields",
          "reconcile",
          "proxmox",
          "cluster",
          "running",
          "active"
        ]
        for (const [at, password] of [...words, "memory", "description", "virtual", "create", "104857"].entries()) {
          const json = {
            name: `other-${at}`,
            ip_address: "10.0.0.1",
            port: 8006,
            username: "a@pve",
            enabled: false,
            password
          }
          // As text, so that the words are not planted: they are everywhere.
          const sent = { body: JSON.stringify(json), headers: { "content-type": "application/json" } }
          const made = yield* service.call("/v1/endpoints/proxmox", { method: "POST", ...sent })
          assert.strictEqual(made.status, 201, `${password}: ${made.text}`)
        }
        const { end, run } = yield* done(asking(service), "/v1/runs", {})
        assert.deepInclude(end, { state: "completed", outcome: "succeeded" })
        const operations = yield* service.call(`/v1/runs/${run}?limit=500`)
        const journal = yield* service.call("/v1/journal?limit=500")
        const machines = JSON.stringify(yield* netbox.rows("virtualization.virtualmachine"))
        for (const text of [operations.text, journal.text, machines]) assert.notInclude(text, "redacted")
        assert.include(machines, '"name"')
      }),
    60_000
  )

  it.live("that a service of the tests lets out fail the test, wherever they are found", () =>
    Effect.gen(function* () {
      const label = "planted-label-of-a-key-3f1c"
      const exit = yield* Effect.exit(
        Effect.scoped(
          Effect.gen(function* () {
            const { call, plant } = yield* Support.start()
            const made = yield* call("/v1/keys", { method: "POST", json: { label, scopes: ["admin"] } })
            const key = String(membersOf(made)["raw_key"])
            yield* call("/v1/schedules", { method: "POST", key, json: { name: "nightly", cron: "0 3 * * *" } })
            plant([label])
            yield* call("/v1/keys")
          })
        )
      )
      const told = Exit.match(exit, { onFailure: Cause.pretty, onSuccess: () => "" })
      for (const where of ["what clients were sent", "the log", "the journal", "service.db"])
        assert.include(told, where)
      assert.notInclude(told, label)
    })
  )
})
