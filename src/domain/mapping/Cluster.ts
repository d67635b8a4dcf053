import { refTo, want, type Wanted } from "../Desired.ts"
import { uidField } from "../Kind.ts"
import type { Mapping } from "./Mapping.ts"
import { withSuffix } from "./Naming.ts"
import type { SitePlace } from "./Place.ts"
import { marker } from "./Tag.ts"
import { clusterRef, clusterTypeRef, siteRef } from "./Refs.ts"

/** Kept as an operator made it, unless it is still as the engine left it. */
const scopeOf = ({ slug, why }: SitePlace, moves: boolean): { readonly [field: string]: Wanted } => {
  const options: Pick<Wanted, "owner"> = moves ? { owner: "owned" } : {}
  return { scope_type: want("dcim.site", why, options), scope_id: want(refTo(siteRef(slug)), why, options) }
}

/** A standalone host has no cluster name: it is called as its source. */
export const Cluster: Mapping = {
  kind: "virtualization.cluster",
  objects: ({ observation, placement: { moves, scope }, settings }) => {
    const name = observation.cluster.name
    const known = name !== undefined
    const text = name ?? settings.name
    return [
      {
        ref: clusterRef(settings.name),
        source: settings.name,
        label: text,
        alternatives: { name: withSuffix(text, `@${settings.name}`, 100) },
        fields: {
          ...(known
            ? {
                name: want(text, name === null ? "name of the source" : "cluster.name", {
                  accepts: [withSuffix(text, `@${settings.name}`, 100)]
                })
              }
            : {}),
          type: want(refTo(clusterTypeRef), "cluster type"),
          status: want("active", "cluster"),
          ...(scope === undefined ? {} : scopeOf(scope, moves)),
          tags: want([refTo(marker)], "marker"),
          [uidField]: want(settings.name, "identity")
        }
      }
    ]
  }
}
