/** Which interface of a node belongs to which: bonds and their members, bridges and their ports, VLANs and their devices. */
export type Relation = "lag" | "bridge" | "parent"

export interface Link {
  readonly relation: Relation
  readonly from: string
  readonly to: string
}

export type Links = ReadonlyMap<string, ReadonlyMap<Relation, string>>

/** Whether `to` can be reached from `from`. */
const reaches = (links: Links, from: string, to: string): boolean => {
  const seen = new Set<string>()
  const open = [from]
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at === to) return true
    if (seen.has(at)) continue
    seen.add(at)
    open.push(...(links.get(at)?.values() ?? []))
  }
  return false
}

/**
 * The links by interface: one of each relation, and none that leads back to where it starts, for what waits for itself is
 * never written. `reject` is told of those left out.
 */
export const linked = (given: Iterable<Link>, reject: (link: Link, why: string) => void): Links => {
  const links = new Map<string, Map<Relation, string>>()
  for (const link of given) {
    const { from, relation, to } = link
    const of = links.get(from) ?? new Map<Relation, string>()
    const other = of.get(relation)
    if (other === to) continue
    if (other !== undefined) reject(link, `it is in ${other} already`)
    else if (reaches(links, to, from)) reject(link, "that leads back to itself")
    else links.set(from, of.set(relation, to))
  }
  return links
}
