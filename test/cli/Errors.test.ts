import * as Fs from "node:fs"
import * as Path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as SimulatedNetBox from "../../src/demo/SimulatedNetBox.ts"
import * as SimulatedProxmox from "../../src/demo/SimulatedProxmox.ts"
import { type Ended, type Workplace, workplace } from "../support/Cli.ts"
import { rowsOf } from "../support/State.ts"

const patience = 120_000

const estate = Effect.gen(function* () {
  const netbox = yield* SimulatedNetBox.make({})
  const proxmox = yield* SimulatedProxmox.make({ name: "lab-cluster", nodes: 2, guests: 6, seed: 3 })
  return { netbox, proxmox }
})

const run = (place: Workplace, ...given: Parameters<Workplace["run"]>) => Effect.promise(() => place.run(...given))

/** One message, no stack trace, exit 1. */
const told = ({ code, err, out }: Ended, ...patterns: ReadonlyArray<RegExp>) => {
  assert.strictEqual(code, 1, out + err)
  for (const pattern of patterns) assert.match(err, pattern)
  assert.notMatch(err, /^\s+at /m, "a stack trace is no message")
}

const machines = "/api/virtualization/virtual-machines/"

describe("what goes wrong is one clear message, exit 1, and nothing half-written", () => {
  it.scopedLive(
    "a wrong token, on either side; and the token is not in the message",
    () =>
      Effect.gen(function* () {
        const { netbox, proxmox } = yield* estate
        const wrong = "f".repeat(40)
        const atNetBox = yield* run(workplace({ netbox: { url: netbox.url, token: wrong }, proxmox }), [
          "sync",
          "--yes"
        ])
        told(atNetBox, /denied GET .* \(403\)/, /Check the token/)
        assert.notInclude(atNetBox.err + atNetBox.out, wrong)
        const uuid = "00000000-dead-4bad-8bad-000000000000"
        const token = `${proxmox.token.split("=")[0]}=${uuid}`
        const atProxmox = yield* run(workplace({ netbox, proxmox: { urls: proxmox.urls, token } }), ["sync", "--yes"])
        told(atProxmox, /No Proxmox source could be read/, /denied/, /Check the token/)
        assert.notInclude(atProxmox.err + atProxmox.out, uuid)
        assert.deepStrictEqual(yield* Effect.promise(() => rowsOf(netbox, machines)), [])
      }),
    patience
  )

  it.scopedLive(
    "a certificate that is not trusted, and one that is not the pinned one",
    () =>
      Effect.gen(function* () {
        const netbox = yield* SimulatedNetBox.make({})
        const proxmox = yield* SimulatedProxmox.make({ name: "lab", nodes: 1, guests: 2, seed: 3, tls: true })
        const place = workplace({ netbox, proxmox })
        const file = Path.join(place.folder, "proxledger.yaml")
        const config = Fs.readFileSync(file, "utf8")
        Fs.writeFileSync(file, config.replace("verify: false", "verify: true"))
        told(yield* run(place, ["sync", "--yes"]), /certificate was not accepted/, /caFile or tls\.fingerprint/)
        const pin = Array.from({ length: 32 }, () => "AB").join(":")
        Fs.writeFileSync(file, config.replace("verify: false", `fingerprint: "${pin}"`))
        told(
          yield* run(place, ["sync", "--yes"]),
          /certificate was not accepted/,
          new RegExp(proxmox.fingerprint ?? "none")
        )
        Fs.writeFileSync(file, config.replace("verify: false", `fingerprint: "${proxmox.fingerprint}"`))
        assert.strictEqual((yield* run(place, ["sync", "--yes"])).code, 0)
      }),
    patience
  )

  it.scopedLive(
    "a host that does not answer",
    () =>
      Effect.gen(function* () {
        const { netbox, proxmox } = yield* estate
        const nobody = "http://127.0.0.1:9"
        const place = workplace({ netbox: { url: nobody, token: netbox.token }, proxmox })
        told(yield* run(place, ["sync", "--yes"]), /127\.0\.0\.1:9 cannot be reached/, /Check the address/)
        const other = workplace({ netbox, proxmox: { urls: [nobody], token: proxmox.token } })
        told(yield* run(other, ["sync", "--yes"]), /cannot be reached/, /Check the address/)
        const checked = yield* run(other, ["check"])
        assert.strictEqual(checked.code, 1)
        assert.match(checked.out, /error .*127\.0\.0\.1:9/)
      }),
    patience
  )

  it.scopedLive(
    "an unknown key, a bad regular expression, a variable that is not set: all at once, with their lines",
    () =>
      Effect.gen(function* () {
        const { netbox, proxmox } = yield* estate
        const extra = `rules:
  - name: broken
    match: { name: "(" }
    exclude: true
jornal: here
`
        const place = workplace({ netbox, proxmox, extra })
        const ended = yield* run(place, ["plan"], { env: { PVE_TOKEN: undefined } })
        told(ended, /:\d+: jornal .*journal/, /:\d+: rules\[0\]\.match\.name .*regular expression/, /PVE_TOKEN/)
        assert.isFalse(Fs.existsSync(Path.join(place.folder, "proxledger.sqlite")))
        const asJson = yield* run(place, ["plan", "--json"])
        assert.strictEqual((JSON.parse(asJson.err) as { error: { code: string } }).error.code, "ConfigInvalid")
      }),
    patience
  )

  it.scopedLive(
    "a NetBox that is too old",
    () =>
      Effect.gen(function* () {
        const netbox = yield* SimulatedNetBox.make({ version: "4.4.6" })
        const proxmox = yield* SimulatedProxmox.make({ name: "lab", nodes: 1, guests: 2, seed: 3 })
        told(
          yield* run(workplace({ netbox, proxmox }), ["sync", "--yes"]),
          /NetBox 4\.4\.6 .* is not supported/,
          /Upgrade/
        )
      }),
    patience
  )

  it.scopedLive(
    "a full disk; with space again the run is finished",
    () =>
      Effect.gen(function* () {
        const { netbox, proxmox } = yield* estate
        const place = workplace({ netbox, proxmox })
        assert.strictEqual((yield* run(place, ["runs"])).code, 1)
        const full = yield* run(place, ["sync", "--yes"], { fileLimit: 240 })
        told(full, /proxledger\.sqlite: the disk is full/, /Free some space/)
        assert.strictEqual((yield* run(place, ["journal", "verify"])).code, 0)
        const after = yield* run(place, ["sync", "--yes"])
        assert.strictEqual(after.code, 0, after.out + after.err)
        assert.strictEqual((yield* run(place, ["plan"])).code, 0)
      }),
    patience
  )

  it.scopedLive(
    "two at once: the second is told, the first is not disturbed",
    () =>
      Effect.gen(function* () {
        const { netbox, proxmox } = yield* estate
        yield* proxmox.addFault({ path: "/", fault: { _tag: "Latency", millis: 150 } })
        const place = workplace({ netbox, proxmox })
        const first = yield* Effect.fork(run(place, ["sync", "--yes"]))
        yield* Effect.sleep("1200 millis")
        told(yield* run(place, ["sync", "--yes"]), /in use by another proxledger process/, /Wait for it/)
        assert.strictEqual((yield* first).code, 0)
      }),
    patience
  )

  it.scopedLive(
    "Ctrl-C: ends cleanly, and resume finishes",
    () =>
      Effect.gen(function* () {
        const { netbox, proxmox } = yield* estate
        yield* netbox.addFault({ method: "POST", path: "/api/", fault: { type: "latency", millis: 400 } })
        const place = workplace({ netbox, proxmox })
        const stopped = yield* run(place, ["sync", "--yes"], { killAfter: 3500, signal: "SIGINT" })
        assert.notStrictEqual(stopped.code, 0, stopped.out)
        const resumed = yield* run(place, ["resume"])
        assert.strictEqual(resumed.code, 0, resumed.out + resumed.err)
        assert.strictEqual((yield* run(place, ["sync", "--yes"])).code, 0)
        assert.strictEqual((yield* run(place, ["plan"])).code, 0)
        const verified = yield* run(place, ["journal", "verify"])
        assert.strictEqual(verified.code, 0, verified.err)
      }),
    patience
  )
})
