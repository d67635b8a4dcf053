import { assert, describe, it } from "@effect/vitest"
import { FastCheck, Option } from "effect"
import * as Fernet from "../../src/store/Fernet.ts"

const chance = { iv: Uint8Array.from({ length: 16 }, (_, index) => index), seconds: 499_162_800 }

describe("Fernet", () => {
  it("makes the token of the specification", () => {
    // generate.json of github.com/fernet/spec: its key is given as bytes, not as a text to be digested.
    const bytes = Buffer.from("cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=", "base64url")
    const key = { signing: bytes.subarray(0, 16), encrypting: bytes.subarray(16) }
    assert.strictEqual(
      Fernet.encrypt(key, "hello", chance),
      "gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA=="
    )
  })

  it.prop("opens what it sealed, with the same key only", [FastCheck.string(), FastCheck.string()], ([key, text]) => {
    const sealed = Fernet.seal(Fernet.keyOf(key), text, chance)
    assert.match(sealed, /^enc:[A-Za-z0-9_-]+={0,2}$/)
    assert.deepStrictEqual(Fernet.unseal(Fernet.keyOf(` ${key}\n`), sealed), Option.some(text))
    assert.isTrue(Option.isNone(Fernet.unseal(Fernet.keyOf(`${key}x`), sealed)))
  })

  it.prop(
    "opens nothing that was altered",
    [FastCheck.string(), FastCheck.nat(), FastCheck.nat(7)],
    ([text, at, bit]) => {
      const key = Fernet.keyOf("key")
      const token = Buffer.from(Fernet.encrypt(key, text, chance), "base64url")
      const place = at % token.length
      token[place] = (token[place] ?? 0) ^ (1 << bit)
      assert.isTrue(Option.isNone(Fernet.decrypt(key, token.toString("base64url"))))
    }
  )

  it("takes no nonsense for a token", () => {
    for (const text of ["", "enc:", "enc:AAAA", "plain", "enc:gAAAAA=="]) {
      assert.isTrue(Option.isNone(Fernet.unseal(Fernet.keyOf("key"), text)))
    }
  })
})
