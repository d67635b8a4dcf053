import { Schema } from "effect"
import { Ref } from "./Ref.ts"

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

/** Which part of the difference a run is about. What is absent narrows nothing: `{}` is everything. */
export const Scope = Schema.Struct({
  /** Names of sources; the others are not read, and count as not seen. */
  sources: optional(Schema.Array(Schema.String)),
  /** NetBox content types whose objects are written; of others only what these need and NetBox does not have is created. */
  kinds: optional(Schema.Array(Schema.String)),
  /** Refs of guests (or devices): with all that belongs to them, as interfaces, addresses, MAC addresses, disks. */
  guests: optional(Schema.Array(Ref)),
  /** Of what belongs to nodes and to guests alike, as addresses: only what is of these. */
  of: optional(Schema.Literal("nodes", "guests")),
  /** `<kind>.<field>`: written at creation, or when blank on adoption, and then left alone. */
  keep: optional(Schema.Array(Schema.String)),
  /** Kinds whose objects are created, and neither changed nor removed. */
  createOnly: optional(Schema.Array(Schema.String)),
  /** A branch of NetBox (plugin netbox-branching) to which all requests go. */
  branch: optional(Schema.String)
}).annotations({ identifier: "Scope" })
export type Scope = typeof Scope.Type

export const everything: Scope = {}
