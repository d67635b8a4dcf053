import { Data, type Effect } from "effect"
import type { Json } from "../../domain/Json.ts"
import type { Random } from "./Random.ts"
import type { Cluster } from "./Cluster.ts"

/** An answer of 400 and above. Proxmox puts the message into the reason phrase and, from 8.4 on, into the body. */
export class Rejection extends Data.TaggedError("Rejection")<{
  readonly status: number
  readonly reason: string
  readonly errors?: { readonly [parameter: string]: string }
}> {}

export interface Call {
  readonly cluster: Cluster
  /** Of the listener that was asked. */
  readonly localNode: string
  /** From the path: `node`, `vmid`, … */
  readonly path: (name: string) => string
  /** From the query or the body. */
  readonly parameters: { readonly [name: string]: string }
  readonly allowed: (privilege: string, path: string) => boolean
  /** Body of `/access/permissions`. */
  readonly permissions: () => Json
  /** Milliseconds since 1970. */
  readonly now: number
  /** What moves by itself: load, traffic, and the order of Perl's hashes. */
  readonly random: Random
  readonly agentTimeout: number
}

export interface Route {
  readonly method: "GET" | "PUT" | "POST"
  readonly path: string
  /** Any of the privileges (`A|B`) on a path, checked before anything else. */
  readonly demands?: readonly [privileges: string, path: string]
  readonly parameters?: ReadonlyArray<string>
  /** Handled by the three workers that run as root, which every slow read waits for. */
  readonly isProtected?: true
  /** Rows keep their order; elsewhere they come out of a Perl hash. */
  readonly isOrdered?: true
  readonly answer: (call: Call) => Effect.Effect<Json, Rejection>
}
