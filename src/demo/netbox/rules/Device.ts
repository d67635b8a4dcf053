import type { Draft } from "../Kind.ts"
import type { Problems } from "../Problems.ts"
import { numberOf, textOf } from "../Row.ts"
import { siteOf } from "./Cluster.ts"
import { checkPrimaryIps } from "./PrimaryIp.ts"

export const checkDevice = (draft: Draft): Problems => {
  const primary = checkPrimaryIps(
    {
      interfaceKind: "dcim.interface",
      parent: "device",
      wrongFamily: (family, address) => `${address} is not an IPv${family} address.`,
      notAssigned: (address) => `The specified IP address (${address}) is not assigned to this device.`
    },
    draft
  )
  if (Object.keys(primary).length > 0) return primary
  const { store, values } = draft
  const cluster = store.get("virtualization.cluster", numberOf(values, "cluster"))
  const site = cluster === undefined ? null : siteOf(cluster)
  if (cluster !== undefined && site !== null && site !== numberOf(values, "site")) {
    const name = textOf(store.get("dcim.site", site)?.values ?? {}, "name")
    return { cluster: [`The assigned cluster belongs to a different site (${name})`] }
  }
  return {}
}
