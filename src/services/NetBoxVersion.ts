import { Effect, Schema } from "effect"
import type { EndpointError } from "./EndpointError.ts"
import { UnsupportedVersion, type Version } from "./NetBox.ts"
import type { NetBoxClient } from "./NetBoxClient.ts"

const Status = Schema.Struct({ "netbox-version": Schema.String })

const isSupported = ({ major, minor }: Version) => major === 4 && minor >= 5 && minor <= 7

/** The version of NetBox, asked for once: a failed try is not kept. */
export const make = (client: NetBoxClient): Effect.Effect<Effect.Effect<Version, EndpointError | UnsupportedVersion>> =>
  Effect.map(Effect.makeSemaphore(1), (reading) => {
    let known: Version | undefined
    const read = Effect.gen(function* () {
      if (known !== undefined) return known
      // Whoever begins wants to hear at once that there is no NetBox; one that goes away later is waited for.
      const { value } = yield* client.json(Status, "GET", "/api/status/", { awaitsHost: false })
      const text = value["netbox-version"]
      const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(text) ?? []
      const version: Version = { text, major: Number(major), minor: Number(minor) }
      if (!isSupported(version)) return yield* new UnsupportedVersion({ endpoint: client.name, version: text })
      known = version
      return version
    })
    return reading.withPermits(1)(read)
  })
