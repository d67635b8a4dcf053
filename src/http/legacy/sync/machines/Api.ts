import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import { Authorization } from "../../../Authorization.ts"
import { RequiredScope } from "../../../RequiredScope.ts"
import { SweepQuery } from "../ask/Query.ts"
import { answerGet, answerPost, OneGuest, streamGet, streamPost, writes } from "../Endpoints.ts"

const root = "/virtualization/virtual-machines"

/** Guests with their disks, interfaces and addresses, and those that are gone. */
export const MachinesGroup = HttpApiGroup.make("machines")
  .add(answerGet("create", `${root}/create`))
  .add(answerPost("createByPost", `${root}/create`))
  .add(streamGet("createStream", `${root}/create/stream`))
  .add(streamPost("createStreamByPost", `${root}/create/stream`))
  .add(answerGet("createOne", `${root}/:netbox_vm_id/create`).setPath(OneGuest))
  .add(answerPost("createOneByPost", `${root}/:netbox_vm_id/create`).setPath(OneGuest))
  .add(streamGet("createOneStream", `${root}/:netbox_vm_id/create/stream`).setPath(OneGuest))
  .add(streamPost("createOneStreamByPost", `${root}/:netbox_vm_id/create/stream`).setPath(OneGuest))
  .add(answerGet("disks", `${root}/virtual-disks/create`))
  .add(answerPost("disksByPost", `${root}/virtual-disks/create`))
  .add(streamGet("disksStream", `${root}/virtual-disks/create/stream`))
  .add(streamPost("disksStreamByPost", `${root}/virtual-disks/create/stream`))
  .add(streamGet("disksOfOneStream", `${root}/:netbox_vm_id/virtual-disks/create/stream`).setPath(OneGuest))
  .add(streamPost("disksOfOneStreamByPost", `${root}/:netbox_vm_id/virtual-disks/create/stream`).setPath(OneGuest))
  .add(answerGet("interfaces", `${root}/interfaces/create`))
  .add(answerPost("interfacesByPost", `${root}/interfaces/create`))
  .add(streamGet("interfacesStream", `${root}/interfaces/create/stream`))
  .add(streamPost("interfacesStreamByPost", `${root}/interfaces/create/stream`))
  .add(answerGet("addresses", `${root}/interfaces/ip-address/create`))
  .add(answerPost("addressesByPost", `${root}/interfaces/ip-address/create`))
  .add(streamGet("addressesStream", `${root}/interfaces/ip-address/create/stream`))
  .add(streamPost("addressesStreamByPost", `${root}/interfaces/ip-address/create/stream`))
  .add(answerGet("sweep", `${root}/orphans/sweep`).setUrlParams(SweepQuery))
  .add(answerPost("sweepByPost", `${root}/orphans/sweep`).setUrlParams(SweepQuery))
  .add(streamGet("sweepStream", `${root}/orphans/sweep/stream`).setUrlParams(SweepQuery))
  .add(streamPost("sweepStreamByPost", `${root}/orphans/sweep/stream`).setUrlParams(SweepQuery))
  .annotateEndpoints(RequiredScope, writes)
  .middleware(Authorization)
