import { want } from "../Desired.ts"
import type { Mapping } from "./Mapping.ts"
import { siteRef } from "./Refs.ts"

export const Site: Mapping = {
  kind: "dcim.site",
  objects: ({ site }) => [
    {
      ref: siteRef(site.slug),
      source: null,
      label: site.name,
      ...(site.exists ? { lookup: true } : { lazy: true }),
      fields: {
        name: want(site.name, site.why),
        slug: want(site.slug, site.why),
        status: want("active", site.why)
      }
    }
  ]
}
