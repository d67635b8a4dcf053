import * as Choices from "../Choices.ts"
import * as Field from "../Field.ts"
import type { Kind } from "../Kind.ts"
import { numberOf, textOf } from "../Row.ts"
import { device, deviceInterface } from "./Device.ts"
import { briefSlug, byName, comments, description, nameAndSlug, named, organizational, tagged } from "./Parts.ts"

const site: Kind = {
  name: "dcim.site",
  path: "dcim/sites",
  model: "Site",
  verboseName: "site",
  fields: {
    ...nameAndSlug,
    status: Field.choice(Choices.siteStatus, "active"),
    region: Field.constant(null, true),
    group: Field.constant(null, true),
    tenant: Field.reference("tenancy.tenant", "protect"),
    facility: Field.text(50),
    time_zone: Field.constant(null, true),
    ...description,
    physical_address: Field.text(200),
    shipping_address: Field.text(200),
    latitude: Field.decimal(8, 6),
    longitude: Field.decimal(9, 6),
    ...comments,
    asns: Field.constant([], true),
    ...tagged,
    circuit_count: Field.constant(0),
    device_count: Field.count("dcim.device", "site"),
    prefix_count: Field.constant(0),
    rack_count: Field.constant(0),
    virtualmachine_count: Field.count("virtualization.virtualmachine", "site"),
    vlan_count: Field.count("ipam.vlan", "site")
  },
  ...organizational,
  search: ["name", "facility", "description", "physical_address", "shipping_address", "comments"]
}

const manufacturer: Kind = {
  name: "dcim.manufacturer",
  path: "dcim/manufacturers",
  model: "Manufacturer",
  verboseName: "manufacturer",
  fields: {
    ...nameAndSlug,
    ...description,
    ...comments,
    ...tagged,
    devicetype_count: Field.count("dcim.devicetype", "manufacturer"),
    moduletype_count: Field.constant(0),
    inventoryitem_count: Field.constant(0),
    platform_count: Field.count("dcim.platform", "manufacturer")
  },
  ...organizational
}

const templates = [
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

const deviceType: Kind = {
  name: "dcim.devicetype",
  path: "dcim/device-types",
  model: "DeviceType",
  verboseName: "device type",
  fields: {
    manufacturer: Field.requiredReference("dcim.manufacturer", "protect"),
    default_platform: Field.reference("dcim.platform", "setNull"),
    model: Field.requiredText(100),
    slug: Field.requiredText(100, { pattern: "slug" }),
    part_number: Field.text(50),
    u_height: Field.decimal(4, 1, "0", 1),
    exclude_from_utilization: Field.boolean(false),
    is_full_depth: Field.boolean(true),
    subdevice_role: Field.constant(null, true),
    airflow: Field.constant(null, true),
    cooling_method: Field.constant(null, true),
    weight: Field.constant(null, true),
    weight_unit: Field.constant(null, true),
    end_of_life: Field.constant(null, true),
    front_image: Field.loggedAs(null, ""),
    rear_image: Field.loggedAs(null, ""),
    ...description,
    ...comments,
    ...tagged,
    device_count: Field.counter("dcim.device", "device_type"),
    ...Object.fromEntries(templates.map((name) => [`${name}_template_count`, Field.constant(0, true)]))
  },
  brief: ["id", "url", "display", "manufacturer", "model", "slug", "description", "device_count"],
  display: (row) => textOf(row.values, "model"),
  unique: [
    {
      fields: ["manufacturer", "model"],
      nullsDistinct: true,
      message: "Device type with this Manufacturer and Model already exists."
    },
    {
      fields: ["manufacturer", "slug"],
      nullsDistinct: true,
      message: "Device type with this Manufacturer and Slug already exists."
    }
  ],
  order: (row, store) => {
    const manufacturer = store.get("dcim.manufacturer", numberOf(row.values, "manufacturer"))
    return [manufacturer === undefined ? null : named(manufacturer), textOf(row.values, "model")]
  },
  search: ["model", "part_number", "description", "comments"]
}

const treeBrief = [...briefSlug, "device_count", "virtualmachine_count", "_depth"]

const deviceRole: Kind = {
  name: "dcim.devicerole",
  path: "dcim/device-roles",
  model: "DeviceRole",
  verboseName: "device role",
  fields: {
    name: Field.requiredText(100),
    slug: Field.requiredText(100, { pattern: "slug" }),
    color: Field.text(6, { pattern: "color", initial: "9e9e9e" }),
    vm_role: Field.boolean(true),
    config_template: Field.constant(null, true),
    parent: Field.constant(null, true),
    ...description,
    ...tagged,
    device_count: Field.count("dcim.device", "role", "zero"),
    virtualmachine_count: Field.count("virtualization.virtualmachine", "role", "zero"),
    ...comments,
    _depth: Field.constant(0)
  },
  brief: treeBrief,
  display: named,
  unique: [
    { fields: ["name"], nullsDistinct: true, message: "A device role with this name already exists." },
    { fields: ["slug"], nullsDistinct: true, message: "A device role with this slug already exists." }
  ],
  order: byName,
  search: ["name", "slug", "description", "comments"]
}

const platform: Kind = {
  name: "dcim.platform",
  path: "dcim/platforms",
  model: "Platform",
  verboseName: "platform",
  fields: {
    parent: Field.constant(null, true),
    name: Field.requiredText(100),
    slug: Field.requiredText(100, { pattern: "slug" }),
    manufacturer: Field.reference("dcim.manufacturer", "protect"),
    config_template: Field.constant(null, true),
    ...description,
    ...comments,
    ...tagged,
    device_count: Field.count("dcim.device", "platform", "zero"),
    virtualmachine_count: Field.count("virtualization.virtualmachine", "platform", "zero"),
    _depth: Field.constant(0)
  },
  brief: treeBrief,
  display: named,
  unique: [
    { fields: ["manufacturer", "name"], nullsDistinct: false, message: "Platform name must be unique." },
    { fields: ["manufacturer", "slug"], nullsDistinct: false, message: "Platform slug must be unique." }
  ],
  order: byName,
  search: ["name", "slug", "description", "comments"]
}

export const dcim: ReadonlyArray<Kind> = [site, manufacturer, platform, deviceType, deviceRole, device, deviceInterface]
