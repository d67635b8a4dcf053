import { SchemaAST } from "effect"
import { Event } from "../domain/Event.ts"
import { kinds } from "../domain/Kinds.ts"

/** Names of members and literals of a schema. What may be anything has none. */
const wordsIn = (ast: SchemaAST.AST): ReadonlyArray<string> => {
  switch (ast._tag) {
    case "Literal":
      return [String(ast.literal)]
    case "TypeLiteral":
      return ast.propertySignatures.flatMap(({ name, type }) => [String(name), ...wordsIn(type)])
    case "TupleType":
      return [...ast.elements, ...ast.rest].flatMap(({ type }) => wordsIn(type))
    case "Union":
      return ast.types.flatMap(wordsIn)
    case "Refinement":
      return wordsIn(ast.from)
    case "Transformation":
      return [...wordsIn(ast.from), ...wordsIn(ast.to)]
    default:
      return []
  }
}

/** What observations and changes of the configuration say beside it, as far as it is long enough to be taken for a secret. */
const others = [
  "proxmox netbox proxledger endpoint encryption schedule configuration file service",
  "created updated removed imported rotated undone activated deactivated missed",
  "username password token_name token_value token_key ip_address verify_ssl enabled scopes expires_at",
  "source version cluster quorate complete tagStyle caseSensitive colors guests network template interfaces addresses prefix",
  "hostname status running stopped paused suspended unknown online offline active planned staged decommissioning failed",
  "memory sockets machine balloon scsihw startup protection keyboard localtime description nameserver searchdomain",
  "unprivileged features console rootfs ostype onboot cpulimit cpuunits maxcpu maxmem maxdisk uptime digest bridge firewall",
  "gateway altnames address netmask families method method6 bridge_ports bridge_vids bridge_vlan_aware vlan-raw-device",
  "virtual access tagged tagged-all server container machines virtio virtualization extras tenancy"
].join(" ")

const words = [
  ...wordsIn(Event.ast),
  ...kinds.flatMap(({ fields, label, name, path }) => [name, label, path, ...Object.keys(fields)]),
  others
].join(" ")

/**
 * Whether a text is part of the words that events and observations are made of. To take such a one out would leave nothing of
 * them, and tell everybody who knows the words what was taken out.
 */
export const isOwnWord = (text: string): boolean => words.includes(text)
