import { assert, describe, it } from "@effect/vitest"
import { FastCheck, Option } from "effect"
import * as Address from "../../../src/domain/proxmox/Address.ts"

const canonical = (text: string) => Option.getOrNull(Option.map(Address.parse(text), Address.format))
const cidr = (text: string) => Option.getOrNull(Option.map(Address.parseCidr(text), Address.formatCidr))
const scope = (text: string) =>
  Option.getOrNull(Option.map(Address.parseCidr(text), ({ address, prefix }) => Address.scopeOf(address, prefix)))

describe("Address", () => {
  it.each([
    ["10.0.0.5", "10.0.0.5"],
    [" 10.0.0.5 ", "10.0.0.5"],
    ["FE80::1%eth0", "fe80::1"],
    ["fe80::4c2:1%12", "fe80::4c2:1"],
    ["2001:0DB8:0000:0000:0000:0000:0000:0001", "2001:db8::1"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["::", "::"],
    ["::1", "::1"],
    ["1::", "1::"],
    ["::ffff:10.0.0.1", "::ffff:10.0.0.1"],
    ["::ffff:a00:1", "::ffff:10.0.0.1"],
    ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"]
  ])("writes %s as %s", (text, expected) => {
    assert.strictEqual(canonical(text), expected)
  })

  it.each([
    "",
    "10.0.0",
    "10.0.0.256",
    "010.0.0.1",
    "10.0.0.1.2",
    "10.0.0.-1",
    "1::2::3",
    ":1",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7:8::",
    "12345::",
    "10.0.0.1::",
    "::10.0.0.1:1",
    "dhcp",
    "%eth0"
  ])("does not take %j for an address", (text) => {
    assert.isNull(canonical(text))
  })

  it.each([
    ["10.0.0.5/24", "10.0.0.5/24"],
    ["FD00::5/64", "fd00::5/64"],
    ["fe80::1%eth0/64", "fe80::1/64"],
    ["fe80::1/64%eth0", "fe80::1/64"],
    ["10.0.0.5/0", "10.0.0.5/0"],
    ["10.0.0.5", null],
    ["10.0.0.5/", null],
    ["10.0.0.5/33", null],
    ["fd00::5/129", null],
    ["10.0.0.5/024", null],
    ["10.0.0.5/24/24", null],
    ["10.0.0.5/255.255.255.0", null]
  ])("reads %s with its prefix as %s", (text, expected) => {
    assert.strictEqual(cidr(text), expected)
  })

  it.each<[string, Address.Scope]>([
    ["0.0.0.0/0", "unspecified"],
    ["::/0", "unspecified"],
    ["127.0.0.1/8", "loopback"],
    ["::1/128", "loopback"],
    ["169.254.10.2/16", "link-local"],
    ["fe80::1/64", "link-local"],
    ["febf::1/64", "link-local"],
    ["224.0.0.251/32", "multicast"],
    ["ff02::1/128", "multicast"],
    ["255.255.255.255/32", "broadcast"],
    ["10.0.0.0/24", "network"],
    ["10.0.0.255/24", "broadcast"],
    ["10.0.0.255/23", "private"],
    ["10.0.0.0/31", "private"],
    ["10.0.0.1/32", "private"],
    ["172.31.255.1/16", "private"],
    ["172.32.0.1/16", "global"],
    ["192.168.1.1/24", "private"],
    ["fd00::5/64", "private"],
    ["fd00::/64", "network"],
    ["fd00::/127", "private"],
    ["2001:db8::ffff:ffff:ffff:ffff/64", "global"],
    ["203.0.113.7/24", "global"]
  ])("classifies %s as %s", (text, expected) => {
    assert.strictEqual(scope(text), expected)
  })

  it("cannot tell the ends of a network without its prefix", () => {
    const address = Option.getOrThrow(Address.parse("203.0.113.0"))
    assert.strictEqual(Address.scopeOf(address), "global")
    assert.strictEqual(Address.scopeOf(address, 24), "network")
  })

  it.prop(
    "reads back what it writes",
    [FastCheck.bigInt(0n, 2n ** 128n - 1n), FastCheck.constantFrom<4 | 6>(4, 6)],
    ([bits, family]) => {
      const address = { family, value: family === 4 ? bits & 0xffff_ffffn : bits }
      assert.deepStrictEqual(Option.getOrNull(Address.parse(Address.format(address))), address)
    }
  )

  it.prop(
    "gives every IPv6 address one text, however it was written",
    [FastCheck.ipV6(), FastCheck.boolean()],
    ([text, upper]) => {
      const once = canonical(upper ? text.toUpperCase() : text)
      assert.isNotNull(once)
      assert.strictEqual(canonical(once ?? ""), once)
    }
  )

  it.prop("answers any text, with an address or without", [FastCheck.string()], ([text]) => {
    const parsed = Address.parse(text)
    assert.isTrue(Option.isNone(parsed) || canonical(Address.format(parsed.value)) === Address.format(parsed.value))
    assert.isTrue(Option.isOption(Address.parseCidr(text)))
  })
})
