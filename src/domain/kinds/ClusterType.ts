import { adopt, type Kind, pass, textOf } from "../Kind.ts"

/** `proxmox` is what others call it; the generic `cluster` and `standalone` of proxbox-api stay theirs. */
export const ClusterType: Kind = {
  name: "virtualization.clustertype",
  label: "cluster type",
  path: "/api/virtualization/cluster-types/",
  fields: {
    name: { type: "text", owner: "initial", maxLength: 100 },
    slug: { type: "text", owner: "initial", maxLength: 100 },
    description: { type: "text", owner: "initial", maxLength: 200 }
  },
  probes: ["proxmox-ve", "proxmox"].map((slug) => ({
    evidence: `slug ${slug}`,
    wanted: () => [slug],
    found: (row) => textOf(row.fields["slug"]),
    judge: (_desired, row) => (row.fields["slug"] === slug ? adopt : pass)
  })),
  unique: [{ fields: ["name"] }, { fields: ["slug"] }],
  lookup: [{ field: "slug", filter: "slug" }],
  removal: { how: "keep" }
}
