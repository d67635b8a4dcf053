import type { Gap } from "../Event.ts"
import type { JsonObject } from "../Json.ts"
import type { Vnet } from "./Sdn.ts"

/**
 * What one read of a Proxmox source returned, cleaned of secrets and of everything that moves by itself (uptime, cpu,
 * traffic), so that an unchanged cluster has an unchanged digest. A member that is absent was not seen: unknown, not empty.
 */
export interface Observation {
  readonly source: string
  readonly version: string
  readonly cluster: {
    /** Null on a standalone host; absent when the cluster's status was not seen. */
    readonly name?: string | null
    readonly quorate: boolean
  }
  /** Whether guests missing here are gone: every list answered, quorum held, permissions seen, no node offline. */
  readonly complete: boolean
  /** `tag-style` of `/cluster/options`, parsed: background colours as six lower-case hex digits, by tag. */
  readonly tagStyle?: { readonly caseSensitive: boolean; readonly colors: { readonly [tag: string]: string } }
  /** Sorted by name; asked for only where a guest is attached to something that may be one. */
  readonly vnets?: ReadonlyArray<Vnet>
  /** Sorted by name. */
  readonly nodes: ReadonlyArray<NodeFacts>
  /** Sorted by vmid. */
  readonly guests: ReadonlyArray<GuestFacts>
  readonly gaps: ReadonlyArray<Gap>
}

export interface NodeFacts {
  readonly name: string
  /** Absent when nobody could tell. */
  readonly online?: boolean
  readonly ip?: string
  /** Rows of `/nodes/{n}/network`, as answered, sorted by name. */
  readonly network?: ReadonlyArray<JsonObject>
}

export interface GuestFacts {
  readonly vmid: number
  readonly type: "qemu" | "lxc"
  readonly node: string
  readonly name?: string
  /** Proxmox's word: `running`, `stopped`, `paused`, … `unknown`. */
  readonly status: string
  readonly template?: boolean
  /** Raw text, as in the config. */
  readonly tags?: string
  readonly pool?: string
  readonly maxcpu?: number
  /** Bytes. */
  readonly maxmem?: number
  /** The flat config of the guest without secrets, digest, snapshots and locks. */
  readonly config?: JsonObject
  /** What the guest itself reports; absent when it was not asked or did not answer. */
  readonly interfaces?: ReadonlyArray<GuestInterface>
  readonly hostname?: string
  /** From the agent: `Ubuntu`, `24.04`. */
  readonly os?: { readonly name: string; readonly version?: string }
}

export interface GuestInterface {
  readonly name: string
  /** Upper case with colons. */
  readonly mac?: string
  readonly addresses: ReadonlyArray<{ readonly address: string; readonly prefix?: number }>
}
