import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import { Effect } from "effect"
import { Refused } from "../../Refused.ts"
import { LegacyApi } from "../../LegacyApi.ts"
import type { SyncQuery } from "../ask/Query.ts"
import type { StageName } from "../frames/Stage.ts"
import { type Route, Sync } from "../Sync.ts"

interface Asking {
  readonly urlParams: SyncQuery
}

const of =
  (stage: StageName) =>
  ({ urlParams: query }: Asking): Route => ({ title: stage, stages: [stage], query })

const sweep = of("sweep-orphans")

/** What is gone from every endpoint is not swept by somebody who named none. */
const scoped = ({ urlParams: query }: Asking) =>
  query.dry_run || query.proxmox_endpoint_ids !== undefined || query.endpoint_ids !== undefined
    ? Effect.void
    : new Refused({ status: 422, detail: "A live orphan sweep needs proxmox_endpoint_ids" })

const one = ({ urlParams: query }: Asking): Route => ({ title: "virtual-machine", stages: ["virtual-machines"], query })

export const MachinesHttp = HttpApiBuilder.group(LegacyApi, "machines", (handlers) =>
  Effect.map(Sync, ({ answer, answerOfGuest, stream, streamOfGuest }) => {
    const [machines, disks] = [of("virtual-machines"), of("virtual-disks")]
    const [interfaces, addresses] = [of("vm-interfaces"), of("vm-ip-addresses")]
    return handlers
      .handle("create", (asking) => answer(machines(asking)))
      .handle("createByPost", (asking) => answer(machines(asking)))
      .handle("createStream", (asking) => stream(machines(asking)))
      .handle("createStreamByPost", (asking) => stream(machines(asking)))
      .handle("createOne", (asking) => answerOfGuest(one(asking), asking.path.netbox_vm_id))
      .handle("createOneByPost", (asking) => answerOfGuest(one(asking), asking.path.netbox_vm_id))
      .handle("createOneStream", (asking) => streamOfGuest(one(asking), asking.path.netbox_vm_id, "told"))
      .handle("createOneStreamByPost", (asking) => streamOfGuest(one(asking), asking.path.netbox_vm_id, "told"))
      .handle("disks", (asking) => answer(disks(asking)))
      .handle("disksByPost", (asking) => answer(disks(asking)))
      .handle("disksStream", (asking) => stream(disks(asking)))
      .handle("disksStreamByPost", (asking) => stream(disks(asking)))
      .handle("disksOfOneStream", (asking) => streamOfGuest(disks(asking), asking.path.netbox_vm_id, "answered"))
      .handle("disksOfOneStreamByPost", (asking) => streamOfGuest(disks(asking), asking.path.netbox_vm_id, "answered"))
      .handle("interfaces", (asking) => answer(interfaces(asking)))
      .handle("interfacesByPost", (asking) => answer(interfaces(asking)))
      .handle("interfacesStream", (asking) => stream(interfaces(asking)))
      .handle("interfacesStreamByPost", (asking) => stream(interfaces(asking)))
      .handle("addresses", (asking) => answer(addresses(asking)))
      .handle("addressesByPost", (asking) => answer(addresses(asking)))
      .handle("addressesStream", (asking) => stream(addresses(asking)))
      .handle("addressesStreamByPost", (asking) => stream(addresses(asking)))
      .handle("sweep", (asking) => Effect.zipRight(scoped(asking), answer(sweep(asking))))
      .handle("sweepByPost", (asking) => Effect.zipRight(scoped(asking), answer(sweep(asking))))
      .handle("sweepStream", (asking) => Effect.zipRight(scoped(asking), stream(sweep(asking))))
      .handle("sweepStreamByPost", (asking) => Effect.zipRight(scoped(asking), stream(sweep(asking))))
  })
)
