import { want } from "../Desired.ts"
import type { Mapping } from "./Mapping.ts"
import { siteRef } from "./Refs.ts"

export const Site: Mapping = {
  kind: "dcim.site",
  objects: ({ deviceSites, nodeSites, placement: { scope }, site }) =>
    [site, ...(scope === undefined ? [] : [scope]), ...nodeSites.values(), ...deviceSites.values()].map(
      ({ exists, name, slug, why }) => ({
        ref: siteRef(slug),
        source: null,
        label: name,
        ...(exists ? { lookup: true } : { lazy: true }),
        fields: {
          name: want(name, why),
          slug: want(slug, why),
          status: want("active", why)
        }
      })
    )
}
