import type { Desired } from "../Desired.ts"
import { type Kind, type Probe, type ProbeContext } from "../Kind.ts"
import type { Current } from "../Target.ts"

const hint = (desired: Desired, name: "cluster" | "site", kind: string, { id }: ProbeContext): number | undefined => {
  const key = desired.hints?.[name]
  return typeof key === "string" ? id(`${kind}:${key}`) : undefined
}

const scopeOf = (row: Current, { target }: ProbeContext): string => {
  const group = row.fields["group"]
  if (typeof group !== "number") {
    const site = row.fields["site"]
    return typeof site === "number" ? `site=${site}` : "global"
  }
  const scope = target.rows("ipam.vlangroup").get(group)?.fields
  return `group of ${String(scope?.["scope_type"])}=${String(scope?.["scope_id"])}`
}

/** VLANs of this VID at one level. Two at the same level: nobody can tell which is meant, so none is taken. */
const level = (evidence: string, scope: (desired: Desired, context: ProbeContext) => string | undefined): Probe => ({
  evidence,
  wanted: (desired, context) => {
    const at = scope(desired, context)
    return at === undefined ? [] : [`${String(desired.fields["vid"]?.value)} ${at}`]
  },
  found: (row, context) => [`${String(row.fields["vid"])} ${scopeOf(row, context)}`],
  ambiguous: "leave"
})

export const Vlan: Kind = {
  name: "ipam.vlan",
  label: "VLAN",
  path: "/api/ipam/vlans/",
  fields: {
    vid: { type: "integer", owner: "initial" },
    name: { type: "text", owner: "initial", maxLength: 64 },
    status: { type: "choice", owner: "initial" },
    group: { type: "ref", kind: "ipam.vlangroup", owner: "initial" },
    site: { type: "ref", kind: "dcim.site", owner: "initial" }
  },
  probes: [
    level("VID in a group of the cluster", (desired, context) => {
      const cluster = hint(desired, "cluster", "virtualization.cluster", context)
      return cluster === undefined ? undefined : `group of virtualization.cluster=${cluster}`
    }),
    level("VID in a group of the site", (desired, context) => {
      const site = hint(desired, "site", "dcim.site", context)
      return site === undefined ? undefined : `group of dcim.site=${site}`
    }),
    level("VID at the site", (desired, context) => {
      const site = hint(desired, "site", "dcim.site", context)
      return site === undefined ? undefined : `site=${site}`
    }),
    level("VID without group and site", () => "global")
  ],
  unique: [{ fields: ["group", "vid"] }, { fields: ["group", "name"] }],
  lookup: [
    { field: "vid", filter: "vid" },
    { field: "group", filter: "group_id" }
  ],
  shared: true,
  removal: { how: "keep" }
}
