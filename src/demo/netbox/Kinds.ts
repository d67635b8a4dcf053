import type { Kind } from "./Kind.ts"
import { dcim } from "./kinds/Dcim.ts"
import { extras } from "./kinds/Extras.ts"
import { ipam } from "./kinds/Ipam.ts"
import { tenancy } from "./kinds/Tenancy.ts"
import { virtualization } from "./kinds/Virtualization.ts"

/** Every kind there is. A cascade deletes, and logs, in the reverse of this order. */
export const kinds: ReadonlyArray<Kind> = [...extras, ...tenancy, ...dcim, ...virtualization, ...ipam]

const byName = new Map(kinds.map((kind) => [kind.name, kind]))
const byPath = new Map(kinds.map((kind) => [kind.path, kind]))

export const kindOf = (name: string): Kind => {
  const kind = byName.get(name)
  if (kind === undefined) throw new Error(`No kind ${name}`)
  return kind
}

export const kindAt = (path: string): Kind | undefined => byPath.get(path)

/** The kind as NetBox 4.`minor` has it; undefined where it came later. */
export const kindIn = (minor: number, kind: Kind): Kind | undefined => {
  if ((kind.since ?? 0) > minor) return undefined
  const fields = Object.entries(kind.fields)
  const known = fields.filter(([, field]) => !("since" in field) || (field.since ?? 0) <= minor)
  return known.length === fields.length ? kind : { ...kind, fields: Object.fromEntries(known) }
}

export const isKind = (name: string): boolean => byName.has(name)
