import * as HttpServer from "@effect/platform/HttpServer"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as FileSystem from "@effect/platform/FileSystem"
import { ConfigProvider, Context, Effect, Layer } from "effect"
import * as SimulatedNetBox from "../../src/demo/SimulatedNetBox.ts"
import * as SimulatedProxmox from "../../src/demo/SimulatedProxmox.ts"
import type { Json } from "../../src/domain/Json.ts"
import { loadService } from "../../src/services/ConfigFile.ts"
import * as Service from "../../src/Service.ts"
import { type Answer, ask, type Broken } from "./Ask.ts"
import { type Plant, secretsIn, secretsOfFile, watch } from "./Leaks.ts"
import type { NetBoxAddress } from "./State.ts"

/** The first key of every service of the tests. */
export const key = "a-key-of-the-tests-0123456789abcdefghijklmnopqrstuvwxyz"

export interface Sent {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly json?: Json
  /** Sent as it is. */
  readonly body?: string
  /** Of the caller: the first key unless given; null sends none. */
  readonly key?: string | null
}

/** What was answered; `json` is null where the body is none. */
export interface Told extends Answer {
  readonly json: Json
}

export interface RunningService {
  readonly url: string
  readonly port: number
  readonly data: string
  readonly context: Context.Context<Layer.Layer.Success<ReturnType<typeof Service.layer>>>
  /** Secrets that it may let out from now on nowhere; those that are sent by `call` are among them. */
  readonly plant: Plant
  readonly call: (path: string, sent?: Sent) => Effect.Effect<Told, Broken>
}

const jsonOf = ({ headers, text }: Answer): Json =>
  /\bjson\b/.test(String(headers["content-type"])) && text !== "" ? (JSON.parse(text) as Json) : null

/** What makes a key shows it. */
const isShowing = (method: string, path: string) => method === "POST" && /keys|encryption/.test(path)

export const callOf =
  (url: string, plant: Plant = () => {}): RunningService["call"] =>
  (path, { body, headers, json, key: given = key, method = "GET" } = {}) => {
    plant([given ?? "", ...secretsIn(json ?? null)])
    return ask(`${url}${path}`, {
      method,
      headers: {
        ...(given === null ? {} : { "x-proxbox-api-key": given }),
        ...(json === undefined ? {} : { "content-type": "application/json" }),
        ...headers
      },
      ...(json === undefined ? (body === undefined ? {} : { body }) : { body: JSON.stringify(json) })
    }).pipe(
      Effect.map((answer) => ({ ...answer, json: jsonOf(answer) })),
      Effect.tap((told) => Effect.sync(() => plant(isShowing(method, path) ? secretsIn(told.json) : [])))
    )
  }

/** The environment of the services of the tests: the simulators are on 127.0.0.1. */
const environment = {
  PROXLEDGER_ALLOWED_RANGES: "127.0.0.0/8",
  PROXBOX_RATE_LIMIT: "100000",
  PROXBOX_LOG_LEVEL: "CRITICAL",
  PROXBOX_NETBOX_RETRY_DELAY: "0.02"
}

export interface ServiceSetup {
  /** A folder of its own unless given. */
  readonly data?: string
  /** Variables of the environment; nothing of the real one is seen. */
  readonly env?: Readonly<Record<string, string>>
  /** A configuration file. */
  readonly config?: string
  /** Whether the first key is registered: true unless given. */
  readonly bootstrap?: boolean
}

/** A service on any port, which ends with the scope; what it let out by then holds none of the secrets it was given. */
export const start = Effect.fnUntraced(function* ({ bootstrap = true, config, data, env = {} }: ServiceSetup = {}) {
  const files = yield* FileSystem.FileSystem
  const folder = data ?? (yield* files.makeTempDirectoryScoped())
  // Names are nested by underscores, as in the real environment.
  const provider = ConfigProvider.fromMap(new Map(Object.entries({ ...environment, ...env })), { pathDelim: "_" })
  const loaded = config === undefined ? {} : { config: yield* loadService(config) }
  const context = yield* Layer.build(Service.layer({ host: "127.0.0.1", port: 0, data: folder, ...loaded })).pipe(
    Effect.withConfigProvider(provider)
  )
  const { address } = Context.get(context, HttpServer.HttpServer)
  if (address._tag !== "TcpAddress") return yield* Effect.dieMessage("the service does not listen on a port")
  const url = `http://127.0.0.1:${address.port}`
  const plant = yield* watch({ port: address.port, data: folder, context })
  if (config !== undefined) plant(secretsOfFile(yield* files.readFileString(config)))
  const call = callOf(url, plant)
  if (bootstrap) {
    yield* call("/auth/register-key", { method: "POST", key: null, json: { api_key: key, label: "tests" } })
  }
  const service: RunningService = { url, port: address.port, data: folder, context, plant, call }
  return service
}, Effect.provide(NodeContext.layer))

export interface WorldSetup extends ServiceSetup {
  readonly proxmox?: Partial<SimulatedProxmox.Options>
  readonly netbox?: SimulatedNetBox.Options
}

const expect = (status: number) => (told: Told) =>
  told.status === status ? Effect.succeed(told) : Effect.dieMessage(`the service answered ${told.status}: ${told.text}`)

/** Configures both sides over the service's own API. */
export const configure = Effect.fnUntraced(function* (
  { call }: RunningService,
  netbox: NetBoxAddress,
  proxmox: SimulatedProxmox.SimulatedProxmox
) {
  const at = (url: string) => Number(new URL(url).port)
  yield* Effect.flatMap(call("/admin/encryption/generate", { method: "POST" }), expect(200))
  yield* call("/netbox/endpoint", {
    method: "POST",
    json: {
      name: "netbox",
      ip_address: "127.0.0.1",
      domain: "",
      port: at(netbox.url),
      verify_ssl: false,
      token_version: "v1",
      token: netbox.token
    }
  }).pipe(Effect.flatMap(expect(200)))
  const [account = "", token_value = ""] = proxmox.token.split("=")
  const [username = "", token_name = ""] = account.split("!")
  yield* call("/proxmox/endpoints", {
    method: "POST",
    json: {
      name: "lab (nb:1)",
      ip_address: "127.0.0.1",
      port: at(proxmox.urls[0] ?? ""),
      username,
      token_name,
      token_value,
      verify_ssl: false
    }
  }).pipe(Effect.flatMap(expect(200)))
})

/** A service with both sides configured: NetBox, and one cluster whose permanent name is `lab`. */
export const world = Effect.fnUntraced(function* ({
  netbox: netboxOptions = {},
  proxmox: proxmoxOptions = {},
  ...setup
}: WorldSetup = {}) {
  const netbox = yield* SimulatedNetBox.make(netboxOptions)
  const proxmox = yield* SimulatedProxmox.make({
    name: "lab",
    seed: 1,
    nodes: 2,
    guests: 6,
    tls: true,
    ...proxmoxOptions
  })
  const service = yield* start(setup)
  yield* configure(service, netbox, proxmox)
  return { netbox, proxmox, service }
})
