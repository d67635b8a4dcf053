import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted, TestClock } from "effect"
import { Fault } from "../../src/demo/proxmox/Faults.ts"
import * as Simulated from "../../src/demo/SimulatedProxmox.ts"
import * as ProxmoxAnswer from "../../src/services/ProxmoxAnswer.ts"
import type { Request } from "../../src/services/Endpoint.ts"
import { clientOf, sessionOf } from "../support/ProxmoxSource.ts"

const cluster = { name: "lab", nodes: 1, guests: 2, seed: 3 }

const read: Request = { method: "GET", path: "/version", deadline: "10 seconds" }

const withPassword = Effect.fnUntraced(function* (password?: string) {
  const simulated = yield* Simulated.make(cluster)
  const session = yield* sessionOf(simulated.urls[0] ?? "", {
    username: simulated.username,
    password: Redacted.make(password ?? simulated.password)
  })
  const sent = Effect.map(simulated.requests, (requests) =>
    requests.map(({ method, path, status }) => `${method} ${path} ${status}`)
  )
  return { simulated, session, sent }
})

const login = "POST /access/ticket 200"

describe("ProxmoxSession", () => {
  it.scoped("an API token goes with every request, and nothing is fetched for it", () =>
    Effect.gen(function* () {
      const simulated = yield* Simulated.make(cluster)
      const client = yield* clientOf(simulated)
      yield* client.send({ path: "/version" })
      assert.deepStrictEqual(
        (yield* simulated.requests).map(({ path }) => path),
        ["/version"]
      )
    })
  )

  it.scoped("a wrong token is denied in Proxmox's words, which do not hold it", () =>
    Effect.gen(function* () {
      const simulated = yield* Simulated.make(cluster)
      const client = yield* clientOf(simulated, { token: Redacted.make("root@pam!x=11111111-2222") })
      const error = yield* Effect.flip(client.send({ path: "/version" }))
      assert.strictEqual(error._tag, "Denied")
      assert.include(error.message, "Authentication failed!")
      assert.notInclude(JSON.stringify(error), "11111111-2222")
      assert.lengthOf(yield* simulated.requests, 1)
    })
  )

  it.scoped("many first requests share one login", () =>
    Effect.gen(function* () {
      const { sent, session } = yield* withPassword()
      yield* Effect.all(
        Array.from({ length: 8 }, () => session.send(read)),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(yield* sent, [login, ...Array.from({ length: 8 }, () => "GET /version 200")])
    })
  )

  it.scoped("a ticket is renewed well before its end, once for all that wait", () =>
    Effect.gen(function* () {
      const { sent, session, simulated } = yield* withPassword()
      yield* session.send(read)
      yield* TestClock.adjust("59 minutes")
      yield* session.send(read)
      assert.deepStrictEqual(yield* sent, [login, "GET /version 200", "GET /version 200"])
      yield* TestClock.adjust("2 minutes")
      yield* simulated.resetTraffic
      yield* Effect.all([session.send(read), session.send(read), session.send(read)], { concurrency: 3 })
      assert.deepStrictEqual(yield* sent, [login, "GET /version 200", "GET /version 200", "GET /version 200"])
    })
  )

  it.scoped("a source that is read for hours never meets an expired ticket", () =>
    Effect.gen(function* () {
      const { sent, session } = yield* withPassword()
      for (let hour = 0; hour < 6; hour++) {
        yield* session.send(read)
        yield* TestClock.adjust("50 minutes")
      }
      assert.notInclude((yield* sent).join(), "401")
    })
  )

  it.scoped("after a long pause the password is used, as the ticket is over", () =>
    Effect.gen(function* () {
      const { sent, session } = yield* withPassword()
      yield* session.send(read)
      yield* TestClock.adjust("5 hours")
      yield* session.send(read)
      assert.deepStrictEqual(yield* sent, [login, "GET /version 200", login, "GET /version 200"])
    })
  )

  it.scoped("a 401 costs one login and one more try, for a write as well", () =>
    Effect.gen(function* () {
      const { sent, session, simulated } = yield* withPassword()
      yield* simulated.grant("VM.Config.Options", "/vms")
      yield* session.send(read)
      // Only the cluster's clock moves: the ticket ends before its time.
      yield* simulated.advanceClock("3 hours")
      yield* simulated.resetTraffic
      const answer = yield* session.send({
        method: "PUT",
        path:
          [...simulated.cluster.guests.values()].map((guest) => `/nodes/pve1/${guest.type}/${guest.vmid}/config`)[0] ??
          "",
        body: { form: { description: "new" } },
        deadline: "10 seconds"
      })
      assert.strictEqual(answer.status, 200)
      assert.deepStrictEqual(
        (yield* sent).map((line) => line.replace(/\/nodes\S+/, "config")),
        ["PUT config 401", login, "PUT config 200"]
      )
    })
  )

  it.scoped("a second 401 is the answer", () =>
    Effect.gen(function* () {
      const { sent, session, simulated } = yield* withPassword()
      yield* simulated.addFault({ fault: Fault.Status({ status: 401, reason: "No ticket" }), path: "/version" })
      assert.strictEqual((yield* session.send(read)).status, 401)
      assert.deepStrictEqual(yield* sent, [login, "GET /version 401", login, "GET /version 401"])
    })
  )

  it.scoped("writes carry the CSRF token, without which they are refused", () =>
    Effect.gen(function* () {
      const simulated = yield* Simulated.make(cluster)
      yield* simulated.grant("VM.Config.Options", "/vms")
      const client = yield* clientOf(simulated, {
        username: simulated.username,
        password: Redacted.make(simulated.password)
      })
      const guest = yield* Effect.fromNullable([...simulated.cluster.guests.values()][0])
      yield* client.send({
        method: "PUT",
        path: `/nodes/${guest.node}/${guest.type}/${guest.vmid}/config`,
        form: { description: "written" }
      })
      assert.strictEqual(guest.config["description"], "written")
    })
  )

  it.scoped("a wrong password is denied and does not show", () =>
    Effect.gen(function* () {
      const { sent, session } = yield* withPassword("not-the-password")
      const error = yield* Effect.flip(session.send(read))
      assert.strictEqual(error._tag, "Denied")
      assert.include(error.message, "authentication failure")
      assert.notInclude(JSON.stringify(error), "not-the-password")
      assert.deepStrictEqual(yield* sent, ["POST /access/ticket 401"])
    })
  )

  it.scoped("an account with a second factor is told to use a token", () =>
    Effect.gen(function* () {
      const { session, simulated } = yield* withPassword()
      yield* simulated.addFault({
        fault: Fault.Rewritten({
          rewrite: () => ({ NeedTFA: 1, ticket: "PVE:!tfa!%7B%7D:0::x", CSRFPreventionToken: "x" })
        }),
        path: "/access/ticket"
      })
      const error = yield* Effect.flip(session.send(read))
      assert.strictEqual(error._tag, "Denied")
      assert.include(error.message, "use an API token")
    })
  )

  it.scoped("a login that answers something else is told as that", () =>
    Effect.gen(function* () {
      const { session, simulated } = yield* withPassword()
      yield* simulated.addFault({ fault: Fault.Rewritten({ rewrite: () => [] }), path: "/access/ticket", nth: 1 })
      yield* simulated.addFault({ fault: Fault.Truncated(), path: "/access/ticket", nth: 2 })
      assert.strictEqual((yield* Effect.flip(session.send(read)))._tag, "Undecodable")
      assert.strictEqual((yield* Effect.flip(session.send(read)))._tag, "Undecodable")
      const answer = yield* session.send(read)
      assert.isObject(yield* ProxmoxAnswer.judge("lab", read, answer))
    })
  )
})
