import * as Choices from "../Choices.ts"
import * as Field from "../Field.ts"
import type { Kind } from "../Kind.ts"
import { numberOf, type Row } from "../Row.ts"
import { checkCluster, clusterSite, moveGuests, scopeOf } from "../rules/Cluster.ts"
import { interfaceByCluster, interfaceByMac, parentByMac, scopedTo } from "../rules/Filters.ts"
import {
  attachments,
  checkVirtualInterface,
  childrenFirst,
  primaryMacFields,
  settleInterface,
  storeInterface
} from "../rules/Interface.ts"
import { primaryIp } from "../rules/PrimaryIp.ts"
import { checkVirtualMachine, settleVirtualMachine, sumDisks } from "../rules/VirtualMachine.ts"
import type { Store } from "../Store.ts"
import {
  briefName,
  briefSlug,
  byName,
  comments,
  description,
  nameAndSlug,
  named,
  organizational,
  owner,
  stamps,
  tagged
} from "./Parts.ts"

const organization = (name: string, path: string, model: string, verboseName: string, field: string): Kind => ({
  name,
  path,
  model,
  verboseName,
  fields: {
    ...nameAndSlug,
    ...description,
    ...comments,
    ...tagged,
    cluster_count: Field.count("virtualization.cluster", field)
  },
  ...organizational,
  brief: [...briefSlug, "cluster_count"]
})

const clusterType = organization(
  "virtualization.clustertype",
  "virtualization/cluster-types",
  "ClusterType",
  "cluster type",
  "type"
)

const clusterGroup = organization(
  "virtualization.clustergroup",
  "virtualization/cluster-groups",
  "ClusterGroup",
  "cluster group",
  "group"
)

/** Null where no machine of the cluster has the figure. */
const allocated = (figure: string): Field.Field =>
  Field.computed((store, row) => {
    const machines = store.table("virtualization.virtualmachine")
    const figures = machines.referring("cluster", row.id).flatMap((id) => {
      const machine = machines.get(id)
      const value = machine === undefined ? null : numberOf(machine.values, figure)
      return value === null ? [] : [value]
    })
    return figures.length === 0 ? null : figures.reduce((sum, value) => sum + value, 0)
  })

const cluster: Kind = {
  name: "virtualization.cluster",
  path: "virtualization/clusters",
  model: "Cluster",
  verboseName: "cluster",
  fields: {
    name: Field.requiredText(100),
    type: Field.requiredReference("virtualization.clustertype", "protect"),
    group: Field.reference("virtualization.clustergroup", "protect"),
    status: Field.choice(Choices.clusterStatus, "active"),
    tenant: Field.reference("tenancy.tenant", "protect"),
    scope_type: Field.contentType("scope_id", ["dcim.site"], {
      withoutId: "Please select a",
      withoutType: "This field cannot be null."
    }),
    scope_id: Field.objectId("scope_type"),
    scope: Field.computed(scopeOf("scope_type", "scope_id")),
    ...description,
    ...comments,
    ...tagged,
    device_count: Field.count("dcim.device", "cluster"),
    virtualmachine_count: Field.count("virtualization.virtualmachine", "cluster"),
    allocated_vcpus: allocated("vcpus"),
    allocated_memory: allocated("memory"),
    allocated_disk: allocated("disk")
  },
  brief: [...briefName, "virtualmachine_count"],
  display: named,
  unique: [
    { fields: ["group", "name"], nullsDistinct: true, message: "Cluster with this Group and Name already exists." },
    {
      fields: ["_site", "name"],
      nullsDistinct: true,
      message: "Cluster with this  site and Name already exists.",
      crash: { name: "virtualization_cluster_unique__site_name", columns: ["_site_id", "name"] }
    }
  ],
  order: byName,
  search: ["name", "description", "comments"],
  filters: { site_id: scopedTo("dcim.site") },
  derive: clusterSite,
  check: checkCluster,
  stored: moveGuests
}

const virtualMachineType: Kind = {
  name: "virtualization.virtualmachinetype",
  since: 6,
  path: "virtualization/virtual-machine-types",
  model: "VirtualMachineType",
  verboseName: "virtual machine type",
  fields: {
    name: Field.requiredText(100),
    slug: Field.requiredText(100, { unique: true, pattern: "slug" }),
    default_platform: Field.reference("dcim.platform", "setNull"),
    default_vcpus: Field.decimal(6, 2, "0.01"),
    default_memory: Field.integer(),
    ...description,
    ...comments,
    ...tagged,
    virtual_machine_count: Field.counter("virtualization.virtualmachine", "virtual_machine_type")
  },
  brief: briefSlug,
  display: named,
  unique: [
    { fields: ["name"], folded: ["name"], nullsDistinct: true, message: "Virtual machine type name must be unique." }
  ],
  order: byName,
  search: ["name", "description", "comments"]
}

const virtualMachine: Kind = {
  name: "virtualization.virtualmachine",
  path: "virtualization/virtual-machines",
  model: "VirtualMachine",
  verboseName: "virtual machine",
  fields: {
    name: Field.requiredText(64),
    virtual_machine_type: Field.since(6, Field.reference("virtualization.virtualmachinetype", "protect")),
    role: Field.reference("dcim.devicerole", "protect"),
    status: Field.choice(Choices.virtualMachineStatus, "active"),
    start_on_boot: Field.choice(Choices.startOnBoot, "off"),
    site: Field.reference("dcim.site", "protect"),
    cluster: Field.reference("virtualization.cluster", "protect"),
    device: Field.reference("dcim.device", "protect"),
    platform: Field.reference("dcim.platform", "setNull"),
    primary_ip: Field.computed(primaryIp),
    primary_ip4: Field.singleReference("ipam.ipaddress"),
    primary_ip6: Field.singleReference("ipam.ipaddress"),
    vcpus: Field.decimal(6, 2, "0.01000000000000000020816681711721685132943093776702880859375"),
    memory: Field.integer(),
    disk: Field.integer(),
    ...description,
    serial: Field.text(50),
    tenant: Field.reference("tenancy.tenant", "protect"),
    ...comments,
    tags: Field.tags,
    local_context_data: Field.json(),
    config_template: Field.constant(null, true),
    custom_fields: Field.customFields,
    ...stamps,
    interface_count: Field.counter("virtualization.vminterface", "virtual_machine"),
    virtual_disk_count: Field.counter("virtualization.virtualdisk", "virtual_machine"),
    config_context: Field.constant({})
  },
  brief: briefName,
  display: named,
  unique: [
    {
      fields: ["name", "cluster", "tenant"],
      folded: ["name"],
      nullsDistinct: false,
      when: (values) => values["cluster"] !== null,
      message: "Virtual machine name must be unique per cluster and tenant."
    },
    {
      fields: ["name", "device", "tenant"],
      folded: ["name"],
      nullsDistinct: false,
      when: (values) => values["cluster"] === null && values["device"] !== null,
      message: "Virtual machine name must be unique per device and tenant."
    }
  ],
  order: byName,
  search: ["name", "description", "comments", "serial"],
  foldedFilters: ["name"],
  filters: { mac_address: parentByMac("virtualization.vminterface", "virtual_machine") },
  derive: settleVirtualMachine,
  check: checkVirtualMachine
}

const byMachine = (row: Row, store: Store) => {
  const machine = store.get("virtualization.virtualmachine", numberOf(row.values, "virtual_machine"))
  return [machine === undefined ? null : named(machine), machine?.id ?? null, named(row)]
}

const vmInterface: Kind = {
  name: "virtualization.vminterface",
  path: "virtualization/interfaces",
  model: "VMInterface",
  verboseName: "interface",
  fields: {
    virtual_machine: Field.requiredReference("virtualization.virtualmachine", "cascade"),
    name: Field.requiredText(64),
    enabled: Field.boolean(true),
    parent: Field.reference("virtualization.vminterface", "restrict"),
    bridge: Field.reference("virtualization.vminterface", "setNull"),
    mtu: Field.integer({ min: 1, max: 65536 }),
    ...primaryMacFields("virtualization.vminterface"),
    ...description,
    mode: Field.optionalChoice(Choices.interfaceMode),
    untagged_vlan: Field.reference("ipam.vlan", "setNull"),
    tagged_vlans: Field.references("ipam.vlan"),
    qinq_svlan: Field.constant(null, true),
    vlan_translation_policy: Field.constant(null, true),
    vrf: Field.reference("ipam.vrf", "setNull"),
    l2vpn_termination: Field.constant(null),
    ...owner,
    ...tagged,
    count_ipaddresses: Field.computed((store, row) =>
      store.table("ipam.ipaddress").count("assigned_object_type", `virtualization.vminterface/${row.id}`)
    ),
    count_fhrp_groups: Field.constant(0)
  },
  brief: ["id", "url", "display", "virtual_machine", "name", "description"],
  display: named,
  unique: [
    {
      fields: ["virtual_machine", "name"],
      nullsDistinct: true,
      message: "Interface with this Virtual machine and Name already exists."
    }
  ],
  order: byMachine,
  deleteOrder: childrenFirst("virtualization.vminterface", "virtualization.virtualmachine", "virtual_machine"),
  search: ["name", "description"],
  filters: { mac_address: interfaceByMac("virtualization.vminterface"), cluster_id: interfaceByCluster },
  derive: settleInterface,
  check: checkVirtualInterface,
  stored: storeInterface("virtualization.vminterface"),
  dependents: attachments("virtualization.vminterface")
}

const virtualDisk: Kind = {
  name: "virtualization.virtualdisk",
  path: "virtualization/virtual-disks",
  model: "VirtualDisk",
  verboseName: "virtual disk",
  fields: {
    virtual_machine: Field.requiredReference("virtualization.virtualmachine", "cascade"),
    name: Field.requiredText(64),
    ...description,
    size: Field.integer({ required: true }),
    ...owner,
    ...tagged
  },
  brief: ["id", "url", "display", "virtual_machine", "name", "description", "size"],
  display: named,
  unique: [
    {
      fields: ["virtual_machine", "name"],
      nullsDistinct: true,
      message: "Virtual disk with this Virtual machine and Name already exists."
    }
  ],
  order: byMachine,
  search: ["name", "description"],
  stored: sumDisks,
  removed: sumDisks
}

export const virtualization: ReadonlyArray<Kind> = [
  clusterType,
  clusterGroup,
  cluster,
  virtualMachineType,
  virtualMachine,
  vmInterface,
  virtualDisk
]
