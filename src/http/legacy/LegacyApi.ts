import * as HttpApi from "@effect/platform/HttpApi"
import * as OpenApi from "@effect/platform/OpenApi"
import { AdminGroup } from "./admin/Api.ts"
import { AuthGroup, BootstrapGroup } from "./auth/Api.ts"
import { CacheGroup } from "./cache/Api.ts"
import { EncryptionGroup } from "./encryption/Api.ts"
import { InventoryGroup } from "./inventory/Api.ts"
import { NetBoxGroup } from "./netbox/Api.ts"
import { ProxmoxEndpointsGroup } from "./proxmox/Api.ts"
import { InvalidRequest } from "./Refused.ts"
import { AboutGroup, RootGroup } from "./root/Api.ts"
import { DcimGroup } from "./sync/dcim/Api.ts"
import { FullGroup, ProgressGroup } from "./sync/full/Api.ts"
import { IndividualGroup } from "./sync/individual/Api.ts"
import { MachinesGroup } from "./sync/machines/Api.ts"
import { ReadsGroup } from "./sync/reads/Api.ts"
import { RecordsGroup } from "./sync/records/Api.ts"

/** The surface that clients of proxbox-api know: paths, statuses and bodies are theirs. */
export class LegacyApi extends HttpApi.make("legacy")
  .add(RootGroup)
  .add(AboutGroup)
  .add(BootstrapGroup)
  .add(AuthGroup)
  .add(EncryptionGroup)
  .add(CacheGroup)
  .add(AdminGroup)
  .add(NetBoxGroup)
  .add(ProxmoxEndpointsGroup)
  .add(FullGroup)
  .add(ProgressGroup)
  .add(DcimGroup)
  .add(MachinesGroup)
  .add(RecordsGroup)
  .add(ReadsGroup)
  .add(InventoryGroup)
  .add(IndividualGroup)
  .annotateContext(OpenApi.annotations({ title: "Proxledger, compatible surface", version: "1" })) {
  // The type of the base names its own encoding of a request that did not decode; ours is the one that clients know.
  static override readonly errorSchema = InvalidRequest as never
}
