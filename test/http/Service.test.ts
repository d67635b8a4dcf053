import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Support from "../support/Service.ts"

describe("a service", () => {
  it.scopedLive("starts, is bootstrapped, and lets its key in", () =>
    Effect.gen(function* () {
      const { service } = yield* Support.world()
      const paths = [
        "/",
        "/health",
        "/version",
        "/livez",
        "/readyz",
        "/meta",
        "/auth/keys",
        "/netbox/endpoint",
        "/proxmox/endpoints",
        "/admin/",
        "/admin/logs",
        "/metrics",
        "/openapi.json",
        "/docs",
        "/redoc",
        "/execution-policy",
        "/netbox/endpoint/1/probe",
        "/netbox/status",
        "/admin/encryption/status"
      ]
      for (const path of paths) {
        const told = yield* service.call(path)
        assert.strictEqual(told.status, 200, path)
      }
    })
  )
})
