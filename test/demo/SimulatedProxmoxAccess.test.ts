import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { JsonObject } from "../../src/domain/Json.ts"
import { ask } from "../support/Ask.ts"
import {
  start,
  tokenOf,
  get,
  dataOf,
  readObject,
  readRows,
  pick,
  isVm,
  pathOf,
  type Simulated
} from "../support/SimulatedRequests.ts"

describe("access", () => {
  const login = (proxmox: Simulated, password: string) =>
    ask(`${proxmox.urls[0]}/api2/json/access/ticket`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ username: proxmox.username, password }).toString()
    })

  it.scopedLive("lets nobody in without credentials, and closes the connection", () =>
    Effect.gen(function* () {
      const proxmox = yield* start({ guests: 1 })
      const none = yield* get(proxmox, "/version", {})
      assert.deepStrictEqual([none.status, none.reason, none.text], [401, "No ticket", ""])
      assert.strictEqual(none.headers["connection"], "close")
      const wrong = yield* get(proxmox, "/version", { authorization: `PVEAPIToken=${proxmox.token}0` })
      assert.deepStrictEqual([wrong.status, wrong.reason, wrong.text], [401, "Authentication failed!", ""])
      const ticket = yield* get(proxmox, "/version", { cookie: "PVEAuthCookie=PVE%3Aroot@pam%3A0%3A%3Ax" })
      assert.deepStrictEqual([ticket.status, ticket.reason], [401, "permission denied - invalid PVE ticket"])
      const refused = yield* login(proxmox, "wrong")
      assert.deepStrictEqual(
        [refused.status, refused.reason, refused.text],
        [401, "authentication failure", '{"data":null}']
      )
    })
  )

  it.scopedLive("hands out tickets that hold for two hours and renew themselves", () =>
    Effect.gen(function* () {
      const proxmox = yield* start({ guests: 1 })
      const answer = dataOf((yield* login(proxmox, proxmox.password)).text) as JsonObject
      const ticket = String(answer["ticket"])
      const cookie = { cookie: `PVEAuthCookie=${encodeURIComponent(ticket)}` }
      assert.strictEqual((yield* get(proxmox, "/version", cookie)).status, 200)
      assert.strictEqual((yield* get(proxmox, "/version", { cookie: `PVEAuthCookie=${ticket}` })).status, 200)
      yield* proxmox.advanceClock("119 minutes")
      const renewed = dataOf((yield* login(proxmox, ticket)).text) as JsonObject
      yield* proxmox.advanceClock("2 minutes")
      assert.strictEqual((yield* get(proxmox, "/version", cookie)).status, 401)
      assert.strictEqual((yield* login(proxmox, ticket)).status, 401)
      const fresh = { cookie: `PVEAuthCookie=${encodeURIComponent(String(renewed["ticket"]))}` }
      assert.strictEqual((yield* get(proxmox, "/version", fresh)).status, 200)
    })
  )

  it.scopedLive("wants the CSRF token for a write with a ticket, and the privilege", () =>
    Effect.gen(function* () {
      const proxmox = yield* start()
      const vm = pick(proxmox, isVm)
      const answer = dataOf((yield* login(proxmox, proxmox.password)).text) as JsonObject
      const write = (headers: Record<string, string>) =>
        ask(`${proxmox.urls[0]}/api2/json${pathOf(vm)}/config`, {
          method: "PUT",
          headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
          body: "cores=7&delete=boot"
        })
      const cookie = { cookie: `PVEAuthCookie=${encodeURIComponent(String(answer["ticket"]))}` }
      const csrf = { csrfpreventiontoken: String(answer["CSRFPreventionToken"]) }
      const unprotected = yield* write(cookie)
      assert.deepStrictEqual([unprotected.status, unprotected.reason], [401, "Permission denied - invalid csrf token"])
      const unprivileged = yield* write({ ...cookie, ...csrf })
      assert.deepStrictEqual(
        [unprivileged.status, unprivileged.reason],
        [403, `Permission check failed (/vms/${vm.vmid}, VM.Config.Options)`]
      )
      yield* proxmox.grant("VM.Config.Options", `/vms/${vm.vmid}`)
      assert.strictEqual((yield* write({ ...cookie, ...csrf })).status, 200)
      assert.strictEqual((yield* write(tokenOf(proxmox))).status, 200)
      const config = yield* readObject(proxmox, `${pathOf(vm)}/config`)
      assert.deepStrictEqual([config["cores"], config["boot"]], ["7", undefined])
    })
  )

  it.scopedLive("filters lists by privilege without a word, and refuses single objects", () =>
    Effect.gen(function* () {
      const proxmox = yield* start()
      const vm = pick(proxmox, isVm)
      yield* proxmox.revoke("VM.Audit", `/vms/${vm.vmid}`)
      assert.strictEqual((yield* readRows(proxmox, "/cluster/resources?type=vm")).length, 39)
      const refused = yield* get(proxmox, `${pathOf(vm)}/config`)
      const reason = `Permission check failed (/vms/${vm.vmid}, VM.Audit)`
      assert.deepStrictEqual([refused.status, refused.reason], [403, reason])
      assert.deepStrictEqual(JSON.parse(refused.text), { data: null, message: `${reason}\n` })
      const permissions = yield* readObject(proxmox, "/access/permissions")
      assert.containSubset(permissions, { "/": { "VM.Audit": 1, "Sys.Audit": 1 } })
      assert.notProperty(permissions[`/vms/${vm.vmid}`], "VM.Audit")
      yield* proxmox.revoke("VM.Audit")
      assert.deepStrictEqual(yield* readRows(proxmox, "/cluster/resources?type=vm"), [])
      yield* proxmox.revoke("SDN.Audit")
      const network = yield* readRows(proxmox, "/nodes/pve1/network")
      assert.isFalse(network.some(({ type }) => type === "bridge"))
      yield* proxmox.revoke("Sys.Audit")
      assert.strictEqual((yield* get(proxmox, "/cluster/status")).reason, "Permission check failed (/, Sys.Audit)")
      const nodes = yield* readRows(proxmox, "/nodes")
      assert.isTrue(nodes.every((node) => node["status"] === "online" && node["maxmem"] === undefined))
    })
  )

  it.scopedLive("guards the agent by another privilege before 9.0", () =>
    Effect.gen(function* () {
      const proxmox = yield* start({ version: "8.4" })
      const vm = pick(proxmox, isVm)
      const path = `${pathOf(vm)}/agent/get-host-name`
      assert.strictEqual((yield* get(proxmox, path)).status, 200)
      yield* proxmox.revoke("VM.Monitor")
      assert.strictEqual((yield* get(proxmox, path)).reason, `Permission check failed (/vms/${vm.vmid}, VM.Monitor)`)
    })
  )
})
