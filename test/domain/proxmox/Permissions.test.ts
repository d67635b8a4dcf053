import { assert, describe, it } from "@effect/vitest"
import { covers, holds, isAtLeast, mayAskAgent, missing, parse } from "../../../src/domain/proxmox/Permissions.ts"

const all = { "Sys.Audit": 1, "VM.Audit": 1, "Datastore.Audit": 1, "Pool.Audit": 1, "SDN.Audit": 1 }

const named = (permissions: Parameters<typeof missing>[0], version: string) =>
  missing(permissions, version).map(({ privilege }) => privilege)

describe("Permissions", () => {
  it("the nearest listed path upwards decides, where its privileges reach down", () => {
    const permissions = { "/": { A: 1, B: 0 }, "/vms": { A: 1 }, "/vms/100": { C: 0 } }
    assert.isTrue(holds(permissions, "/", "B"))
    assert.isFalse(holds(permissions, "/nodes/a", "B"))
    assert.isTrue(holds(permissions, "/nodes/a", "A"))
    assert.isTrue(holds(permissions, "/vms/101", "A"))
    assert.isFalse(holds(permissions, "/vms/100", "A"))
    assert.isTrue(holds(permissions, "/vms/100", "C"))
  })

  it("a privilege covers a path when it holds on all that is listed below", () => {
    assert.isTrue(covers({ "/": { A: 1 } }, "/vms", "A"))
    assert.isTrue(covers({ "/vms": { A: "1" }, "/vms/100": { A: 0 } }, "/vms", "A"))
    assert.isFalse(covers({ "/vms": { A: 1 }, "/vms/100": { B: 1 } }, "/vms", "A"))
    assert.isFalse(covers({ "/vms": { A: 0 } }, "/vms", "A"))
    assert.isFalse(covers({ "/vms/100": { A: 1 } }, "/vms", "A"))
    assert.isFalse(covers({ "/": { A: 1 }, "/vms": { B: 1 } }, "/vms", "A"))
  })

  it("an auditor lacks nothing, from 9.0 with the agents' own privilege", () => {
    assert.deepStrictEqual(named({ "/": { ...all, "VM.Monitor": 1 } }, "8.4.1"), [])
    assert.deepStrictEqual(named({ "/": { ...all, "VM.GuestAgent.Audit": 1 } }, "9.0.3"), [])
    assert.deepStrictEqual(named({ "/": { ...all, "VM.GuestAgent.Unrestricted": 1 } }, "9.1.4"), [])
    assert.deepStrictEqual(named({ "/": all }, "8.4.1"), ["VM.Monitor"])
    assert.deepStrictEqual(named({ "/": all }, "9.0.3"), ["VM.GuestAgent.Audit"])
  })

  it("an account without rights lacks all that its version knows", () => {
    assert.deepStrictEqual(named({}, "9.1.4"), [
      "VM.Audit",
      "Sys.Audit",
      "Datastore.Audit",
      "Pool.Audit",
      "SDN.Audit",
      "VM.GuestAgent.Audit"
    ])
    assert.notInclude(named({}, "7.4-17"), "SDN.Audit")
  })

  it("one VM's agent may be asked without the others'", () => {
    const permissions = { "/vms/100": { "VM.GuestAgent.Audit": 1 } }
    assert.isTrue(mayAskAgent(permissions, 100))
    assert.isFalse(mayAskAgent(permissions, 101))
  })

  it("reads what is no object as nothing held", () => {
    assert.isUndefined(parse([]))
    assert.deepStrictEqual(parse({ "/": null }), { "/": {} })
  })

  it("compares versions by their numbers", () => {
    assert.isTrue(isAtLeast("10.0", 9, 1))
    assert.isTrue(isAtLeast("8.1.4", 8, 1))
    assert.isFalse(isAtLeast("7.4-17", 8, 0))
    assert.isFalse(isAtLeast("unknown", 1, 0))
  })
})
