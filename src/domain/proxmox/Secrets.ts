import { isJsonObject, type Json, type JsonObject } from "../Json.ts"

const secret = /^env$|^sshkeys$|passw(?:or)?d|ticket|csrf|token|secret|private-?key|api-?key/i

const none: ReadonlySet<string> = new Set()

/** Rows of a container's raw `lxc` list are pairs of key and value. */
const isSecretPair = (value: Json): boolean =>
  Array.isArray(value) && typeof value[0] === "string" && value[0].startsWith("lxc.environment")

const clean = (value: Json): Json => {
  if (Array.isArray(value)) return value.filter((item) => !isSecretPair(item)).map(clean)
  return isJsonObject(value) ? withoutSecrets(value) : value
}

/**
 * The object without the members that hold credentials, at any depth: passwords (also Proxmox's masked `cipassword`),
 * SSH keys, tickets, CSRF and API tokens, and the environment of containers; and without the `others` at the top.
 */
export const withoutSecrets = (config: JsonObject, others: ReadonlySet<string> = none): JsonObject => {
  const kept: Array<[string, Json]> = []
  for (const [key, value] of Object.entries(config)) {
    if (!others.has(key) && !secret.test(key)) kept.push([key, clean(value)])
  }
  return Object.fromEntries(kept)
}
