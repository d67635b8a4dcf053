import type { Scope } from "../../../../domain/Scope.ts"
import { type StageName, stageNames } from "../frames/Stage.ts"
import type { Telling } from "../frames/Teller.ts"
import { defaultOff, type ModeFlag, modes, type Overwrite, overwrites } from "./Flags.ts"
import type { SyncQuery } from "./Query.ts"

/** What a request asks for: a part of the difference, and how it is told. */
export interface Asked {
  /** Null where it concerns nothing that the engine writes: there is nothing to run. */
  readonly scope: Scope | null
  readonly telling: Telling
}

/** Kinds that a stage writes; of what nodes and guests both have, those of one of them. */
const written: { readonly [Name in StageName]: { readonly kinds: ReadonlyArray<string>; readonly of?: Scope["of"] } } =
  {
    devices: { kinds: ["virtualization.cluster", "dcim.device"] },
    storage: { kinds: [] },
    "virtual-machines": { kinds: ["virtualization.virtualmachine"] },
    "virtual-disks": { kinds: ["virtualization.virtualdisk"] },
    "task-history": { kinds: [] },
    backups: { kinds: [] },
    snapshots: { kinds: [] },
    "node-interfaces": { kinds: ["dcim.device", "dcim.interface", "dcim.macaddress", "ipam.ipaddress"], of: "nodes" },
    "vm-interfaces": { kinds: ["virtualization.vminterface", "dcim.macaddress"], of: "guests" },
    // A machine points to its primary addresses.
    "vm-ip-addresses": { kinds: ["ipam.ipaddress", "virtualization.virtualmachine"], of: "guests" },
    replications: { kinds: [] },
    "backup-routines": { kinds: [] },
    "sweep-orphans": { kinds: ["virtualization.virtualmachine"] },
    sdn: { kinds: ["ipam.vlangroup", "ipam.vlan"] }
  }

const network = ["virtualization.vminterface", "dcim.macaddress", "ipam.ipaddress"]

const isModeFlag = (name: string): name is ModeFlag => name in modes

/** Kinds by the word that a client has for them; those of nodes hear only the word for nodes. */
const kindsWith = (query: SyncQuery, word: string, stages: ReadonlyArray<StageName>): ReadonlySet<string> => {
  const [only] = stages
  const heard = stages.length === 1 && only === "node-interfaces" ? ["sync_mode_node"] : Object.keys(modes)
  return new Set(heard.filter(isModeFlag).flatMap((name) => (query[name] === word ? modes[name] : [])))
}

const isOverwrite = (name: string): name is Overwrite => name in overwrites

/** Fields that are left alone once an object exists; what is off anyway needs no word of the client. */
export const keepOf = (query: { readonly [flag in Overwrite]?: boolean }): ReadonlyArray<string> => {
  const off = Object.keys(overwrites)
    .filter(isOverwrite)
    .filter((name) => name !== defaultOff && query[name] === false)
  return [...new Set(off.flatMap((name) => overwrites[name]))]
}

/** Switches of the stage of virtual machines that take kinds out of its network. */
const withoutNetwork = (query: SyncQuery): ReadonlyArray<string> => [
  ...(query.sync_vm_interface_macs ? [] : ["dcim.macaddress"]),
  ...(query.assign_vm_interface_ips ? [] : ["ipam.ipaddress"])
]

const kindsOf = (stages: ReadonlyArray<StageName>, query: SyncQuery): ReadonlyArray<string> => {
  const all = stages.flatMap((stage) => {
    const { kinds } = written[stage]
    return stage === "virtual-machines" && query.sync_vm_network ? [...kinds, ...network] : kinds
  })
  const without = new Set(withoutNetwork(query))
  return stages.includes("node-interfaces") ? all : all.filter((kind) => !without.has(kind))
}

/** All kinds of the whole surface, where some of them are switched off. */
const everyKind = [
  ...new Set(
    Object.values(written)
      .flatMap(({ kinds }) => kinds)
      .concat(network)
  )
]

export interface Selected {
  /** Undefined: all. */
  readonly sources: ReadonlyArray<string> | undefined
  /** Undefined: all. */
  readonly guests: Scope["guests"] | undefined
}

/** `title`: `full-update`, or what the only stage is called in this route. */
export const askedOf = (
  title: string,
  stages: ReadonlyArray<StageName>,
  query: SyncQuery,
  { guests, sources }: Selected
): Asked => {
  const isFull = title === "full-update"
  const isOfNodes = stages.length === 1 && stages[0] === "node-interfaces"
  const withNodes = query.sync_node_interfaces
  const disabled = new Set([...kindsWith(query, "disabled", stages), ...(withNodes ? [] : ["dcim.interface"])])
  const created = kindsWith(query, "bootstrap_only", stages)
  const kinds = (isFull ? everyKind : kindsOf(stages, query)).filter((kind) => !disabled.has(kind))
  const [only] = stages
  const one = isFull || only === undefined || stages.length > 1 ? undefined : written[only].of
  // What is of nodes alone would bring their interfaces along.
  const of = one ?? (withNodes ? undefined : "guests")
  const keep = keepOf(query)
  const telling: Telling = {
    title,
    stages: isFull ? stageNames : stages,
    eachGuest: !isFull && query.sync_vm_network,
    eachObject: false,
    dryRun: query.dry_run,
    runId: query.run_id ?? null
  }
  const isNothing = !isFull && (kinds.length === 0 || (isOfNodes && !withNodes))
  if (isNothing || sources?.length === 0) return { scope: null, telling }
  const scope: Scope = {
    ...(sources === undefined ? {} : { sources }),
    ...(isFull && disabled.size === 0 ? {} : { kinds: [...new Set(kinds)] }),
    ...(guests === undefined ? {} : { guests }),
    ...(of === undefined ? {} : { of }),
    ...(keep.length === 0 ? {} : { keep }),
    ...(created.size === 0 ? {} : { createOnly: [...created] }),
    ...(query.netbox_branch_schema_id === undefined ? {} : { branch: query.netbox_branch_schema_id })
  }
  return { scope, telling }
}
