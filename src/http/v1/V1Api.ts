import * as HttpApi from "@effect/platform/HttpApi"
import * as OpenApi from "@effect/platform/OpenApi"
import { InvalidRequest } from "../Problem.ts"
import { DriftGroup } from "./drift/Api.ts"
import { EncryptionGroup } from "./encryption/Api.ts"
import { NetBoxEndpointsGroup } from "./endpoints/NetBoxApi.ts"
import { ProxmoxEndpointsGroup } from "./endpoints/ProxmoxApi.ts"
import { eventSchemas } from "./journal/JournalEvent.ts"
import { JournalGroup } from "./journal/Api.ts"
import { KeysGroup } from "./keys/Api.ts"
import { ObjectsGroup } from "./objects/Api.ts"
import { PlansGroup } from "./plans/Api.ts"
import { withRefusals } from "./Refusals.ts"
import { RunsGroup } from "./runs/Api.ts"
import { SchedulesGroup } from "./schedules/Api.ts"
import { SystemGroup } from "./system/Api.ts"

/** The clean surface: `/v1`, and what watches over the service. */
export class V1Api extends HttpApi.make("v1")
  .add(DriftGroup)
  .add(EncryptionGroup)
  .add(NetBoxEndpointsGroup)
  .add(ProxmoxEndpointsGroup)
  .add(JournalGroup)
  .add(KeysGroup)
  .add(ObjectsGroup)
  .add(PlansGroup)
  .add(RunsGroup)
  .add(SchedulesGroup)
  .add(SystemGroup)
  .annotate(HttpApi.AdditionalSchemas, eventSchemas)
  .annotateContext(
    OpenApi.annotations({
      title: "Proxledger",
      version: "1",
      description:
        "Keeps NetBox true to Proxmox VE: plans what NetBox should say, shows the difference, applies exactly that, and writes every step to a journal.",
      license: { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" },
      servers: [{ url: "/", description: "The service itself" }],
      transform: withRefusals
    })
  ) {
  // The type of the base names its own encoding of a request that did not decode; ours is a problem.
  static override readonly errorSchema = InvalidRequest as never
}
