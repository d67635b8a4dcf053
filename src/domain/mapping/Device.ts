import { refTo, want } from "../Desired.ts"
import { uidField } from "../Kind.ts"
import type { Mapping } from "./Mapping.ts"
import type { NodeView } from "./NodeView.ts"
import { slugOf } from "./Naming.ts"
import { primaries } from "./Primaries.ts"
import { clusterRef, deviceKey, deviceRef, deviceTypeRef, nodeAddressRef, nodeRoleRef, siteRef } from "./Refs.ts"
import { marker } from "./Tag.ts"

const nameOf = (template: string, node: string, cluster: string, endpoint: string): string =>
  template
    .replaceAll("{node}", node)
    .replaceAll("{cluster}", cluster)
    .replaceAll("{cluster_slug}", slugOf(cluster))
    .replaceAll("{endpoint}", endpoint)
    .slice(0, 64)

const primariesOf = ({ addresses, interfaces, key, ...view }: NodeView) => {
  const whole = view.whole && interfaces.every(({ addressesKnown }) => addressesKnown)
  return primaries(
    addresses.map(({ cidr, host, on, why }) => ({
      ref: nodeAddressRef(key, on.name, host),
      family: cidr.address.family,
      why
    })),
    { whole, clears: whole }
  )
}

export const Device: Mapping = {
  kind: "dcim.device",
  objects: ({ nodeSites, nodes, observation, settings, site }) =>
    nodes.map((view) => {
      const { name, online } = view.facts
      const cluster = observation.cluster.name ?? settings.name
      const place = nodeSites.get(name) ?? site
      const text = nameOf(settings.nodeName ?? "{node}", name, cluster, settings.name)
      return {
        ref: deviceRef(settings.name, name),
        source: settings.name,
        label: text,
        hints: { site: place.slug, cluster: settings.name },
        alternatives: { name: `${text}@${settings.name}`.slice(0, 64) },
        fields: {
          name: want(text, "node", { accepts: [`${text}@${settings.name}`.slice(0, 64)] }),
          device_type: want(refTo(deviceTypeRef), "device type of nodes"),
          role: want(refTo(nodeRoleRef), "role of nodes"),
          site: want(refTo(siteRef(place.slug)), place.why),
          cluster: want(refTo(clusterRef(settings.name)), "cluster of the node"),
          ...(online === undefined ? {} : { status: want(online ? "active" : "offline", "node.online") }),
          ...primariesOf(view),
          tags: want([refTo(marker)], "marker"),
          [uidField]: want(deviceKey(settings.name, name), "identity")
        }
      }
    }),
  covered: ({ observation, settings }) => (observation.complete ? [`${settings.name}/node`] : [])
}
