import type { Draft } from "../Kind.ts"
import { general, type Problems } from "../Problems.ts"
import { numberOf, textOf, type Row, type Values } from "../Row.ts"
import type { Store } from "../Store.ts"
import type { Writer } from "../Write.ts"
import { siteOf } from "./Cluster.ts"
import { checkPrimaryIps } from "./PrimaryIp.ts"

const diskTotal = (store: Store, machine: number): number | null => {
  const disks = store.table("virtualization.virtualdisk")
  const sizes = disks
    .referring("virtual_machine", machine)
    .map((id) => numberOf(disks.get(id)?.values ?? {}, "size") ?? 0)
  return sizes.length === 0 ? null : sizes.reduce((sum, size) => sum + size, 0)
}

const nameOf = (row: Row) => textOf(row.values, "name")

const checkPlace = ({ store, values }: Draft): Problems => {
  const cluster = store.get("virtualization.cluster", numberOf(values, "cluster"))
  const device = store.get("dcim.device", numberOf(values, "device"))
  const site = store.get("dcim.site", numberOf(values, "site"))
  if (cluster === undefined && device === undefined && site === undefined) {
    return general("A virtual machine must be assigned to a site, cluster, or device.")
  }
  const clusterSite = cluster === undefined ? null : siteOf(cluster)
  if (cluster !== undefined && site !== undefined && clusterSite !== null && clusterSite !== site.id) {
    return { cluster: [`The selected cluster (${nameOf(cluster)}) is not assigned to this site (${nameOf(site)}).`] }
  }
  if (device === undefined) return {}
  if (site !== undefined && numberOf(device.values, "site") !== site.id) {
    return { site: [`The selected device (${nameOf(device)}) is not assigned to this site (${nameOf(site)}).`] }
  }
  const deviceCluster = store.get("virtualization.cluster", numberOf(device.values, "cluster"))
  if (cluster === undefined && deviceCluster !== undefined) {
    return {
      cluster: [
        `Must specify the assigned device's cluster (${nameOf(deviceCluster)}) when assigning host device ${nameOf(device)}.`
      ]
    }
  }
  if (cluster !== undefined && deviceCluster?.id !== cluster.id) {
    return { device: [`The selected device (${nameOf(device)}) is not assigned to this cluster (${nameOf(cluster)}).`] }
  }
  return {}
}

const checkDisk = ({ store, before, values }: Draft): Problems => {
  const total = before === null ? null : diskTotal(store, before.id)
  const disk = numberOf(values, "disk")
  return total === null || total === 0 || disk === null || disk === total
    ? {}
    : {
        disk: [`The specified disk size (${disk}) must match the aggregate size of assigned virtual disks (${total}).`]
      }
}

export const checkVirtualMachine = (draft: Draft): Problems => {
  for (const check of [checkPlace, checkDisk]) {
    const problems = check(draft)
    if (Object.keys(problems).length > 0) return problems
  }
  return checkPrimaryIps(
    {
      interfaceKind: "virtualization.vminterface",
      parent: "virtual_machine",
      wrongFamily: (family, address, version) =>
        `Must be an IPv${family} address. (${address} is an IPv${version} address.)`,
      notAssigned: (address) => `The specified IP address (${address}) is not assigned to this VM.`
    },
    draft
  )
}

/** The site follows the cluster or the device; a new machine takes the defaults of its type. */
export const settleVirtualMachine = ({ store, before, values, body }: Draft): Values => {
  const cluster = store.get("virtualization.cluster", numberOf(values, "cluster"))
  const device = store.get("dcim.device", numberOf(values, "device"))
  const inherited =
    (cluster === undefined ? null : siteOf(cluster)) ?? (device === undefined ? null : numberOf(device.values, "site"))
  const type =
    before === null
      ? store.get("virtualization.virtualmachinetype", numberOf(values, "virtual_machine_type"))
      : undefined
  const initial = (field: string, from: string) => values[field] ?? type?.values[from] ?? null
  return {
    ...values,
    site: values["site"] ?? inherited,
    platform: initial("platform", "default_platform"),
    vcpus: initial("vcpus", "default_vcpus"),
    memory: initial("memory", "default_memory"),
    // A null of the request is stored as it is; one that was stored before gives way to the sum.
    disk: values["disk"] ?? (before === null || body["disk"] === null ? null : diskTotal(store, before.id))
  }
}

/** The machine's `disk` is the sum of its disks; neither logged nor seen in `last_updated`. */
export const sumDisks = ({ store }: Writer, disk: Row): void => {
  const machine = store.get("virtualization.virtualmachine", numberOf(disk.values, "virtual_machine"))
  if (machine === undefined) return
  const total = diskTotal(store, machine.id)
  store.put("virtualization.virtualmachine", { ...machine, values: { ...machine.values, disk: total } })
}
