import * as Fs from "node:fs"
import * as Path from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import * as SimulatedNetBox from "../../src/demo/SimulatedNetBox.ts"
import * as SimulatedProxmox from "../../src/demo/SimulatedProxmox.ts"
import { workplace } from "../support/Cli.ts"
import { stateOf } from "../support/State.ts"

it.scopedLive(
  "no secret is in the journal, in what is printed, or in NetBox; and that causes no second write",
  () =>
    Effect.gen(function* () {
      const netbox = yield* SimulatedNetBox.make({})
      const proxmox = yield* SimulatedProxmox.make({ name: "lab", nodes: 1, guests: 6, seed: 5 })
      const uuid = proxmox.token.split("=")[1] ?? ""
      const planted = ["p1anted-cipassword", "ssh-ed25519%20AAAAplanted", netbox.token, proxmox.token, uuid]
      for (const { type, vmid } of proxmox.cluster.guests.values()) {
        yield* proxmox.updateGuest(vmid, {
          description: `the token is ${proxmox.token}, do not tell`,
          ...(type === "qemu" ? { cipassword: planted[0] ?? "", sshkeys: planted[1] ?? "" } : {})
        })
      }
      const place = workplace({ netbox, proxmox })
      const texts: Array<string> = []
      for (const args of [
        ["sync", "--yes"],
        ["plan", "--json"],
        ["runs"],
        ["journal", "export"],
        ["journal", "tail"]
      ]) {
        const { code, err, out } = yield* Effect.promise(() => place.run(args))
        assert.strictEqual(code, 0, err)
        texts.push(out, err)
      }
      for (const name of Fs.readdirSync(place.folder).filter((name) => name.startsWith("proxledger.sqlite"))) {
        const bytes = Fs.readFileSync(Path.join(place.folder, name))
        for (const secret of planted) assert.isFalse(bytes.includes(secret), `${name} holds ${secret}`)
      }
      for (const kind of Object.values(yield* Effect.promise(() => stateOf(netbox)))) texts.push(...kind)
      for (const secret of planted) for (const text of texts) assert.notInclude(text, secret)
    }),
  120_000
)
