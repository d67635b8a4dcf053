import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import { parseRange } from "../../src/http/Ranges.ts"
import { sourceOf } from "../../src/http/TrustedProxies.ts"

const trusted = ["10.0.0.0/8", "fd00::/8"].map(parseRange).map(Either.getOrThrow)

describe("the source of a request", () => {
  const cases: ReadonlyArray<readonly [string, string | undefined, string]> = [
    ["203.0.113.1", undefined, "203.0.113.1"],
    ["203.0.113.1", "198.51.100.7", "203.0.113.1"],
    ["::ffff:203.0.113.1", "198.51.100.7", "203.0.113.1"],
    ["10.0.0.1", "198.51.100.7", "198.51.100.7"],
    ["10.0.0.1", "8.8.8.8, 198.51.100.7, 10.0.0.2", "198.51.100.7"],
    ["fd00::1", "2001:db8::7", "2001:db8::7"],
    ["10.0.0.1", "8.8.8.8, not an address", "10.0.0.1"],
    ["10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"],
    ["10.0.0.1", undefined, "10.0.0.1"]
  ]
  for (const [peer, forwarded, source] of cases) {
    it(`is ${source} behind ${peer}, forwarded for ${forwarded ?? "nobody"}`, () =>
      assert.strictEqual(sourceOf(peer, forwarded, trusted), source))
  }
})
