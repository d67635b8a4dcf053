import { Clock, Duration, Effect, Fiber, Option } from "effect"
import { Journal } from "../journal/Journal.ts"
import { Projections } from "../journal/Projections.ts"
import { Encryption } from "../store/Encryption.ts"
import { Endpoints, type ProxmoxConnection } from "../store/Endpoints.ts"
import { Keys } from "../store/Keys.ts"
import { ConnectGuard } from "./ConnectGuard.ts"
import * as Endpoint from "./Endpoint.ts"
import { NetBoxProbe } from "./NetBoxProbe.ts"

/** One thing that the service needs. */
export interface Check {
  /** `journal`, `database`, `key`, `netbox`, `proxmox/<name>`. */
  readonly name: string
  readonly status: "ok" | "failed" | "unknown" | "not_configured"
  /** Cause and remedy, where there is something to say. */
  readonly detail: string | null
}

export interface Report {
  /** `degraded`: the service answers, and a server that it works with does not. */
  readonly status: "ready" | "degraded" | "unready"
  readonly checks: ReadonlyArray<Check>
  /** What is not well, a sentence each. */
  readonly problems: ReadonlyArray<string>
  /** Seconds since the last run began; null when there was none. */
  readonly last_run_age_seconds: number | null
}

/** How long what was heard of other servers is believed. */
const fresh = Duration.toMillis("30 seconds")

/** How long an answer waits to hear more. */
const patience = "1 second"

const check = (name: string, status: Check["status"], detail: string | null = null): Check => ({ name, status, detail })

const failed = (name: string) => (error: { readonly message: string }) =>
  Effect.succeed(check(name, "failed", error.message))

/** Any answer will do: whether the credentials are good is told by the runs. */
const answers = ({ name, tls, urls }: ProxmoxConnection, guard: ConnectGuard["Type"]): Effect.Effect<Check> => {
  const ask = Effect.fnUntraced(function* (url: string) {
    const endpoint = yield* Endpoint.make({ name: url, url, tls, guard, permits: 1 })
    yield* endpoint.send({ method: "GET", path: "/api2/json/version", deadline: "5 seconds" })
    return check(`proxmox/${name}`, "ok")
  }, Effect.scoped)
  return Effect.catchAll(Effect.firstSuccessOf(urls.map(ask)), failed(`proxmox/${name}`))
}

/** Whether the service can work, and what stands in its way. */
export class Readiness extends Effect.Service<Readiness>()("proxledger/Readiness", {
  scoped: Effect.gen(function* () {
    const journal = yield* Journal
    const projections = yield* Projections
    const endpoints = yield* Endpoints
    const encryption = yield* Encryption
    const keys = yield* Keys
    const netbox = yield* NetBoxProbe
    const guard = yield* ConnectGuard
    const scope = yield* Effect.scope

    const journalCheck = Effect.map(
      journal.health,
      Option.match({
        onNone: () => check("journal", "ok"),
        onSome: ({ message }) => check("journal", "failed", message)
      })
    )

    const databaseCheck = keys.needsBootstrap.pipe(
      Effect.map((needed) =>
        needed
          ? check("database", "ok", "No API key is registered yet. Register one with POST /auth/register-key")
          : check("database", "ok")
      ),
      Effect.catchAll(failed("database"))
    )

    const keyCheck = encryption.status.pipe(
      Effect.map(({ configured, verified }) => {
        if (!configured) {
          return check(
            "key",
            "not_configured",
            "Credentials cannot be stored. POST /admin/encryption/generate makes a key"
          )
        }
        return verified
          ? check("key", "ok")
          : check(
              "key",
              "failed",
              "The encryption key does not open every stored credential. Give back the one it was stored with"
            )
      }),
      Effect.catchAll(failed("key"))
    )

    const netboxCheck = Effect.gen(function* () {
      if ((yield* endpoints.netbox).every(({ enabled }) => !enabled)) return check("netbox", "not_configured")
      const { error, reachable } = yield* netbox.probe
      return reachable ? check("netbox", "ok") : check("netbox", "failed", error ?? "NetBox does not answer")
    }).pipe(Effect.catchAll(failed("netbox")))

    const proxmoxChecks = endpoints.proxmoxConnections.pipe(
      Effect.flatMap((connections) => Effect.forEach(connections, (one) => answers(one, guard), { concurrency: 8 })),
      Effect.map((checks) => (checks.length === 0 ? [check("proxmox", "not_configured")] : checks)),
      Effect.catchAll(({ message }) => Effect.succeed([check("proxmox", "failed", message)]))
    )

    const outside = Effect.map(
      Effect.all([netboxCheck, proxmoxChecks], { concurrency: 2 }),
      ([one, others]): ReadonlyArray<Check> => [one, ...others]
    )

    let heard: { readonly revision: number; readonly at: number; readonly checks: ReadonlyArray<Check> } | undefined
    let asking: Fiber.Fiber<ReadonlyArray<Check>> | undefined

    /** Asked in the background at most every 30 seconds: a server that is silent holds up nobody for long. */
    const servers = Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      const revision = yield* endpoints.revision
      if (heard !== undefined && heard.revision === revision && now - heard.at < fresh) return heard.checks
      if (asking === undefined || Option.isSome(yield* Fiber.poll(asking))) {
        asking = yield* outside.pipe(
          Effect.tap((checks) =>
            Effect.map(Clock.currentTimeMillis, (at) => {
              heard = { revision, at, checks }
            })
          ),
          Effect.forkIn(scope)
        )
      }
      const checks = yield* Effect.timeoutOption(Fiber.join(asking), patience)
      return Option.getOrElse(checks, () => [check("netbox", "unknown"), check("proxmox", "unknown")])
    })

    const lastRun = projections.runs(1).pipe(
      Effect.catchAll(() => Effect.succeed([])),
      Effect.zipWith(Clock.currentTimeMillis, ([run], now) =>
        run === undefined ? null : Math.max(0, Math.round((now - (run.ended ?? run.started)) / 1000))
      )
    )

    const report: Effect.Effect<Report> = Effect.gen(function* () {
      const own = yield* Effect.all([journalCheck, databaseCheck, keyCheck])
      const checks = [...own, ...(yield* servers)]
      const bad = ({ status }: Check) => status === "failed"
      return {
        status: own.some(bad) ? "unready" : checks.some(bad) ? "degraded" : "ready",
        checks,
        problems: checks.flatMap(({ detail, name }) => (detail === null ? [] : [`${name}: ${detail}`])),
        last_run_age_seconds: yield* lastRun
      }
    })

    return { report }
  })
}) {}
