/** Values and labels of NetBox's choice fields. */

export const siteStatus = {
  planned: "Planned",
  staging: "Staging",
  active: "Active",
  decommissioning: "Decommissioning",
  retired: "Retired"
}

export const clusterStatus = {
  planned: "Planned",
  staging: "Staging",
  active: "Active",
  decommissioning: "Decommissioning",
  offline: "Offline"
}

export const deviceStatus = {
  offline: "Offline",
  active: "Active",
  planned: "Planned",
  staged: "Staged",
  failed: "Failed",
  inventory: "Inventory",
  decommissioning: "Decommissioning"
}

export const virtualMachineStatus = {
  offline: "Offline",
  active: "Active",
  planned: "Planned",
  staged: "Staged",
  failed: "Failed",
  decommissioning: "Decommissioning",
  paused: "Paused"
}

export const startOnBoot = { on: "On", off: "Off", laststate: "Last State" }

export const vlanStatus = { active: "Active", reserved: "Reserved", deprecated: "Deprecated" }

export const vlanQinqRole = { svlan: "Service", cvlan: "Customer" }

export const addressStatus = { ...vlanStatus, dhcp: "DHCP", slaac: "SLAAC" }

export const addressRole = {
  loopback: "Loopback",
  secondary: "Secondary",
  anycast: "Anycast",
  vip: "VIP",
  vrrp: "VRRP",
  hsrp: "HSRP",
  glbp: "GLBP",
  carp: "CARP"
}

/** Roles under which one host may stand several times. */
export const sharedRoles: ReadonlyArray<string> = ["anycast", "vip", "vrrp", "hsrp", "glbp", "carp"]

export const interfaceMode = {
  access: "Access",
  tagged: "Tagged",
  "tagged-all": "Tagged (All)",
  "q-in-q": "Q-in-Q (802.1ad)"
}

/** The types that a hypervisor has; NetBox knows some 150 more, of hardware. */
export const interfaceType = {
  virtual: "Virtual",
  bridge: "Bridge",
  lag: "Link Aggregation Group (LAG)",
  "100base-tx": "100BASE-TX (10/100ME)",
  "1000base-t": "1000BASE-T (1GE)",
  "1000base-x-sfp": "SFP (1GE)",
  "2.5gbase-t": "2.5GBASE-T (2.5GE)",
  "10gbase-t": "10GBASE-T (10GE)",
  "10gbase-x-sfpp": "SFP+ (10GE)",
  "25gbase-x-sfp28": "SFP28 (25GE)",
  "40gbase-x-qsfpp": "QSFP+ (40GE)",
  "100gbase-x-qsfp28": "QSFP28 (100GE)",
  other: "Other"
}

export const customFieldType = {
  text: "Text",
  longtext: "Text (long)",
  integer: "Integer",
  decimal: "Decimal",
  boolean: "Boolean",
  date: "Date",
  datetime: "Date & time",
  url: "URL",
  json: "JSON"
}

export const filterLogic = { disabled: "Disabled", loose: "Loose", exact: "Exact" }

export const uiVisible = { always: "Always", "if-set": "If set", hidden: "Hidden" }

export const uiEditable = { yes: "Yes", no: "No", hidden: "Hidden" }
