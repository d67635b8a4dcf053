import type { JsonObject } from "../../../../domain/Json.ts"
import { keyOf } from "../../../../domain/Ref.ts"
import type { Frame } from "./Frame.ts"
import type { Outcomes } from "./Outcomes.ts"
import type { Script } from "./Script.ts"
import { nameOf, thingsOf } from "./Teller.ts"

/** What the objects of a run stand on, by the words of the old surface. */
const words: { readonly [kind: string]: string } = {
  "extras.tag": "tag",
  "extras.customfield": "custom_field",
  "dcim.site": "site",
  "virtualization.clustertype": "cluster_type",
  "virtualization.cluster": "cluster",
  "dcim.manufacturer": "manufacturer",
  "dcim.devicetype": "device_type",
  "dcim.devicerole": "device_role",
  "dcim.platform": "platform",
  "virtualization.virtualmachinetype": "vm_type",
  "ipam.vlangroup": "vlan_group",
  "ipam.vlan": "vlan"
}

/** Which of them were made, changed, found as they should be; what could not be made is a warning. */
export const bootstrapOf = (script: Script, outcomes: Outcomes, dryRun: boolean): JsonObject => {
  const created: Array<string> = []
  const patched: Array<string> = []
  const unchanged: Array<string> = []
  const planned: Array<string> = []
  const warnings: Array<JsonObject> = []
  for (const [kind, word] of Object.entries(words)) {
    for (const thing of thingsOf(script, kind)) {
      const name = `${word}:${kind === "extras.tag" ? keyOf(thing.ref) : nameOf(script, thing)}`
      const operations = thing.operations.filter(({ place }) => place === "bootstrap")
      const failure = operations.map((one) => outcomes.failureOf(one)).find((one) => one !== undefined)
      if (dryRun && thing.operations.length > 0) planned.push(name)
      else if (failure !== undefined) warnings.push({ object: name, error: failure.detail })
      else if (outcomes.resultOf(operations) === "created") created.push(name)
      else if (thing.operations.length > 0) patched.push(name)
      else unchanged.push(name)
    }
  }
  return {
    ok: warnings.length === 0,
    skipped: dryRun,
    reason: dryRun ? "dry run: nothing is written" : null,
    warnings,
    created,
    patched,
    unchanged,
    ...(dryRun ? { planned } : {})
  }
}

/** When nothing was prepared, as when the plan could not be made. */
export const notBootstrapped = (reason: string): JsonObject => ({
  ok: false,
  skipped: true,
  reason,
  warnings: [],
  created: [],
  patched: [],
  unchanged: []
})

export const bootstrapDone = (data: JsonObject): Frame => ({ event: "bootstrap_done", data })
