import * as Choices from "../Choices.ts"
import * as Field from "../Field.ts"
import type { Kind } from "../Kind.ts"
import { numberOf, textOf } from "../Row.ts"
import { checkDevice } from "../rules/Device.ts"
import { interfaceByMac, parentByMac } from "../rules/Filters.ts"
import {
  attachments,
  checkPhysicalInterface,
  childrenFirst,
  primaryMacFields,
  settleInterface,
  storeInterface
} from "../rules/Interface.ts"
import { primaryIp } from "../rules/PrimaryIp.ts"
import { briefName, comments, description, named, owner, tagged } from "./Parts.ts"

const components = [
  "console_port",
  "console_server_port",
  "power_port",
  "power_outlet",
  "cooling_intake",
  "cooling_outflow",
  "interface",
  "front_port",
  "rear_port",
  "device_bay",
  "module_bay",
  "inventory_item"
]

export const device: Kind = {
  name: "dcim.device",
  path: "dcim/devices",
  isCreatedInTurn: true,
  model: "Device",
  verboseName: "device",
  fields: {
    name: Field.nullableText(64, { unique: false }),
    device_type: Field.requiredReference("dcim.devicetype", "protect"),
    role: Field.requiredReference("dcim.devicerole", "protect"),
    tenant: Field.reference("tenancy.tenant", "protect"),
    platform: Field.reference("dcim.platform", "setNull"),
    serial: Field.text(50),
    asset_tag: Field.nullableText(50, { unique: true }),
    site: Field.requiredReference("dcim.site", "protect"),
    location: Field.constant(null, true),
    rack: Field.constant(null, true),
    position: Field.constant(null, true),
    face: Field.loggedAs(null, ""),
    latitude: Field.decimal(8, 6),
    longitude: Field.decimal(9, 6),
    parent_device: Field.constant(null),
    status: Field.choice(Choices.deviceStatus, "active"),
    airflow: Field.constant(null, true),
    cooling_method: Field.constant(null, true),
    primary_ip: Field.computed(primaryIp),
    primary_ip4: Field.singleReference("ipam.ipaddress"),
    primary_ip6: Field.singleReference("ipam.ipaddress"),
    oob_ip: Field.constant(null, true),
    cluster: Field.reference("virtualization.cluster", "setNull"),
    virtual_chassis: Field.constant(null, true),
    vc_position: Field.constant(null, true),
    vc_priority: Field.constant(null, true),
    ...description,
    ...comments,
    config_template: Field.constant(null, true),
    config_context: Field.constant({}),
    local_context_data: Field.json(),
    ...tagged,
    ...Object.fromEntries(
      components.map((name) => [
        `${name}_count`,
        name === "interface" ? Field.counter("dcim.interface", "device") : Field.constant(0, true)
      ])
    )
  },
  brief: briefName,
  display: (row, store) => {
    if (named(row) !== "") return named(row)
    const type = store.get("dcim.devicetype", numberOf(row.values, "device_type"))
    const manufacturer = store.get(
      "dcim.manufacturer",
      type === undefined ? null : numberOf(type.values, "manufacturer")
    )
    return [
      manufacturer === undefined ? "" : named(manufacturer),
      type === undefined ? "" : textOf(type.values, "model"),
      `(${row.id})`
    ].join(" ")
  },
  unique: [
    {
      fields: ["name", "site", "tenant"],
      folded: ["name"],
      nullsDistinct: false,
      when: (values) => typeof values["name"] === "string",
      message: "Device name must be unique per site and tenant."
    }
  ],
  order: (row) => [named(row)],
  search: ["name", "serial", "asset_tag", "description", "comments"],
  foldedFilters: ["name", "serial"],
  filters: { mac_address: parentByMac("dcim.interface", "device") },
  check: checkDevice
}

const byDevice: Kind["order"] = (row, store) => {
  const device = store.get("dcim.device", numberOf(row.values, "device"))
  return [device === undefined ? null : named(device), named(row)]
}

export const deviceInterface: Kind = {
  name: "dcim.interface",
  path: "dcim/interfaces",
  model: "Interface",
  verboseName: "interface",
  fields: {
    device: Field.requiredReference("dcim.device", "cascade"),
    vdcs: Field.constant([], true),
    module: Field.constant(null, true),
    name: Field.requiredText(64),
    label: Field.text(64),
    type: Field.requiredChoice(Choices.interfaceType),
    channels: Field.constant(null, true),
    channel_id: Field.constant(null, true),
    enabled: Field.boolean(true),
    parent: Field.reference("dcim.interface", "restrict"),
    bridge: Field.reference("dcim.interface", "setNull"),
    bridge_interfaces: Field.constant([]),
    lag: Field.reference("dcim.interface", "setNull"),
    mtu: Field.integer({ min: 1, max: 65536 }),
    ...primaryMacFields("dcim.interface"),
    speed: Field.integer(),
    duplex: Field.constant(null, true),
    wwn: Field.constant(null, true),
    mgmt_only: Field.boolean(false),
    ...description,
    mode: Field.optionalChoice(Choices.interfaceMode),
    rf_role: Field.constant(null, true),
    rf_channel: Field.constant(null, true),
    poe_mode: Field.constant(null, true),
    poe_type: Field.constant(null, true),
    rf_channel_frequency: Field.constant(null, true),
    rf_channel_width: Field.constant(null, true),
    tx_power: Field.constant(null, true),
    untagged_vlan: Field.reference("ipam.vlan", "setNull"),
    tagged_vlans: Field.references("ipam.vlan"),
    qinq_svlan: Field.constant(null, true),
    vlan_translation_policy: Field.constant(null, true),
    mark_connected: Field.boolean(false),
    cable: Field.constant(null, true),
    cable_end: Field.constant(null, true),
    cable_connector: Field.untold(null),
    cable_positions: Field.untold(null),
    wireless_link: Field.constant(null, true),
    link_peers: Field.constant([]),
    link_peers_type: Field.constant(null),
    wireless_lans: Field.constant([], true),
    vrf: Field.reference("ipam.vrf", "setNull"),
    l2vpn_termination: Field.constant(null),
    connected_endpoints: Field.constant(null),
    connected_endpoints_type: Field.constant(null),
    connected_endpoints_reachable: Field.constant(false),
    ...owner,
    ...tagged,
    count_ipaddresses: Field.computed((store, row) =>
      store.table("ipam.ipaddress").count("assigned_object_type", `dcim.interface/${row.id}`)
    ),
    count_fhrp_groups: Field.constant(0),
    _occupied: Field.computed((_store, row) => row.values["mark_connected"] === true)
  },
  brief: ["id", "url", "display", "device", "name", "description", "cable", "_occupied"],
  display: named,
  unique: [
    { fields: ["device", "name"], nullsDistinct: true, message: "Interface with this Device and Name already exists." }
  ],
  order: byDevice,
  deleteOrder: childrenFirst("dcim.interface", "dcim.device", "device"),
  search: ["name", "label", "description"],
  filters: { mac_address: interfaceByMac("dcim.interface") },
  derive: settleInterface,
  check: checkPhysicalInterface,
  stored: storeInterface("dcim.interface"),
  dependents: attachments("dcim.interface")
}
