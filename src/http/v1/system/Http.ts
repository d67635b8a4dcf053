import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import { Effect } from "effect"
import { V1Api } from "../V1Api.ts"

export const SystemHttp = HttpApiBuilder.group(V1Api, "system", (handlers) =>
  handlers.handle("livez", () => Effect.succeed({ status: "live" as const }))
)
