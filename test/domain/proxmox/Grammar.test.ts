import { assert, describe, it } from "@effect/vitest"
import { FastCheck, Option } from "effect"
import type { Json } from "../../../src/domain/Json.ts"
import * as Mac from "../../../src/domain/proxmox/Mac.ts"
import { parseTrunks } from "../../../src/domain/proxmox/Nic.ts"
import * as PropertyString from "../../../src/domain/proxmox/PropertyString.ts"
import { cleanText, parseBoolean, parseInteger, parseNumber } from "../../../src/domain/proxmox/Scalar.ts"
import * as Size from "../../../src/domain/proxmox/Size.ts"
import * as Tags from "../../../src/domain/proxmox/Tags.ts"

describe("PropertyString", () => {
  it("names the part without key, keeps `=` in values and skips empty parts", () => {
    const parsed = PropertyString.parse("local:vm-1-disk-0,,serial=YQ==, size=32G,", "file")
    assert.deepStrictEqual(parsed.entries, [
      ["file", "local:vm-1-disk-0"],
      ["serial", "YQ=="],
      ["size", "32G"]
    ])
    assert.deepStrictEqual(parsed.odd, [])
  })

  it("sets aside keys without value, values without key and second values", () => {
    const parsed = PropertyString.parse("a=1,b=,=c,a=2,one,two", "key")
    assert.deepStrictEqual(parsed.entries, [
      ["a", "1"],
      ["key", "one"]
    ])
    assert.deepStrictEqual(parsed.odd, ["b=", "=c", "a=2", "two"])
  })

  it.prop("reads back what it writes", [FastCheck.string(), FastCheck.string({ minLength: 1 })], ([text, key]) => {
    const { entries } = PropertyString.parse(text, key.replaceAll(/[=,\s]/g, "k"))
    const again = PropertyString.parse(PropertyString.format(entries), "unused")
    assert.deepStrictEqual(again.entries, entries)
    assert.deepStrictEqual(again.odd, [])
  })
})

describe("Size", () => {
  it.each([
    ["32G", 32_768],
    ["32g", 32_768],
    ["10GiB", 10_240],
    ["10GB", 10_240],
    ["1.5T", 1_572_864],
    ["512M", 512],
    ["528K", 1],
    ["1025K", 2],
    ["33555456K", 32_769],
    ["0.1G", 103],
    ["4194304", 4],
    ["4194305", 5],
    ["4194304B", 4],
    ["1", 1],
    ["0", 1]
  ])("reads %s as %d MiB", (text, expected) => {
    assert.strictEqual(Option.getOrNull(Size.parse(text)), expected)
  })

  it.each(["", "G", "-1G", "1,5G", "1.G", "32P", "32Gi", "32 G", "1e3", "Infinity", "2048T"])(
    "does not take %j for a size",
    (text) => {
      assert.isNull(Option.getOrNull(Size.parse(text)))
    }
  )

  it.prop("reads back what it writes", [FastCheck.integer({ min: 1, max: 2_147_483_647 })], ([mebibytes]) => {
    assert.deepStrictEqual(Size.parse(Size.format(mebibytes)), Option.some(mebibytes))
  })

  it.prop("never loses a byte", [FastCheck.integer({ min: 0, max: 2 ** 50 })], ([bytes]) => {
    const mebibytes = Option.getOrThrow(Size.parse(String(bytes)))
    assert.isTrue(mebibytes * 1_048_576 >= bytes && (mebibytes === 1 || (mebibytes - 1) * 1_048_576 < bytes))
  })

  it.prop("answers any text", [FastCheck.string()], ([text]) => {
    const size = Option.getOrElse(Size.parse(text), () => 1)
    assert.isTrue(Number.isInteger(size) && size >= 1)
  })
})

describe("Scalar", () => {
  it.each<[Json, boolean | null]>([
    [1, true],
    [0, false],
    ["1", true],
    ["0", false],
    ["on", true],
    ["off", false],
    ["Yes", true],
    ["no", false],
    ["TRUE", true],
    ["false", false],
    [true, true],
    [false, false],
    [2, null],
    ["", null],
    ["enabled", null],
    [null, null],
    [[1], null],
    [{}, null]
  ])("reads %j as the boolean %s", (value, expected) => {
    assert.strictEqual(Option.getOrNull(parseBoolean(value)), expected)
  })

  it.each<[Json, number | null]>([
    [4, 4],
    ["4", 4],
    ["1.5", 1.5],
    ["4.0", 4],
    ["", null],
    ["0x4", null],
    ["-1", null],
    [-1, null],
    [101, null],
    [null, null],
    [true, null],
    [[4], null]
  ])("reads %j as the number %s", (value, expected) => {
    assert.strictEqual(Option.getOrNull(parseNumber(value, 0, 100)), expected)
  })

  it("wants integers to be whole", () => {
    assert.deepStrictEqual(parseInteger("4.0", 0, 9), Option.some(4))
    assert.isTrue(Option.isNone(parseInteger(1.5, 0, 9)))
  })

  it.prop("cleans a text once and for all", [FastCheck.string({ unit: "binary" })], ([text]) => {
    const cleaned = cleanText(text)
    assert.strictEqual(cleanText(cleaned), cleaned)
    assert.strictEqual(new TextDecoder().decode(new TextEncoder().encode(cleaned)), cleaned)
    assert.notMatch(cleaned, /\r|\0/)
  })

  it("keeps what a note consists of", () => {
    assert.strictEqual(cleanText("# Zürich 🚀\r\n\tline\u0000 two\ud800\n"), "# Zürich 🚀\n\tline two\ufffd")
  })
})

describe("Mac", () => {
  it.each([
    ["BC:24:11:AA:BB:CC", "BC:24:11:AA:BB:CC"],
    ["bc:24:11:aa:bb:cc", "BC:24:11:AA:BB:CC"],
    ["bc-24-11-aa-bb-cc", "BC:24:11:AA:BB:CC"],
    ["bc24.11aa.bbcc", null],
    ["bc:24:11-aa:bb:cc", null],
    ["bc:24:11:aa:bb", null],
    ["bc:24:11:aa:bb:cc:dd", null],
    ["bc:24:11:aa:bb:cg", null],
    ["", null]
  ])("reads %s as %s", (text, expected) => {
    assert.strictEqual(Option.getOrNull(Mac.parse(text)), expected)
  })
})

describe("trunks", () => {
  it.each<[string, ReadonlyArray<number> | null]>([
    ["10;20;100-103", [10, 20, 100, 101, 102, 103]],
    ["30;10;20;10", [10, 20, 30]],
    ["7", [7]],
    ["5-5;", [5]],
    ["1-4094", Array.from({ length: 4094 }, (_, index) => index + 1)],
    ["", []],
    ["0", null],
    ["4095", null],
    ["20-10", null],
    ["10,20", null],
    ["10-", null],
    ["ten", null]
  ])("reads %s", (text, expected) => {
    assert.deepStrictEqual(Option.getOrNull(parseTrunks(text)), expected)
  })
})

describe("Tags", () => {
  it.each([
    ["prod;web", ["prod", "web"]],
    ["prod,web", ["prod", "web"]],
    ["prod web", ["prod", "web"]],
    [";prod; web,\tdb;;", ["prod", "web", "db"]],
    ["web;prod;web", ["web", "prod"]],
    ["Web;web", ["Web", "web"]],
    ["", []],
    [" ; ", []]
  ])("splits %j", (text, expected) => {
    assert.deepStrictEqual(Tags.parse(text), expected)
  })

  it.prop("reads back what it writes", [FastCheck.string()], ([text]) => {
    const tags = Tags.parse(text)
    assert.deepStrictEqual(Tags.parse(tags.join(";")), tags)
  })

  it("reads the style as an object, as text, and not at all", () => {
    const map = "prod:FF0000;web:00aa00:ffffff;short:f0a;bad:xyz;:123456;__proto__:000000"
    const expected = {
      caseSensitive: true,
      colors: Object.fromEntries([
        ["prod", "ff0000"],
        ["web", "00aa00"],
        ["short", "ff00aa"],
        ["__proto__", "000000"]
      ])
    }
    assert.deepStrictEqual(Tags.parseTagStyle({ "color-map": map, "case-sensitive": 1, shape: "full" }), expected)
    assert.deepStrictEqual(Tags.parseTagStyle(`case-sensitive=1,color-map=${map}`), expected)
    assert.deepStrictEqual(Tags.parseTagStyle(null), { caseSensitive: false, colors: {} })
  })

  it.prop("answers any style", [FastCheck.jsonValue()], ([value]) => {
    const style = Tags.parseTagStyle(JSON.parse(JSON.stringify(value)))
    assert.isTrue(Object.values(style.colors).every((color) => /^[0-9a-f]{6}$/.test(color)))
  })
})
