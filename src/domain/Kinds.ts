import type { Kind, Since } from "./Kind.ts"
import { Cluster } from "./kinds/Cluster.ts"
import { ClusterType } from "./kinds/ClusterType.ts"
import { CustomField } from "./kinds/CustomField.ts"
import { Device } from "./kinds/Device.ts"
import { DeviceRole } from "./kinds/DeviceRole.ts"
import { DeviceType } from "./kinds/DeviceType.ts"
import { IpAddress } from "./kinds/IpAddress.ts"
import { MacAddress } from "./kinds/MacAddress.ts"
import { Manufacturer } from "./kinds/Manufacturer.ts"
import { NodeInterface } from "./kinds/NodeInterface.ts"
import { Platform } from "./kinds/Platform.ts"
import { isRecordKind, recordKind } from "./kinds/RecordKind.ts"
import { Site } from "./kinds/Site.ts"
import { Tag } from "./kinds/Tag.ts"
import { Tenant } from "./kinds/Tenant.ts"
import { VirtualDisk } from "./kinds/VirtualDisk.ts"
import { VirtualMachine } from "./kinds/VirtualMachine.ts"
import { VirtualMachineType } from "./kinds/VirtualMachineType.ts"
import { Vlan } from "./kinds/Vlan.ts"
import { VlanGroup } from "./kinds/VlanGroup.ts"
import { VmInterface } from "./kinds/VmInterface.ts"
import { Vrf } from "./kinds/Vrf.ts"

/** In order of dependency: what a kind refers to (late fields apart) stands before it. */
export const kinds: ReadonlyArray<Kind> = [
  Tag,
  CustomField,
  Tenant,
  Vrf,
  Site,
  ClusterType,
  Cluster,
  Manufacturer,
  DeviceType,
  DeviceRole,
  Platform,
  VirtualMachineType,
  Device,
  VlanGroup,
  Vlan,
  NodeInterface,
  VirtualMachine,
  VmInterface,
  MacAddress,
  IpAddress,
  VirtualDisk
]

export interface NetBoxVersion {
  readonly major: number
  readonly minor: number
}

const isIn =
  (version: NetBoxVersion) =>
  ({ since }: Since): boolean => {
    if (since === undefined) return true
    const [major = 0, minor = 0] = since.split(".").map(Number)
    return version.major > major || (version.major === major && version.minor >= minor)
  }

/** The kinds that a NetBox of this version has, with their fields: what came later is neither read nor wanted nor written. */
export const kindsOf = (version: NetBoxVersion): ReadonlyArray<Kind> => {
  const has = isIn(version)
  return kinds.filter(has).map((kind) => {
    const fields = Object.entries(kind.fields).filter(([, field]) => has(field))
    return fields.length === Object.keys(kind.fields).length ? kind : { ...kind, fields: Object.fromEntries(fields) }
  })
}

const byName = new Map(kinds.map((kind) => [kind.name, kind]))

export const kindNamed = (name: string): Kind => {
  const kind = byName.get(name) ?? (isRecordKind(name) ? recordKind(name) : undefined)
  if (kind === undefined) throw new Error(`No kind is called ${name}: it is missing in the table of kinds`)
  return kind
}

export const rankOf: (name: string) => number = (() => {
  const ranks = new Map(kinds.map((kind, rank) => [kind.name, rank]))
  return (name) => ranks.get(name) ?? kinds.length
})()
