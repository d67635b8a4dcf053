import { adopt, byUid, type Kind, lowerCase, pass, textOf, uidField } from "../Kind.ts"
import type { Current } from "../Target.ts"

const free = (row: Current) => row.fields[uidField] === null

/** A Proxmox node. Never deleted: racks, cables and serial numbers hang on it. */
export const Device: Kind = {
  name: "dcim.device",
  label: "device",
  path: "/api/dcim/devices/",
  fields: {
    name: { type: "text", owner: "three-way", maxLength: 64 },
    device_type: { type: "ref", kind: "dcim.devicetype", owner: "initial", required: true },
    role: { type: "ref", kind: "dcim.devicerole", owner: "initial", required: true },
    site: { type: "ref", kind: "dcim.site", owner: "initial", required: true },
    cluster: { type: "ref", kind: "virtualization.cluster", owner: "owned" },
    status: { type: "choice", owner: "owned", keeps: ["planned", "staged", "decommissioning", "inventory", "failed"] },
    tenant: { type: "ref", kind: "tenancy.tenant", owner: "initial" },
    description: { type: "text", owner: "three-way", maxLength: 200 },
    primary_ip4: { type: "ref", kind: "ipam.ipaddress", owner: "three-way", late: true },
    primary_ip6: { type: "ref", kind: "ipam.ipaddress", owner: "three-way", late: true },
    tags: { type: "tags", owner: "three-way" },
    [uidField]: { type: "text", owner: "owned" }
  },
  probes: [
    byUid,
    {
      evidence: "name in site",
      wanted: (desired) => textOf(desired.fields["name"]?.value).map((name) => name.toLowerCase()),
      found: (row) => textOf(row.fields["name"]).map((name) => name.toLowerCase()),
      judge: (desired, row, { id }) => {
        const site = desired.hints?.["site"]
        const cluster = desired.hints?.["cluster"]
        const sameSite = typeof site === "string" && row.fields["site"] === id(`dcim.site:${site}`)
        const clusterId = typeof cluster === "string" ? id(`virtualization.cluster:${cluster}`) : undefined
        const sameCluster = clusterId !== undefined && row.fields["cluster"] === clusterId
        return free(row) && (sameSite || sameCluster) ? adopt : pass
      },
      ambiguous: "create"
    }
  ],
  unique: [{ fields: ["name", "site", "tenant"], compare: lowerCase }],
  lookup: [{ field: uidField, filter: "cf_proxledger_uid" }],
  removal: { how: "retire", fields: { status: "offline" }, deletable: false }
}
