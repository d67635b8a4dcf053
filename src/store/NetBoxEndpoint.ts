import { Schema } from "effect"
import * as Fields from "./EndpointFields.ts"

const { given, or } = Fields

const TokenVersion = Schema.Literal("v1", "v2")

/** The NetBox as it is shown: no secret is part of it. */
export const NetBoxEndpoint = Schema.Struct({
  id: Schema.Int,
  name: Schema.String,
  ip_address: Schema.String,
  domain: Schema.String,
  port: Schema.Int,
  token_version: TokenVersion,
  verify_ssl: Schema.Boolean,
  enabled: Schema.Boolean
}).annotations({ identifier: "NetBoxEndpoint" })
export type NetBoxEndpoint = typeof NetBoxEndpoint.Type

const fields = {
  name: Fields.Name,
  ip_address: Fields.IpAddress,
  domain: Fields.Domain,
  port: Fields.Port,
  /** `v1` or `v2`. */
  token_version: Fields.upTo(2),
  /** v2: the public half of the token, with or without `nbt_`. */
  token_key: Fields.orNull(Fields.TokenSecret),
  /** v1: the token; v2: its secret half. */
  token: Fields.TokenSecret,
  verify_ssl: Fields.Flag,
  enabled: Fields.Flag
}

/** What a NetBox is created from; other members are passed over. */
export const NetBoxInput = Schema.Struct({
  name: fields.name,
  ip_address: fields.ip_address,
  domain: or(fields.domain, ""),
  port: or(fields.port, 443),
  token_version: or(fields.token_version, "v1"),
  token_key: or(fields.token_key, null),
  token: fields.token,
  verify_ssl: or(fields.verify_ssl, true),
  enabled: or(fields.enabled, true)
}).annotations({ identifier: "NetBoxInput" })
export type NetBoxInput = typeof NetBoxInput.Type

/** Only what is sent changes. */
export const NetBoxChanges = Schema.Struct({
  name: given(fields.name),
  ip_address: given(fields.ip_address),
  domain: given(fields.domain),
  port: given(fields.port),
  token_version: given(fields.token_version),
  token_key: given(fields.token_key),
  token: given(Fields.orNull(fields.token)),
  verify_ssl: given(fields.verify_ssl),
  enabled: given(fields.enabled)
}).annotations({ identifier: "NetBoxChanges" })
export type NetBoxChanges = typeof NetBoxChanges.Type
