import { adopt, byUid, type Kind, lowerCase, type Probe, type ProbeContext, textOf, uidField } from "../Kind.ts"
import type { Desired } from "../Desired.ts"
import type { Current } from "../Target.ts"
import type { Json } from "../Json.ts"

const inCluster = (desired: Desired, row: Current, { id }: ProbeContext): boolean => {
  const cluster = desired.hints?.["cluster"]
  const clusterId = typeof cluster === "string" ? id(`virtualization.cluster:${cluster}`) : undefined
  return clusterId !== undefined && row.fields["cluster"] === clusterId
}

const macsWanted = (desired: Desired): ReadonlyArray<string> => {
  const macs = desired.hints?.["macs"]
  return Array.isArray(macs) ? macs.filter((mac: Json): mac is string => typeof mac === "string") : []
}

const macsFound = (row: Current, { target }: ProbeContext): ReadonlyArray<string> =>
  target.referring("virtualization.vminterface", "virtual_machine", row.id).flatMap((at) =>
    target.referring("dcim.macaddress", "assigned_object_id", at).flatMap((id) => {
      const mac = target.rows("dcim.macaddress").get(id)?.fields
      return mac?.["assigned_object_type"] === "virtualization.vminterface" ? textOf(mac["mac_address"]) : []
    })
  )

const vmidField = "custom_fields.proxmox_vm_id"
const typeField = "custom_fields.proxmox_vm_type"

const numberOf = (value: Json | undefined): ReadonlyArray<string> => (typeof value === "number" ? [String(value)] : [])

const unclaimed = (row: Current) => row.fields[uidField] === null

/** What proxbox-api writes names the guest within its cluster; a machine of ours carries our own identity as well. */
const byLegacyFields: Probe = {
  evidence: "custom field proxmox_vm_id in cluster",
  wanted: (desired) => numberOf(desired.fields[vmidField]?.value),
  found: (row) => numberOf(row.fields[vmidField]),
  judge: (desired, row, context) => {
    const type = row.fields[typeField] ?? null
    const isType = type === null || type === desired.fields[typeField]?.value
    return unclaimed(row) && isType && inCluster(desired, row, context) ? adopt : { verdict: "pass" }
  }
}

/** A MAC names the guest even when an operator renamed it. */
const byMac: Probe = {
  evidence: "MAC address in cluster",
  wanted: macsWanted,
  found: macsFound,
  judge: (desired, row, context) => (unclaimed(row) && inCluster(desired, row, context) ? adopt : { verdict: "pass" })
}

/** A name alone takes nothing over: there must be no interface yet that contradicts it. */
const byName: Probe = {
  evidence: "name in cluster",
  wanted: (desired) => textOf(desired.fields["name"]?.value).map((name) => name.toLowerCase()),
  found: (row) => textOf(row.fields["name"]).map((name) => name.toLowerCase()),
  judge: (desired, row, context) => {
    if (!unclaimed(row) || !inCluster(desired, row, context)) return { verdict: "pass" }
    return hasInterfaces(row, context)
      ? { verdict: "create", conflict: "a virtual machine of this name has other interfaces; it is left alone" }
      : adopt
  },
  ambiguous: "create"
}

const hasInterfaces = (row: Current, { target }: ProbeContext): boolean =>
  target.referring("virtualization.vminterface", "virtual_machine", row.id).length > 0

/**
 * `site` is that of the device: NetBox fills it in and demands that it be the same, but moves it with a cluster alone.
 * `disk` is not here: NetBox derives it from the virtual disks and refuses any other value.
 */
export const VirtualMachine: Kind = {
  name: "virtualization.virtualmachine",
  label: "virtual machine",
  path: "/api/virtualization/virtual-machines/",
  fields: {
    name: { type: "text", owner: "three-way", maxLength: 64 },
    status: { type: "choice", owner: "owned", keeps: ["planned", "staged", "decommissioning"] },
    start_on_boot: { type: "choice", owner: "owned" },
    cluster: { type: "ref", kind: "virtualization.cluster", owner: "owned", required: true },
    site: { type: "ref", kind: "dcim.site", owner: "owned" },
    device: { type: "ref", kind: "dcim.device", owner: "owned" },
    virtual_machine_type: {
      type: "ref",
      kind: "virtualization.virtualmachinetype",
      owner: "three-way",
      since: "4.6"
    },
    role: { type: "ref", kind: "dcim.devicerole", owner: "three-way" },
    platform: { type: "ref", kind: "dcim.platform", owner: "initial" },
    tenant: { type: "ref", kind: "tenancy.tenant", owner: "initial" },
    vcpus: { type: "decimal", owner: "owned" },
    memory: { type: "integer", owner: "owned" },
    serial: { type: "text", owner: "initial", maxLength: 50 },
    description: { type: "text", owner: "three-way", maxLength: 200 },
    comments: { type: "text", owner: "three-way" },
    primary_ip4: { type: "ref", kind: "ipam.ipaddress", owner: "three-way", late: true },
    primary_ip6: { type: "ref", kind: "ipam.ipaddress", owner: "three-way", late: true },
    tags: { type: "tags", owner: "three-way" },
    [uidField]: { type: "text", owner: "owned" },
    [vmidField]: { type: "integer", owner: "owned" },
    [typeField]: { type: "text", owner: "owned" }
  },
  probes: [byUid, byLegacyFields, byMac, byName],
  unique: [{ fields: ["name", "cluster", "tenant"], compare: lowerCase }, { fields: [uidField] }],
  lookup: [{ field: uidField, filter: "cf_proxledger_uid" }],
  removal: { how: "retire", fields: { status: "decommissioning" }, deletable: true },
  deleteBatch: 25
}
