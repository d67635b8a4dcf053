import { Either } from "effect"
import type { HttpSettings } from "../../src/http/HttpSettings.ts"
import { parseRange } from "../../src/http/Ranges.ts"

/** As without any variable in the environment. */
export const httpSettings: HttpSettings["Type"] = {
  rateLimit: 300,
  trustedProxies: [],
  corsExtraOrigins: [],
  maxBody: 1_048_576,
  allowedRanges: [],
  rejectMutatingGet: false,
  metricsPublic: false
}

/** The simulators listen on 127.0.0.1. */
export const simulated: HttpSettings["Type"] = {
  ...httpSettings,
  allowedRanges: [Either.getOrThrow(parseRange("127.0.0.0/8"))]
}
