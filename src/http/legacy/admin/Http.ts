import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import { Effect, Stream } from "effect"
import { Endpoints } from "../../../store/Endpoints.ts"
import { Logs } from "../../Logs.ts"
import { sse } from "../../Sse.ts"
import { LegacyApi } from "../LegacyApi.ts"
import { storeFailed } from "../Stored.ts"
import { page } from "./Page.ts"
import { isWanted, select } from "./Select.ts"

export const AdminHttp = HttpApiBuilder.group(LegacyApi, "admin", (handlers) =>
  Effect.gen(function* () {
    const endpoints = yield* Endpoints
    const logs = yield* Logs
    return handlers
      .handle("adminPage", () => endpoints.netbox.pipe(Effect.map(page), Effect.catchTag("StoreFailed", storeFailed)))
      .handle("logs", ({ urlParams }) => Effect.map(logs.entries, (entries) => select(entries, urlParams)))
      .handleRaw("logStream", ({ request, urlParams }) => {
        const after = urlParams.newer_than_id ?? Number(request.headers["last-event-id"] ?? 0)
        return sse(
          logs.follow(Number.isSafeInteger(after) ? after : 0).pipe(
            Stream.filter(isWanted(urlParams)),
            Stream.map((entry) => ({ event: "log", data: entry, id: entry.id }))
          )
        )
      })
  })
)
