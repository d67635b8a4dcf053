import { Schema } from "effect"
import { SourceName } from "../domain/ConfigFields.ts"
import * as Fields from "./EndpointFields.ts"

const { given, or } = Fields

const AccessMethods = Schema.Literal("api", "api_ssh")

/** What is the same in what is shown and in what is sent. */
const fields = {
  name: Fields.Name,
  ip_address: Fields.IpAddress,
  domain: Fields.orNull(Fields.Domain),
  port: Fields.Port,
  username: Fields.Name,
  verify_ssl: Fields.Flag,
  enabled: Fields.Flag,
  /** Whether operational verbs may write; reconciliation never does. */
  allow_writes: Fields.Flag,
  access_methods: Fields.oneOf("api", "api_ssh"),
  site_id: Fields.orNull(Fields.Id),
  site_slug: Fields.orNull(Fields.upTo(255)),
  site_name: Fields.orNull(Fields.upTo(255)),
  tenant_id: Fields.orNull(Fields.Id),
  tenant_slug: Fields.orNull(Fields.upTo(255)),
  tenant_name: Fields.orNull(Fields.upTo(255)),
  /** Seconds; null: 5. */
  timeout: Fields.orNull(Fields.whole(1, 3600)),
  /** null: 0. */
  max_retries: Fields.orNull(Fields.whole(0, 100)),
  /** Seconds; null: 0.5. */
  retry_backoff: Fields.orNull(Fields.between(0, 300)),
  /** Name of a node's device: `{node}`, `{cluster}`, `{cluster_slug}`, `{endpoint}` are replaced; "" for the name of the node. */
  node_device_name_template: Fields.NodeNameTemplate,
  allow_packer_template_builds: Fields.Flag,
  ssh_target_node: Fields.orNull(Fields.upTo(255)),
  ssh_host: Fields.orNull(Fields.upTo(255)),
  ssh_username: Fields.orNull(Fields.upTo(64)),
  ssh_port: Fields.Port,
  ssh_identity_file: Fields.orNull(Fields.upTo(4096)),
  ssh_known_host_fingerprint: Fields.orNull(Fields.upTo(128))
}

const secrets = {
  password: Fields.orNull(Fields.Secret),
  /** The name of the token alone, or `user@realm!name`. */
  token_name: Fields.orNull(Fields.upTo(255)),
  token_value: Fields.orNull(Fields.TokenSecret)
}

/** A Proxmox cluster or host as it is shown: no secret is part of it. */
export const ProxmoxEndpoint = Schema.Struct({
  id: Schema.Int,
  /** The permanent name by which everything that comes from it is recognised in NetBox. */
  source: Schema.String,
  name: Schema.String,
  ip_address: Schema.String,
  domain: Schema.NullOr(Schema.String),
  port: Schema.Int,
  username: Schema.String,
  verify_ssl: Schema.Boolean,
  enabled: Schema.Boolean,
  allow_writes: Schema.Boolean,
  access_methods: AccessMethods,
  site_id: Schema.NullOr(Schema.Int),
  site_slug: Schema.NullOr(Schema.String),
  site_name: Schema.NullOr(Schema.String),
  tenant_id: Schema.NullOr(Schema.Int),
  tenant_slug: Schema.NullOr(Schema.String),
  tenant_name: Schema.NullOr(Schema.String),
  timeout: Schema.NullOr(Schema.Int),
  max_retries: Schema.NullOr(Schema.Int),
  retry_backoff: Schema.NullOr(Schema.Number),
  node_device_name_template: Schema.String,
  allow_packer_template_builds: Schema.Boolean,
  ssh_target_node: Schema.NullOr(Schema.String),
  ssh_host: Schema.NullOr(Schema.String),
  ssh_username: Schema.NullOr(Schema.String),
  ssh_port: Schema.Int,
  ssh_identity_file: Schema.NullOr(Schema.String),
  ssh_known_host_fingerprint: Schema.NullOr(Schema.String)
}).annotations({ identifier: "ProxmoxEndpoint" })
export type ProxmoxEndpoint = typeof ProxmoxEndpoint.Type

/** What a Proxmox endpoint is created from; other members are passed over. */
export const ProxmoxInput = Schema.Struct({
  /** Made from the name where it is not given. */
  source: given(SourceName),
  name: fields.name,
  ip_address: fields.ip_address,
  domain: or(fields.domain, null),
  port: fields.port,
  username: fields.username,
  password: or(secrets.password, null),
  token_name: or(secrets.token_name, null),
  token_value: or(secrets.token_value, null),
  verify_ssl: or(fields.verify_ssl, true),
  enabled: or(fields.enabled, true),
  allow_writes: or(fields.allow_writes, false),
  access_methods: or(fields.access_methods, "api"),
  site_id: or(fields.site_id, null),
  site_slug: or(fields.site_slug, null),
  site_name: or(fields.site_name, null),
  tenant_id: or(fields.tenant_id, null),
  tenant_slug: or(fields.tenant_slug, null),
  tenant_name: or(fields.tenant_name, null),
  timeout: or(fields.timeout, null),
  max_retries: or(fields.max_retries, null),
  retry_backoff: or(fields.retry_backoff, null),
  node_device_name_template: or(fields.node_device_name_template, ""),
  allow_packer_template_builds: or(fields.allow_packer_template_builds, false),
  ssh_target_node: or(fields.ssh_target_node, null),
  ssh_host: or(fields.ssh_host, null),
  ssh_username: or(fields.ssh_username, null),
  ssh_port: or(fields.ssh_port, 22),
  ssh_identity_file: or(fields.ssh_identity_file, null),
  ssh_known_host_fingerprint: or(fields.ssh_known_host_fingerprint, null)
}).annotations({ identifier: "ProxmoxInput" })
export type ProxmoxInput = typeof ProxmoxInput.Type

/** Only what is sent changes; null takes a value away. */
export const ProxmoxChanges = Schema.Struct({
  name: given(fields.name),
  ip_address: given(fields.ip_address),
  domain: given(fields.domain),
  port: given(fields.port),
  username: given(fields.username),
  password: given(secrets.password),
  token_name: given(secrets.token_name),
  token_value: given(secrets.token_value),
  verify_ssl: given(fields.verify_ssl),
  enabled: given(fields.enabled),
  allow_writes: given(fields.allow_writes),
  access_methods: given(fields.access_methods),
  site_id: given(fields.site_id),
  site_slug: given(fields.site_slug),
  site_name: given(fields.site_name),
  tenant_id: given(fields.tenant_id),
  tenant_slug: given(fields.tenant_slug),
  tenant_name: given(fields.tenant_name),
  timeout: given(fields.timeout),
  max_retries: given(fields.max_retries),
  retry_backoff: given(fields.retry_backoff),
  node_device_name_template: given(fields.node_device_name_template),
  allow_packer_template_builds: given(fields.allow_packer_template_builds),
  ssh_target_node: given(fields.ssh_target_node),
  ssh_host: given(fields.ssh_host),
  ssh_username: given(fields.ssh_username),
  ssh_port: given(fields.ssh_port),
  ssh_identity_file: given(fields.ssh_identity_file),
  ssh_known_host_fingerprint: given(fields.ssh_known_host_fingerprint)
}).annotations({ identifier: "ProxmoxChanges" })
export type ProxmoxChanges = typeof ProxmoxChanges.Type
