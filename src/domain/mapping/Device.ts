import { refTo, want } from "../Desired.ts"
import { uidField } from "../Kind.ts"
import type { Mapping } from "./Mapping.ts"
import { marker } from "./Tag.ts"
import { clusterRef, deviceKey, deviceRef, deviceTypeRef, nodeRoleRef, siteRef } from "./Refs.ts"

const nameOf = (template: string, node: string, cluster: string, endpoint: string): string =>
  template.replaceAll("{node}", node).replaceAll("{cluster}", cluster).replaceAll("{endpoint}", endpoint).slice(0, 64)

export const Device: Mapping = {
  kind: "dcim.device",
  objects: ({ nodeSites, observation, settings, site }) =>
    observation.nodes.map(({ name, online }) => {
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
          tags: want([refTo(marker)], "marker"),
          [uidField]: want(deviceKey(settings.name, name), "identity")
        }
      }
    }),
  covered: ({ observation, settings }) => (observation.complete ? [`${settings.name}/node`] : [])
}
