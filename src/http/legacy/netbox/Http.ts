import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { Effect } from "effect"
import { NetBoxProbe } from "../../../services/NetBoxProbe.ts"
import { EndpointNotFound, Endpoints, type NetBoxEndpoint } from "../../../store/Endpoints.ts"
import { AddressGuard } from "../../AddressGuard.ts"
import { Caller } from "../../Caller.ts"
import { keyMissing, rowNotFound, rowRefused } from "../EndpointErrors.ts"
import { LegacyApi } from "../LegacyApi.ts"
import { Failed } from "../Refused.ts"
import { storeFailed } from "../Stored.ts"

const shown = (row: NetBoxEndpoint) => ({ ...row, probe: null })

const nothing = new Failed({
  status: 400,
  message: "No NetBox endpoint found",
  detail: "Please add a NetBox endpoint with POST /netbox/endpoint"
})

const writing = {
  AddressRefused: rowRefused,
  EndpointRefused: rowRefused,
  NoEncryptionKey: keyMissing,
  Undecryptable: keyMissing,
  StoreFailed: storeFailed
} as const

export const NetBoxHttp = HttpApiBuilder.group(LegacyApi, "netbox", (handlers) =>
  Effect.gen(function* () {
    const endpoints = yield* Endpoints
    const guard = yield* AddressGuard
    const netbox = yield* NetBoxProbe

    const row = Effect.fnUntraced(function* (id: number) {
      const found = (yield* endpoints.netbox).find((one) => one.id === id)
      return found ?? (yield* new EndpointNotFound({ which: "netbox", id }))
    })

    /** What NetBox itself answers, as it is. */
    const through = (path: string) => (netboxId: number | undefined) =>
      Effect.gen(function* () {
        const rows = yield* endpoints.netbox
        if (!rows.some(({ id }) => netboxId === undefined || id === netboxId)) return yield* nothing
        const { text } = yield* netbox.get(path)
        return HttpServerResponse.text(text, { contentType: "application/json" })
      }).pipe(
        Effect.catchTags({
          NetBoxUnavailable: ({ detail }) => new Failed({ status: 400, message: "NetBox could not be asked.", detail }),
          StoreFailed: ({ message }) =>
            Effect.zipRight(
              Effect.logError(message),
              new Failed({ status: 400, message: "NetBox could not be asked.", detail: "The database cannot be read." })
            )
        })
      )

    return handlers
      .handle("createNetBox", ({ payload }) =>
        Effect.gen(function* () {
          const { by } = yield* Caller
          yield* guard.netbox(payload)
          return shown(yield* endpoints.createNetBox(payload, by))
        }).pipe(Effect.catchTags(writing))
      )
      .handle("listNetBox", ({ urlParams: { limit, offset } }) =>
        endpoints.netbox.pipe(
          Effect.map((rows) => rows.slice(offset, offset + limit).map(shown)),
          Effect.catchTag("StoreFailed", storeFailed)
        )
      )
      .handle("readNetBox", ({ path }) =>
        row(path.netbox_id).pipe(
          Effect.map(shown),
          Effect.catchTags({ EndpointNotFound: rowNotFound, StoreFailed: storeFailed })
        )
      )
      .handle("updateNetBox", ({ path, payload }) =>
        Effect.gen(function* () {
          const { by } = yield* Caller
          const now = yield* row(path.netbox_id)
          yield* guard.netbox(payload, now)
          return shown(yield* endpoints.updateNetBox(path.netbox_id, payload, by))
        }).pipe(Effect.catchTags({ ...writing, EndpointNotFound: rowNotFound }))
      )
      .handle("deleteNetBox", ({ path }) =>
        Effect.flatMap(Caller, ({ by }) => endpoints.removeNetBox(path.netbox_id, by)).pipe(
          Effect.as({ message: "NetBox Endpoint deleted." }),
          Effect.catchTags({ EndpointNotFound: rowNotFound, StoreFailed: storeFailed })
        )
      )
      .handle("probeNetBox", ({ path }) =>
        Effect.zipRight(row(path.netbox_id), netbox.probe).pipe(
          Effect.catchTags({ EndpointNotFound: rowNotFound, StoreFailed: storeFailed })
        )
      )
      .handleRaw("netboxStatus", ({ urlParams }) => through("/api/status/")(urlParams.netbox_id))
      .handleRaw("netboxOpenapi", ({ urlParams }) => through("/api/schema/?format=json")(urlParams.netbox_id))
  })
)
