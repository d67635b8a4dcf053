import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Layer } from "effect"
import { AddressGuard } from "../../src/http/AddressGuard.ts"
import { HttpSettings } from "../../src/http/HttpSettings.ts"
import { parseRange, type Range } from "../../src/http/Ranges.ts"
import { httpSettings } from "../support/HttpSettings.ts"

const guard = (allowedRanges: ReadonlyArray<Range> = []) =>
  AddressGuard.Default.pipe(Layer.provide(Layer.succeed(HttpSettings, { ...httpSettings, allowedRanges })))

const refused = [
  "127.0.0.1",
  "127.1",
  "127.8.9.10",
  "2130706433",
  "0x7f000001",
  "0x7f.1",
  "0177.0.0.1",
  "017700000001",
  "localhost",
  "localhost.",
  "::1",
  "::ffff:127.0.0.1",
  "::ffff:7f00:1",
  "::127.0.0.1",
  "64:ff9b::127.0.0.1",
  "64:ff9b::a9fe:a9fe",
  "2002:7f00:1::",
  "0.0.0.0",
  "0",
  "::",
  "169.254.169.254",
  "::ffff:169.254.169.254",
  "0xa9fea9fe",
  "169.254.1.1",
  "fe80::1",
  "fd00:ec2::254",
  "fd20:ce::254",
  "100.100.100.200",
  "168.63.129.16",
  "224.0.0.1",
  "ff02::1",
  "255.255.255.255",
  "240.0.0.1",
  "no-such-host.invalid"
]

const accepted = [
  "10.0.0.10",
  "192.168.1.5/24",
  "172.16.3.4",
  "203.0.113.9",
  "8.8.8.8",
  "fd12:3456::10",
  "2001:4860::1/64"
]

describe("the guard of addresses", () => {
  for (const domain of refused) {
    it.live(`refuses ${domain}`, () =>
      Effect.gen(function* () {
        const { netbox, proxmox } = yield* AddressGuard
        for (const judge of [netbox, proxmox]) {
          const { detail } = yield* Effect.flip(judge({ domain, ip_address: "10.0.0.10" }))
          assert.match(detail, /^Invalid (IP address|domain): /)
          assert.include(detail, domain)
          assert.include(detail, "PROXLEDGER_ALLOWED_RANGES")
        }
      }).pipe(Effect.provide(guard()))
    )
  }

  for (const address of accepted) {
    it.effect(`accepts ${address}`, () =>
      Effect.gen(function* () {
        const { netbox, proxmox } = yield* AddressGuard
        yield* netbox({ domain: "", ip_address: address })
        yield* proxmox({ domain: null, ip_address: address })
      }).pipe(Effect.provide(guard()))
    )
  }

  it.effect("judges the address that is used: a loopback address beside a domain stands for none", () =>
    Effect.gen(function* () {
      const { netbox, proxmox } = yield* AddressGuard
      yield* netbox({ domain: "10.0.0.10", ip_address: "127.0.0.1" })
      yield* proxmox({ domain: "10.0.0.10", ip_address: "127.0.0.1" })
      yield* Effect.flip(proxmox({ domain: "10.0.0.10", ip_address: "169.254.169.254" }))
      yield* Effect.flip(proxmox({ domain: null, ip_address: "127.0.0.1" }))
      yield* Effect.flip(netbox({ domain: "", ip_address: "127.0.0.1" }))
    }).pipe(Effect.provide(guard()))
  )

  it.live("lets through what the operator allows, and nothing else", () =>
    Effect.gen(function* () {
      const { proxmox } = yield* AddressGuard
      yield* proxmox({ domain: "localhost", ip_address: "127.0.0.1" })
      yield* proxmox({ domain: null, ip_address: "::1" })
      yield* Effect.flip(proxmox({ domain: null, ip_address: "169.254.169.254" }))
    }).pipe(Effect.provide(guard(["127.0.0.0/8", "::1"].map(parseRange).map(Either.getOrThrow))))
  )
})
