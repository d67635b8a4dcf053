import { isJsonObject, type Json } from "../Json.ts"

/** Body of `/access/permissions`: for every path that matters, its privileges and whether they reach what is below. */
export type Permissions = { readonly [path: string]: { readonly [privilege: string]: Json } }

export const parse = (value: Json): Permissions | undefined => {
  if (!isJsonObject(value)) return undefined
  return Object.fromEntries(
    Object.entries(value).map(([path, privileges]) => [path, isJsonObject(privileges) ? privileges : {}])
  )
}

const propagates = (value: Json | undefined): boolean => value === 1 || value === "1" || value === true

const parentOf = (path: string): string | undefined =>
  path === "/" ? undefined : path.slice(0, path.lastIndexOf("/")) || "/"

/** Proxmox lists every path that has an entry of its own; the nearest one upwards decides for a path without. */
const entryFor = (permissions: Permissions, path: string): { readonly [privilege: string]: Json } => {
  for (let at: string | undefined = path; at !== undefined; at = parentOf(at)) {
    const entry = Object.hasOwn(permissions, at) ? permissions[at] : undefined
    if (entry !== undefined) return entry
  }
  return {}
}

/** Whether a privilege is held on the path itself. */
export const holds = (permissions: Permissions, path: string, privilege: string): boolean => {
  const entry = entryFor(permissions, path)
  return Object.hasOwn(entry, privilege) && (Object.hasOwn(permissions, path) || propagates(entry[privilege]))
}

/** Whether a privilege is held on everything below a path, as far as its listed descendants tell. */
export const covers = (permissions: Permissions, path: string, privilege: string): boolean => {
  const below = path === "/" ? "/" : `${path}/`
  const entry = entryFor(permissions, path)
  return (
    Object.hasOwn(entry, privilege) &&
    propagates(entry[privilege]) &&
    Object.keys(permissions).every((other) => !other.startsWith(below) || holds(permissions, other, privilege))
  )
}

export interface Need {
  readonly privilege: string
  readonly path: string
  /** What is not seen without it, as gaps name it. */
  readonly what: "guests" | "cluster" | "storages" | "pools" | "network" | "addresses"
  readonly costs: string
}

/** A version as `9.1.4` or `7.4-17`; `minor` is 0 where it says nothing. */
export const isAtLeast = (version: string, major: number, minor: number): boolean => {
  const [, a = "0", b = "0"] = /^(\d+)(?:\.(\d+))?/.exec(version) ?? []
  return Number(a) > major || (Number(a) === major && Number(b) >= minor)
}

/** Any of these lets one read from guest agents: the first up to 8.4, the others from 9.0. */
const agentPrivileges = ["VM.Monitor", "VM.GuestAgent.Audit", "VM.GuestAgent.Unrestricted"]

export const mayAskAgent = (permissions: Permissions, vmid: number): boolean =>
  agentPrivileges.some((privilege) => holds(permissions, `/vms/${vmid}`, privilege))

const needsOf = (version: string): ReadonlyArray<Need> => [
  {
    privilege: "VM.Audit",
    path: "/vms",
    what: "guests",
    costs: "guests are hidden, so none is ever taken for removed"
  },
  {
    privilege: "Sys.Audit",
    path: "/",
    what: "cluster",
    costs: "the cluster's name, quorum and nodes are unknown, so no guest is ever taken for removed"
  },
  { privilege: "Datastore.Audit", path: "/storage", what: "storages", costs: "storages are hidden" },
  {
    privilege: "Pool.Audit",
    path: "/pool",
    what: "pools",
    costs: "the pools of guests are unknown: what rules on them would decide is left as it is"
  },
  ...(isAtLeast(version, 8, 0)
    ? [{ privilege: "SDN.Audit", path: "/sdn", what: "network", costs: "bridges are hidden" } as const]
    : []),
  {
    privilege: isAtLeast(version, 9, 0) ? "VM.GuestAgent.Audit" : "VM.Monitor",
    path: "/vms",
    what: "addresses",
    costs: "guest agents are not asked, so the addresses of VMs come from their configurations only"
  }
]

/** What the version wants of an account that only reads, and this one lacks. */
export const missing = (permissions: Permissions, version: string): ReadonlyArray<Need> =>
  needsOf(version).filter(({ path, privilege, what }) => {
    if (what === "addresses") return !agentPrivileges.some((name) => covers(permissions, path, name))
    return path === "/" ? !holds(permissions, path, privilege) : !covers(permissions, path, privilege)
  })
