import { Effect } from "effect"
import type { Conflict, JournalFailed } from "../../journal/Journal.ts"
import type { EndpointError } from "../../services/EndpointError.ts"
import type { NoEndpoint } from "../../services/Engines.ts"
import type { UnsupportedVersion } from "../../services/NetBox.ts"
import type { PlanUnusable } from "../../services/RunErrors.ts"
import type { RunActive, RunNotFound, RunOver, ScopeRefused } from "../../services/Runs.ts"
import type { StoreFailed } from "../../store/Database.ts"
import type { CiphertextExists, EncryptionKeyRefused, NoEncryptionKey, Undecryptable } from "../../store/Encryption.ts"
import type { EndpointNotFound, EndpointRefused } from "../../store/Endpoints.ts"
import type { KeyLimitReached, KeyNotFound, KeyRefused, LastActiveKey } from "../../store/Keys.ts"
import type { ScheduleNotFound, ScheduleRefused } from "../../store/Schedules.ts"
import type { AddressRefused } from "../AddressGuard.ts"
import { type Code, Problem } from "../Problem.ts"

/** What the services behind `/v1` refuse. */
export type Failure =
  | AddressRefused
  | CiphertextExists
  | Conflict
  | EncryptionKeyRefused
  | EndpointError
  | EndpointNotFound
  | EndpointRefused
  | JournalFailed
  | KeyLimitReached
  | KeyNotFound
  | KeyRefused
  | LastActiveKey
  | NoEncryptionKey
  | NoEndpoint
  | PlanUnusable
  | RunActive
  | RunNotFound
  | RunOver
  | ScheduleNotFound
  | ScheduleRefused
  | ScopeRefused
  | StoreFailed
  | Undecryptable
  | UnsupportedVersion

const codes: { readonly [Tag in Failure["_tag"]]: Code } = {
  AddressRefused: "refused",
  CiphertextExists: "conflict",
  Conflict: "conflict",
  Cut: "upstream_failed",
  Denied: "upstream_failed",
  EncryptionKeyRefused: "refused",
  EndpointNotFound: "not_found",
  EndpointRefused: "refused",
  JournalFailed: "unavailable",
  KeyLimitReached: "conflict",
  KeyNotFound: "not_found",
  KeyRefused: "refused",
  LastActiveKey: "conflict",
  NoEncryptionKey: "conflict",
  NoEndpoint: "conflict",
  PlanUnusable: "conflict",
  Refused: "upstream_failed",
  RunActive: "run_active",
  RunNotFound: "not_found",
  RunOver: "conflict",
  ScheduleNotFound: "not_found",
  ScheduleRefused: "invalid_request",
  ScopeRefused: "invalid_request",
  StoreFailed: "unavailable",
  Throttled: "upstream_failed",
  TlsRejected: "upstream_failed",
  Undecodable: "upstream_failed",
  Undecryptable: "conflict",
  Unreachable: "upstream_failed",
  UnsupportedVersion: "upstream_failed",
  Upstream: "upstream_failed"
}

const problemOf = (failure: Failure): Problem => {
  const code = codes[failure._tag]
  const detail = failure.message
  switch (failure._tag) {
    case "RunActive":
      return new Problem({ code, detail, more: { run: failure.run } })
    case "ScheduleRefused":
      return new Problem({ code, detail, errors: [{ loc: [failure.field], msg: failure.detail }] })
    case "ScopeRefused":
      return new Problem({ code, detail, errors: [{ loc: ["scope"], msg: failure.detail }] })
    case "StoreFailed":
    case "JournalFailed":
      return new Problem({
        code,
        detail:
          "The database or the journal of the service cannot be used; the log of the service says why. Try again later"
      })
    default:
      return new Problem({ code, detail })
  }
}

/** Where database or journal do not work, their files are named in the log alone. */
const logged = (failure: Failure) =>
  failure._tag === "StoreFailed" || failure._tag === "JournalFailed" ? Effect.logError(failure.message) : Effect.void

/** Every refusal of a service as the problem that tells of it. */
export const asProblems = <A, R>(effect: Effect.Effect<A, Failure | Problem, R>): Effect.Effect<A, Problem, R> =>
  Effect.catchAll(effect, (failure) =>
    failure._tag === "Problem"
      ? Effect.fail(failure)
      : Effect.zipRight(logged(failure), Effect.fail(problemOf(failure)))
  )
