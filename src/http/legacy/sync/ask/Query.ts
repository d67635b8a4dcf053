import { ParseResult, Schema } from "effect"

const truths: { readonly [word: string]: boolean } = {
  true: true,
  "1": true,
  yes: true,
  on: true,
  t: true,
  y: true,
  false: false,
  "0": false,
  no: false,
  off: false,
  f: false,
  n: false
}

/** A switch in a query, in any of the words that clients of proxbox-api may use. */
export const Flag = Schema.transformOrFail(Schema.String, Schema.Boolean, {
  strict: true,
  decode: (text, _, ast) => {
    const value = truths[text.toLowerCase()]
    return value === undefined
      ? ParseResult.fail(new ParseResult.Type(ast, text, "must be true or false"))
      : ParseResult.succeed(value)
  },
  encode: (value) => ParseResult.succeed(String(value))
}).annotations({ identifier: "Flag", jsonSchema: { type: "boolean" } })

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

const flag = (otherwise: boolean) => Schema.optionalWith(Flag, { exact: true, default: () => otherwise })

const text = (most: number) => optional(Schema.String.pipe(Schema.maxLength(most)))

const Int = Schema.NumberFromString.pipe(Schema.int())

/** Which NetBox a request is about. */
export const Which = Schema.Struct({ netbox_id: optional(Int) })

/** Which endpoints a request is about. */
export const Selector = Schema.Struct({
  source: Schema.optionalWith(Schema.String, { exact: true, default: () => "database" }),
  name: text(255),
  domain: text(255),
  ip_address: text(45),
  /** Taken and ignored, as clients know it. */
  port: optional(Int.pipe(Schema.between(1, 65535))),
  endpoint_ids: text(255),
  /** The same as `endpoint_ids`, and before it. */
  proxmox_endpoint_ids: text(255),
  ...Which.fields
})
export type Selector = typeof Selector.Type

/** What a run may overwrite; an absent switch is on, but for that of the platform. */
const overwriting = {
  overwrite_device_role: optional(Flag),
  overwrite_device_type: optional(Flag),
  overwrite_device_tags: optional(Flag),
  overwrite_device_status: optional(Flag),
  overwrite_device_description: optional(Flag),
  overwrite_device_custom_fields: optional(Flag),
  overwrite_vm_role: optional(Flag),
  overwrite_vm_type: optional(Flag),
  overwrite_vm_platform: optional(Flag),
  overwrite_vm_tags: optional(Flag),
  overwrite_vm_proxmox_tags: optional(Flag),
  overwrite_vm_description: optional(Flag),
  overwrite_vm_custom_fields: optional(Flag),
  overwrite_vm_cloudinit: optional(Flag),
  overwrite_cluster_tags: optional(Flag),
  overwrite_cluster_description: optional(Flag),
  overwrite_cluster_custom_fields: optional(Flag),
  overwrite_node_interface_tags: optional(Flag),
  overwrite_node_interface_custom_fields: optional(Flag),
  overwrite_storage_tags: optional(Flag),
  overwrite_vm_interface_tags: optional(Flag),
  overwrite_vm_interface_custom_fields: optional(Flag),
  overwrite_ip_status: optional(Flag),
  overwrite_ip_tags: optional(Flag),
  overwrite_ip_custom_fields: optional(Flag),
  overwrite_ip_address_dns_name: optional(Flag)
}

/** `always`, `bootstrap_only` (created, and then left alone) or `disabled`; any other word is `always`. */
const SyncMode = optional(Schema.String.pipe(Schema.maxLength(40)))

const syncModes = {
  sync_mode_vm: SyncMode,
  sync_mode_vm_interface: SyncMode,
  sync_mode_mac: SyncMode,
  sync_mode_ip_address: SyncMode,
  sync_mode_cluster: SyncMode,
  sync_mode_node: SyncMode,
  sync_mode_vm_template: SyncMode,
  sync_mode_storage: SyncMode,
  sync_mode_sdn: SyncMode,
  sync_mode_sdn_bgp: SyncMode
}

/** How guests are named and addressed: taken for the clients' sake; the engine has one way. */
const naming = {
  use_guest_agent_interface_name: flag(true),
  vm_interface_sync_strategy: Schema.optionalWith(Schema.Literal("guest_os_model", "legacy_rename"), {
    exact: true,
    default: () => "guest_os_model" as const
  }),
  ignore_ipv6_link_local_addresses: flag(true),
  primary_ip_preference: Schema.optionalWith(Schema.Literal("ipv4", "ipv6"), {
    exact: true,
    default: () => "ipv4" as const
  })
}

const behaviours = {
  parse_description_metadata: flag(false),
  sync_vm_platform_from_guest_agent: flag(false),
  /** They are part of what is kept true, unless a client says otherwise. */
  sync_node_interfaces: flag(true)
}

const common = {
  ...Selector.fields,
  type: optional(Schema.Literal("vm", "storage", "node", "sdn")),
  ...overwriting,
  ...syncModes,
  ...naming,
  ...behaviours,
  netbox_vm_ids: optional(Schema.String),
  netbox_branch_schema_id: text(100),
  dry_run: flag(false),
  run_id: text(100),
  node: text(100),
  sync_vm_network: flag(true),
  sync_task_history: flag(true),
  assign_vm_interface_ips: flag(true),
  sync_vm_interface_macs: flag(true),
  delete_nonexistent_backup: flag(false),
  delete_nonexistent_snapshot: flag(false),
  use_css: flag(false),
  use_websocket: flag(false)
}

/** What every route that synchronizes takes, whichever of it concerns it; other parameters are ignored. */
export const SyncQuery = Schema.Struct({ ...common, fetch_max_concurrency: optional(Int) })
export type SyncQuery = typeof SyncQuery.Type

/** Of the routes that refuse to fetch nothing at a time. */
export const BoundedQuery = Schema.Struct({
  ...common,
  fetch_max_concurrency: optional(Int.pipe(Schema.greaterThanOrEqualTo(1)))
})

/** Of the sweep: the run whose guests are not orphans. Every run finds those that are gone itself: the id is given back, no more. */
export const SweepQuery = Schema.Struct({
  ...SyncQuery.fields,
  run_id: Schema.String.pipe(Schema.minLength(1), Schema.maxLength(100)),
  vm_stage_failed: flag(false)
})

/** Of the backups of one storage. */
export const BackupQuery = Schema.Struct({
  ...SyncQuery.fields,
  node: Schema.String.pipe(Schema.minLength(1), Schema.maxLength(100)),
  storage: Schema.String.pipe(Schema.minLength(1), Schema.maxLength(100)),
  vmid: optional(Schema.String.pipe(Schema.maxLength(20)))
})
