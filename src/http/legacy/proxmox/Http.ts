import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import { Effect } from "effect"
import { EndpointNotFound, Endpoints } from "../../../store/Endpoints.ts"
import { AddressGuard } from "../../AddressGuard.ts"
import { Caller } from "../../Caller.ts"
import { keyMissing, rowNotFound, rowRefused } from "../EndpointErrors.ts"
import { LegacyApi } from "../LegacyApi.ts"
import { storeFailed } from "../Stored.ts"

const writing = {
  AddressRefused: rowRefused,
  EndpointRefused: rowRefused,
  NoEncryptionKey: keyMissing,
  Undecryptable: keyMissing,
  StoreFailed: storeFailed
} as const

export const ProxmoxEndpointsHttp = HttpApiBuilder.group(LegacyApi, "proxmoxEndpoints", (handlers) =>
  Effect.gen(function* () {
    const endpoints = yield* Endpoints
    const guard = yield* AddressGuard

    const row = Effect.fnUntraced(function* (id: number) {
      const found = (yield* endpoints.proxmox).find((one) => one.id === id)
      return found ?? (yield* new EndpointNotFound({ which: "proxmox", id }))
    })

    return handlers
      .handle("createProxmox", ({ payload }) =>
        Effect.gen(function* () {
          const { by } = yield* Caller
          yield* guard.proxmox(payload)
          return yield* endpoints.createProxmox(payload, by)
        }).pipe(Effect.catchTags(writing))
      )
      .handle("listProxmox", ({ urlParams: { limit, offset } }) =>
        endpoints.proxmox.pipe(
          Effect.map((rows) => rows.slice(offset, offset + limit)),
          Effect.catchTag("StoreFailed", storeFailed)
        )
      )
      .handle("readProxmox", ({ path }) =>
        row(path.endpoint_id).pipe(Effect.catchTags({ EndpointNotFound: rowNotFound, StoreFailed: storeFailed }))
      )
      .handle("updateProxmox", ({ path, payload }) =>
        Effect.gen(function* () {
          const { by } = yield* Caller
          const now = yield* row(path.endpoint_id)
          yield* guard.proxmox(payload, now)
          return yield* endpoints.updateProxmox(path.endpoint_id, payload, by)
        }).pipe(Effect.catchTags({ ...writing, EndpointNotFound: rowNotFound }))
      )
      .handle("deleteProxmox", ({ path }) =>
        Effect.flatMap(Caller, ({ by }) => endpoints.removeProxmox(path.endpoint_id, by)).pipe(
          Effect.as({ message: "Proxmox endpoint deleted." }),
          Effect.catchTags({ EndpointNotFound: rowNotFound, StoreFailed: storeFailed })
        )
      )
  })
)
