import { covers, type Desire, type Desired } from "./Desired.ts"
import type { Kind } from "./Kind.ts"
import { Cluster } from "./mapping/Cluster.ts"
import { ClusterType } from "./mapping/ClusterType.ts"
import { CustomField } from "./mapping/CustomField.ts"
import { Device } from "./mapping/Device.ts"
import { DeviceRole } from "./mapping/DeviceRole.ts"
import { DeviceType } from "./mapping/DeviceType.ts"
import { type Facts, factsOf, type SourceSettings } from "./mapping/Facts.ts"
import { IpAddress } from "./mapping/IpAddress.ts"
import { MacAddress } from "./mapping/MacAddress.ts"
import { Manufacturer } from "./mapping/Manufacturer.ts"
import type { Mapping } from "./mapping/Mapping.ts"
import { unknownNames } from "./mapping/Named.ts"
import { NodeInterface } from "./mapping/NodeInterface.ts"
import type { Applied } from "./mapping/Place.ts"
import { Platform } from "./mapping/Platform.ts"
import { Site } from "./mapping/Site.ts"
import { Tag } from "./mapping/Tag.ts"
import { Tenant } from "./mapping/Tenant.ts"
import { VirtualDisk } from "./mapping/VirtualDisk.ts"
import { guestKey, machineRef, nodeInterfaceRef } from "./mapping/Refs.ts"
import { VirtualMachine } from "./mapping/VirtualMachine.ts"
import { VirtualMachineType } from "./mapping/VirtualMachineType.ts"
import { Vlan } from "./mapping/Vlan.ts"
import { VlanGroup } from "./mapping/VlanGroup.ts"
import { VmInterface } from "./mapping/VmInterface.ts"
import { Vrf } from "./mapping/Vrf.ts"
import { unknownWires } from "./mapping/Wire.ts"
import type { Observation } from "./proxmox/Observation.ts"
import type { Ref } from "./Ref.ts"
import type { Rule } from "./Rules.ts"
import { each, pauses, type Steps } from "./Steps.ts"
import type { Target } from "./Target.ts"

export const mappings: ReadonlyArray<Mapping> = [
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

const warningsOf = (facts: Facts) => [
  ...facts.guests.flatMap(({ facts: { vmid }, guest }) =>
    (guest?.warnings ?? []).map((detail) => ({ scope: `${facts.settings.name} guest/${vmid}`, detail }))
  ),
  ...facts.nodes.flatMap(({ facts: { name }, warnings }) =>
    warnings.map((detail) => ({ scope: `${facts.settings.name} node/${name}`, detail }))
  ),
  ...unknownWires(facts),
  ...unknownNames(facts)
]

/**
 * What a NetBox of these kinds should hold for these sources, as far as they were seen; `applied` tells what the engine wrote
 * last from what an operator did. Pure: the same input asks for the same.
 */
export const desire = function* (
  sources: ReadonlyArray<{ readonly settings: SourceSettings; readonly observation: Observation }>,
  rules: ReadonlyArray<Rule>,
  target: Target,
  kinds: ReadonlyArray<Kind>,
  applied: Applied
): Steps<Desire & { readonly errors: ReadonlyArray<string> }> {
  const due = pauses()
  const known = new Set(kinds.map(({ name }) => name))
  const asking = mappings.filter(({ kind }) => known.has(kind))
  const objects: Array<Desired> = []
  const covered = new Set<string>()
  const spared = new Set<Ref>()
  const warnings: Array<Desire["warnings"][number]> = []
  const conflicts: Array<Desire["conflicts"][number]> = []
  const errors: Array<string> = []
  for (const { observation, settings } of sources) {
    const facts = yield* factsOf(settings, observation, rules, target, kinds, applied)
    const missing = [facts.site, ...facts.nodeSites.values()].filter((place) => place.missing !== undefined)
    if (missing.length > 0) {
      const names = missing.map(({ missing: name, why }) => `${name} (${why})`)
      errors.push(
        `Source ${settings.name}: NetBox has no site ${[...new Set(names)].join(", ")}. Create it, or name another`
      )
      continue
    }
    for (const mapping of asking) {
      if (due()) yield
      for (const one of mapping.objects?.(facts) ?? []) objects.push(one)
      const { ofGuest } = mapping
      if (ofGuest !== undefined) {
        yield* each(facts.guests, (view) => {
          for (const one of ofGuest(view, facts)) objects.push(one)
        })
      }
      for (const parent of mapping.covered?.(facts) ?? []) covered.add(covers(mapping.kind, parent))
    }
    for (const { vmid } of facts.spared) spared.add(machineRef(guestKey(settings.name, vmid)))
    for (const { key, others } of facts.nodes) for (const name of others) spared.add(nodeInterfaceRef(key, name))
    warnings.push(...warningsOf(facts))
    conflicts.push(...facts.placement.conflicts)
  }
  return { objects, covered, spared, warnings, conflicts, errors }
}
