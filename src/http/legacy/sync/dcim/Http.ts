import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import { Effect } from "effect"
import { deviceRef } from "../../../../domain/mapping/Refs.ts"
import { LegacyApi } from "../../LegacyApi.ts"
import type { SyncQuery } from "../ask/Query.ts"
import { type Route, Sync } from "../Sync.ts"

interface Asking {
  readonly urlParams: SyncQuery
}

/** One node, whichever of the sources has it. */
const ofNode = (node: string | undefined): Pick<Route, "objects"> =>
  node === undefined ? {} : { objects: (sources) => sources.map((source) => deviceRef(source, node)) }

const devices = ({ urlParams: query }: Asking): Route => ({
  title: "devices",
  stages: ["devices"],
  query,
  ...ofNode(query.node)
})

const interfaces = ({ path, urlParams: query }: Asking & { readonly path?: { readonly node: string } }): Route => ({
  title: "node-interfaces",
  stages: ["node-interfaces"],
  query,
  ...ofNode(path?.node)
})

export const DcimHttp = HttpApiBuilder.group(LegacyApi, "dcim", (handlers) =>
  Effect.map(Sync, ({ answer, stream }) =>
    handlers
      .handle("devices", (asking) => answer(devices(asking)))
      .handle("devicesByPost", (asking) => answer(devices(asking)))
      .handle("devicesStream", (asking) => stream(devices(asking)))
      .handle("devicesStreamByPost", (asking) => stream(devices(asking)))
      .handle("interfaces", (asking) => answer(interfaces(asking)))
      .handle("interfacesByPost", (asking) => answer(interfaces(asking)))
      .handle("interfacesStream", (asking) => stream(interfaces(asking)))
      .handle("interfacesStreamByPost", (asking) => stream(interfaces(asking)))
      .handle("interfacesOfNode", (asking) => answer(interfaces(asking)))
      .handle("interfacesOfNodeByPost", (asking) => answer(interfaces(asking)))
      // Clients know it, and that it does nothing.
      .handle("stub", () => Effect.succeed({ message: "Devices created" }))
  )
)
