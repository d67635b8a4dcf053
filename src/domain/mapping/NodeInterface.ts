import { refTo, want, type Wanted } from "../Desired.ts"
import type { Json } from "../Json.ts"
import type { Owner } from "../Kind.ts"
import type { NodeInterface as Found } from "../proxmox/NodeInterface.ts"
import type { Facts } from "./Facts.ts"
import type { Mapping } from "./Mapping.ts"
import { deviceRef, nodeInterfaceRef, nodeMacRef, vlanRef } from "./Refs.ts"
import { marker } from "./Tag.ts"

const relations = ["lag", "bridge", "parent"] as const

/** Proxmox decides where it says something; where it says nothing, an operator's own word stays. */
const ownerOf = (value: unknown): Owner => (value === null ? "three-way" : "owned")

const topology = (device: string, found: Found): { readonly [field: string]: Wanted } => {
  const fields: { [field: string]: Wanted } = {}
  for (const relation of relations) {
    const to = found[relation]
    if (to === undefined) continue
    const value = to === null ? null : refTo(nodeInterfaceRef(device, to))
    fields[relation] = want(value, `network.${to ?? found.name}`, { owner: ownerOf(to) })
  }
  return fields
}

const vlansOf = (source: string, { name, vlans }: Found): { readonly [field: string]: Wanted } => {
  if (vlans === undefined) return {}
  const [why, owner] = [`network.${name} VLAN`, ownerOf(vlans)]
  const untagged = vlans?.untagged ?? null
  return {
    mode: want(vlans?.mode ?? null, why, { owner }),
    untagged_vlan: want(untagged === null ? null : refTo(vlanRef(source, untagged)), why, { owner }),
    tagged_vlans: want(
      (vlans?.tagged ?? []).map((vid) => refTo(vlanRef(source, vid))),
      why,
      { owner }
    )
  }
}

/**
 * VIDs that NetBox would refuse on interfaces of this node: a rule places it at another site than the cluster, and the VLAN
 * that stands for the VID may be one of the cluster's site.
 */
const foreignVids = ({ nodeSites, site, target }: Facts, node: string): ReadonlySet<Json> => {
  if ((nodeSites.get(node) ?? site).slug === site.slug) return new Set()
  const home = [...target.rows("dcim.site").values()].find(({ fields }) => fields["slug"] === site.slug)
  const vlans = [...target.rows("ipam.vlan").values()]
  return new Set(
    vlans.flatMap(({ fields }) => (home !== undefined && fields["site"] === home.id ? [fields["vid"] ?? null] : []))
  )
}

const uses = ({ vlans }: Found, vids: ReadonlySet<Json>): boolean =>
  vlans !== null &&
  vlans !== undefined &&
  [vlans.untagged, ...vlans.tagged].some((vid) => vid !== null && vids.has(vid))

export const NodeInterface: Mapping = {
  kind: "dcim.interface",
  objects: (all) => {
    const { nodes, settings } = all
    return nodes.flatMap(({ facts, interfaces, key }) => {
      const foreign = foreignVids(all, facts.name)
      const listed = new Set(interfaces.map(({ name }) => name))
      return interfaces.map((found) => {
        const why = `network.${found.name}`
        return {
          ref: nodeInterfaceRef(key, found.name),
          source: settings.name,
          label: `${facts.name} ${found.name}`,
          hints: {
            altnames: found.altnames.filter((name) => !listed.has(name)),
            ...(found.mac === null ? {} : { mac: found.mac })
          },
          fields: {
            device: want(refTo(deviceRef(settings.name, facts.name)), "node"),
            name: want(found.name, why),
            type: want(found.form, `${why} type`),
            ...(found.enabled === undefined ? {} : { enabled: want(found.enabled, `${why} active`) }),
            ...(found.mtu === null ? {} : { mtu: want(found.mtu, `${why} mtu`) }),
            description: want(found.comment, `${why} comments`),
            ...(uses(found, foreign) ? {} : vlansOf(settings.name, found)),
            ...topology(key, found),
            ...(found.mac === null
              ? {}
              : { primary_mac_address: want(refTo(nodeMacRef(key, found.name, found.mac)), why) }),
            tags: want([refTo(marker)], "marker")
          }
        }
      })
    })
  },
  covered: ({ nodes }) => nodes.flatMap(({ key, whole }) => (whole ? [key] : []))
}
