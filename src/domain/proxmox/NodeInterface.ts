import type { Cidr } from "./Address.ts"

/** What Proxmox calls an interface, in the words in which NetBox tells them apart. */
export type Form = "other" | "lag" | "bridge" | "virtual"

export interface Vlans {
  readonly mode: "access" | "tagged" | "tagged-all"
  readonly untagged: number | null
  /** Sorted VIDs. */
  readonly tagged: ReadonlyArray<number>
}

/** An interface of a node in typed form. A member that is undefined was not understood: unknown, not empty. */
export interface NodeInterface {
  readonly name: string
  readonly form: Form
  readonly enabled: boolean | undefined
  readonly mtu: number | null
  /** First line of the comment; "" without. */
  readonly comment: string
  /** Other names of the same card, among them the one it had before it was renamed. */
  readonly altnames: ReadonlyArray<string>
  /** Upper case with colons; Proxmox tells it only where it is configured or stands in a name. */
  readonly mac: string | null
  /** Names of other interfaces of the node; null where there is none. */
  readonly lag: string | null | undefined
  readonly bridge: string | null | undefined
  readonly parent: string | null | undefined
  /** Null where the interface has none of its own. */
  readonly vlans: Vlans | null | undefined
  readonly addresses: ReadonlyArray<Cidr>
  /** Whether `addresses` are all it has: not where they come from a lease or an advertisement. */
  readonly addressesKnown: boolean
  /** Families whose default gateway is reached through it. */
  readonly gateways: ReadonlyArray<4 | 6>
}

export interface NodeNetwork {
  /** By name. */
  readonly interfaces: ReadonlyArray<NodeInterface>
  /** Names of what is listed, too, and is no interface of its own: it is not gone, whatever it was before. */
  readonly others: ReadonlyArray<string>
  /** One line each for every value that could not be read, naming the interface and the key. */
  readonly warnings: ReadonlyArray<string>
}
