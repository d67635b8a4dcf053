import { assert, describe, it } from "@effect/vitest"
import { redact } from "../../src/http/Redact.ts"

const secrets = [
  "X-Proxbox-API-Key: s3cr3t-value-of-a-key",
  'headers {"x-proxbox-api-key":"s3cr3t-value-of-a-key"}',
  "Authorization: Bearer s3cr3t-value-of-a-key",
  "Authorization: Token s3cr3t-value-of-a-key",
  "token=s3cr3t-value-of-a-key&x=1",
  '{"token_value": "s3cr3t-value-of-a-key"}',
  "password: s3cr3t-value-of-a-key",
  '{"password":"s3cr3t-value-of-a-key"}',
  "Cookie: s3cr3t-value-of-a-key",
  "PVEAPIToken=root@pam!x=s3cr3t-value-of-a-key",
  "https://root:s3cr3t-value-of-a-key@pve1:8006/"
]

describe("what looks like a credential", () => {
  for (const line of secrets) {
    it(`is taken out of ${line.replace("s3cr3t-value-of-a-key", "…")}`, () => {
      const clean = redact(`before ${line} after`)
      assert.notInclude(clean, "s3cr3t")
      assert.include(clean, "<redacted>")
      assert.match(clean, /^before .* after$/)
    })
  }
  for (const [what, line] of [
    ["a token of NetBox", "0123456789abcdef0123456789abcdef01234567"],
    ["a new token of NetBox", "nbt_abcdefghijkl.0123456789abcdef0123456789abcdef01234567"],
    ["a hash", "$2b$12$LQv3c1yqBWVHxkd0LHAkCOYz6TtxMQJqhN8/LewdBPj4J/HS.iK8K"],
    ["a stored credential", "enc:Z0FBQUFBQm9fYWJjZGVmZ2hpamtsbW5vcA=="],
    ["a ticket", "PVE:root@pam:4EEC61E2::rsKoApxDTLYPn6H3NNT6iP2mv"]
  ] as const) {
    it(`is taken out: ${what}`, () => assert.notInclude(redact(`see ${line}.`), line.slice(8)))
  }

  it("leaves everything else", () => {
    for (const line of [
      "Run 7 completed: 12 of 12 operations",
      "keyboard: de",
      "node pve1 at 10.0.0.1:8006",
      "GET /v1/keys 200"
    ]) {
      assert.strictEqual(redact(line), line)
    }
  })
})
