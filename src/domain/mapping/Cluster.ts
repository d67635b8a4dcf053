import { refTo, want } from "../Desired.ts"
import { uidField } from "../Kind.ts"
import type { Mapping } from "./Mapping.ts"
import { withSuffix } from "./Naming.ts"
import { marker } from "./Tag.ts"
import { clusterRef, clusterTypeRef, siteRef } from "./Refs.ts"

/** A standalone host has no cluster name: it is called as its source. */
export const Cluster: Mapping = {
  kind: "virtualization.cluster",
  objects: ({ observation, settings, site }) => {
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
          ...(site.configured && site.missing === undefined
            ? { scope_type: want("dcim.site", site.why), scope_id: want(refTo(siteRef(site.slug)), site.why) }
            : {}),
          tags: want([refTo(marker)], "marker"),
          [uidField]: want(settings.name, "identity")
        }
      }
    ]
  }
}
