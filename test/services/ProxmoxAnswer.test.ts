import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Cut, Upstream } from "../../src/services/EndpointError.ts"
import { judge, meaningOf } from "../../src/services/ProxmoxAnswer.ts"

const asked = { method: "GET", path: "/nodes/pve2/qemu/100/config" } as const

const judged = (status: number, reason: string, text: string, headers = {}) =>
  judge("lab (pve1:8006)", asked, { status, reason, headers, text })

const failed = (status: number, reason: string, text = "", headers = {}) =>
  Effect.flip(judged(status, reason, text, headers))

const upstream = (status: number, detail: string) =>
  new Upstream({ endpoint: "lab", status, request: "GET /x", detail })

describe("ProxmoxAnswer", () => {
  it.effect("takes data out of its envelope, null included", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* judged(200, "OK", '{"data":[1],"total":1}'), [1])
      assert.isNull(yield* judged(200, "OK", '{"data":null}'))
    })
  )

  it.live("gives a long list as JSON has it, whatever its strings hold, and whatever stands around it", () =>
    Effect.gen(function* () {
      const odd = ["web", 'a},{"b', "},{", "x\\", '"},{"vmid":1'].map((name, vmid) => ({
        vmid,
        name,
        disks: [{ a: 1 }, { b: {} }]
      }))
      const list = Array.from({ length: 8000 }, (_, at) => ({ ...odd[at % odd.length], at }))
      const plain = list.map(({ at, vmid }) => ({ vmid, at, name: `app-${at}`, tags: "a;b" }))
      const nested = [list, list]
      for (const data of [list, plain, nested, { list }, JSON.stringify(list)]) {
        const text = JSON.stringify(data)
        for (const answer of [JSON.stringify({ data }), JSON.stringify({ data, total: 3 }, null, 1)]) {
          assert.isTrue(JSON.stringify(yield* judged(200, "OK", answer)) === text)
        }
      }
      const cut = JSON.stringify({ data: plain }).slice(0, -400)
      for (const text of [cut, `${cut}]}`, `{"data":[${cut.slice(9)},]}`]) {
        assert.strictEqual((yield* failed(200, "OK", text))._tag, "Undecodable")
      }
    })
  )

  it.effect("an answer that is cut, empty or of another service cannot be decoded", () =>
    Effect.gen(function* () {
      for (const text of ['{"data":[{"vmid":1', "", "<html>it works</html>", "[]", "{}", "null"]) {
        assert.strictEqual((yield* failed(200, "OK", text))._tag, "Undecodable", text)
      }
    })
  )

  it.effect("the message is that of the body, or the reason phrase of older versions", () =>
    Effect.gen(function* () {
      const recent = yield* failed(500, "short", '{"data":null,"message":"VM is locked (backup)\\n"}')
      assert.include(recent.message, "(500): VM is locked (backup)")
      const older = yield* failed(500, "no such VM ('100')", '{"data":null}')
      assert.include(older.message, "no such VM ('100')")
      const nothing = yield* failed(500, "")
      assert.include(nothing.message, "HTTP 500")
    })
  )

  it.effect("a refused parameter is named", () =>
    Effect.gen(function* () {
      const body = '{"data":null,"errors":{"b":"too long","a":"not known"}}'
      const error = yield* failed(400, "Parameter verification failed.", body)
      assert.strictEqual(error._tag, "Refused")
      assert.include(error.message, "Parameter verification failed.; a: not known; b: too long")
    })
  )

  it.effect("a denial names the privilege and its path", () =>
    Effect.gen(function* () {
      const lacking = yield* failed(403, "Permission check failed (/vms/100, VM.Audit)", '{"data":null}')
      assert.strictEqual(lacking._tag, "Denied")
      assert.include(lacking.message, "(/vms/100, VM.Audit)")
      assert.strictEqual((yield* failed(401, "invalid token value!"))._tag, "Denied")
    })
  )

  it.effect("a redirect says where to", () =>
    Effect.gen(function* () {
      const error = yield* failed(301, "Moved Permanently", "", { location: "https://pve1:8006/" })
      assert.include(error.message, "redirects to https://pve1:8006/")
    })
  )

  it.effect("595 to 599 name the node that could not be reached, not the one that was asked", () =>
    Effect.gen(function* () {
      for (const status of [595, 596, 597, 599]) {
        const error = yield* failed(status, "No route to host")
        assert.include(error.message, "node pve2 does not answer: No route to host")
        assert.strictEqual(meaningOf(error), "node")
      }
    })
  )

  it.effect("501 is a call that this version does not have", () =>
    Effect.gen(function* () {
      const error = yield* failed(501, "Method 'GET /cluster/ha/rules' not implemented")
      assert.include(error.message, "not in this version")
      assert.strictEqual(meaningOf(error), "unsupported")
    })
  )

  it("tells from the text of a 500 what it means", () => {
    const meanings = [
      ["Configuration file 'nodes/pve1/qemu-server/100.conf' does not exist", "moved"],
      ["No QEMU guest agent configured", "agent"],
      ["QEMU guest agent is not running", "agent"],
      ["VM 100 qga command 'guest-ping' failed - got timeout", "agent"],
      ["VM 100 is not running", "stopped"],
      ["CT 101 not running", "stopped"],
      ["VM is locked (backup)", "locked"],
      ["can't lock file '/var/lock/qemu-server/lock-100.conf' - got timeout", "locked"],
      ["storage 'nfs' is not online", "other"]
    ] as const
    for (const [detail, meaning] of meanings) assert.strictEqual(meaningOf(upstream(500, detail)), meaning, detail)
    assert.strictEqual(meaningOf(new Cut({ endpoint: "lab", detail: "VM 100 is not running" })), "other")
  })
})
