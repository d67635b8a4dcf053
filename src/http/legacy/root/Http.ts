import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import { Effect } from "effect"
import { LegacyApi } from "../LegacyApi.ts"

/** The plugin recognises a backend by the first two words of `message`; the keys are those of the backend it knows. */
const welcome = {
  message: "Proxbox Backend made with Proxledger, a reconciliation engine on Effect",
  proxbox: {
    github: "https://github.com/netdevopsbr/netbox-proxbox",
    docs: "https://docs.netbox.dev.br"
  },
  fastapi: {
    github: "https://github.com/Effect-TS/effect",
    website: "https://effect.website",
    reason: "This backend is built on Effect; the key keeps its name for clients that read it."
  }
}

export const RootHttp = HttpApiBuilder.group(LegacyApi, "root", (handlers) =>
  handlers.handle("welcome", () => Effect.succeed(welcome))
)
