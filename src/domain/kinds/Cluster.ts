import { adopt, byText, byUid, type Kind, uidField } from "../Kind.ts"

/**
 * Never removed: NetBox would have to lose its virtual machines first, and people hang contacts and sites on it. Whether the
 * scope is the engine's to change is decided together with where the nodes are to stand (`mapping/Place.ts`).
 */
export const Cluster: Kind = {
  name: "virtualization.cluster",
  label: "cluster",
  path: "/api/virtualization/clusters/",
  fields: {
    name: { type: "text", owner: "three-way", maxLength: 100 },
    type: { type: "ref", kind: "virtualization.clustertype", owner: "initial", required: true },
    status: { type: "choice", owner: "initial" },
    scope_type: { type: "text", owner: "three-way", group: "scope" },
    scope_id: { type: "generic", typeField: "scope_type", owner: "three-way", group: "scope" },
    tenant: { type: "ref", kind: "tenancy.tenant", owner: "initial" },
    description: { type: "text", owner: "three-way", maxLength: 200 },
    tags: { type: "tags", owner: "three-way" },
    [uidField]: { type: "text", owner: "owned" }
  },
  probes: [
    byUid,
    {
      ...byText("name", true),
      evidence: "name",
      judge: (_desired, row) =>
        row.fields[uidField] === null
          ? adopt
          : { verdict: "create", conflict: `a cluster of this name belongs to source ${String(row.fields[uidField])}` }
    }
  ],
  unique: [{ fields: ["name", "scope_type", "scope_id"] }],
  lookup: [{ field: uidField, filter: "cf_proxledger_uid" }],
  anchor: {
    fields: ["scope_type", "scope_id"],
    place: "scope_id",
    members: { kind: "dcim.device", by: "cluster", at: "site" },
    followers: { kind: "virtualization.virtualmachine", by: "cluster", at: "site" }
  },
  removal: { how: "keep" }
}
