import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { JsonObject } from "../../../src/domain/Json.ts"
import { withoutSecrets } from "../../../src/domain/proxmox/Secrets.ts"

describe("withoutSecrets", () => {
  it("drops credentials at any depth and keeps the rest", () => {
    const config: JsonObject = {
      name: "web",
      memory: "4096",
      ciuser: "admin",
      cipassword: "planted",
      sshkeys: "planted",
      env: "A=planted\0B=planted",
      password: "planted",
      ticket: "planted",
      CSRFPreventionToken: "planted",
      PVEAuthCookie_Ticket: "planted",
      token_secret: "planted",
      keyboard: "de",
      description: "environment: production",
      lxc: [
        ["lxc.environment.runtime", "A=planted"],
        ["lxc.cap.drop", "sys_admin"]
      ],
      nested: [{ deeper: { "api-key": "planted", privateKey: "planted", kept: [1, null, true] } }]
    }
    assert.deepStrictEqual(withoutSecrets(config), {
      name: "web",
      memory: "4096",
      ciuser: "admin",
      keyboard: "de",
      description: "environment: production",
      lxc: [["lxc.cap.drop", "sys_admin"]],
      nested: [{ deeper: { kept: [1, null, true] } }]
    })
  })

  it.prop(
    "leaves no planted secret in any structure",
    [
      FastCheck.object({ key: FastCheck.constantFrom("name", "cipassword", "Password", "API_TOKEN", "x"), maxDepth: 4 })
    ],
    ([value]) => {
      const kept = JSON.stringify(withoutSecrets(JSON.parse(JSON.stringify(value))))
      assert.notMatch(kept, /"(?:cipassword|Password|API_TOKEN)":/)
    }
  )

  it.prop("changes nothing twice", [JsonObject], ([config]) => {
    const once = withoutSecrets(config)
    assert.deepStrictEqual(withoutSecrets(once), once)
  })
})
