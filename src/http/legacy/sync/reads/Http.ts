import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import { Effect, Option } from "effect"
import { kindNamed } from "../../../../domain/Kinds.ts"
import type { EndpointError } from "../../../../services/EndpointError.ts"
import { Engines } from "../../../../services/Engines.ts"
import { LegacyApi } from "../../LegacyApi.ts"
import { Failed, Refused } from "../../Refused.ts"
import { Selection } from "../ask/Selection.ts"
import { refusals } from "../Refusals.ts"

const { path } = kindNamed("virtualization.virtualmachine")

const unwritten = new Refused({ status: 501, detail: "Not implemented" })

/** What NetBox says of the request is the caller's to mend; all else is between the two services. */
const unread = ({ _tag, message }: EndpointError) =>
  new Failed({ status: _tag === "Denied" || _tag === "Refused" ? 400 : 502, message, detail: null })

/** A sample that clients show while they have nothing else. */
const example = {
  id: 1,
  name: "web1",
  status: "active",
  node: "pve1",
  cluster: "lab",
  os: "Debian 12",
  description: "Web server",
  uptime: "3 days",
  created: "2026-01-01T00:00:00Z",
  cpu: { cores: 2, sockets: 1, usage: 12.5 },
  memory: { total: 2048, used: 1024, usage: 50 },
  disks: [{ id: "scsi0", storage: "local-lvm", size: 10240 }],
  networks: [{ id: "net0", bridge: "vmbr0", ip: "192.0.2.10/24" }],
  snapshots: [],
  backups: []
}

export const ReadsHttp = HttpApiBuilder.group(LegacyApi, "reads", (handlers) =>
  Effect.gen(function* () {
    const engines = yield* Engines
    const selection = yield* Selection
    const refusing = { NoEndpoint: refusals.NoEndpoint, StoreFailed: refusals.StoreFailed }
    return handlers
      .handle("machines", ({ urlParams }) =>
        Effect.zipRight(
          selection.netbox(urlParams.netbox_id),
          engines.use(({ netbox }) => Effect.mapError(netbox.find(path, []), unread))
        ).pipe(Effect.catchTags(refusing))
      )
      .handle("machine", ({ path: { id }, urlParams }) =>
        Effect.zipRight(
          selection.netbox(urlParams.netbox_id),
          engines.use(({ netbox }) =>
            Effect.mapError(netbox.get(path, id), ({ message }) => new Refused({ status: 502, detail: message }))
          )
        ).pipe(
          Effect.catchTags(refusing),
          Effect.flatMap(
            Option.match({
              onNone: () => new Refused({ status: 404, detail: "Virtual machine not found" }),
              onSome: Effect.succeed
            })
          )
        )
      )
      .handle("summary", () => unwritten)
      .handle("example", () => Effect.succeed(example))
      .handle("createTest", () => new Refused({ status: 410, detail: "Gone: it never made anything" }))
      .handle("clusterTypes", () => unwritten)
      .handle("clusters", () => unwritten)
  })
)
