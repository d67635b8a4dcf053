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

export const isKind = (name: string): boolean => byName.has(name)
