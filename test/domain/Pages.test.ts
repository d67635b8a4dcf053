import { assert, describe, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import { pagesOf } from "../../src/domain/Pages.ts"

const cut = { every: 16, most: 64 }

const pages = (ids: ReadonlyArray<number>) => pagesOf(ids, (id) => id, cut)

const texts = (ids: ReadonlyArray<number>) => new Set(pages(ids).map((page) => page.join(",")))

const ids = fc
  .tuple(fc.constantFrom(1, 3, 1000), fc.uniqueArray(fc.integer({ min: 1, max: 20_000 }), { maxLength: 400 }))
  .map(([stride, numbers]) => numbers.map((number) => number * stride).sort((a, b) => a - b))

describe("Pages", () => {
  it("hold everything once, in order, and never too much", () => {
    fc.assert(
      fc.property(ids, (all) => {
        const found = pages(all)
        assert.deepStrictEqual(found.flat(), all)
        for (const page of found) assert.isTrue(page.length > 0 && page.length <= cut.most)
      })
    )
  })

  it("are of some size whether ids follow each other or lie far apart", () => {
    for (const stride of [1, 2, 10, 1000]) {
      const found = pages(Array.from({ length: 4000 }, (_, index) => (index + 1) * stride))
      assert.isTrue(found.length > 4000 / 32 && found.length < 4000 / 8, `${found.length} at a stride of ${stride}`)
    }
  })

  it("stay as they are around one that comes or goes", () => {
    const all = Array.from({ length: 2000 }, (_, index) => index + 1)
    const before = texts(all)
    for (const gone of [1, 700, 1234, 2000]) {
      const after = texts(all.filter((id) => id !== gone))
      const fresh = [...after].filter((page) => !before.has(page))
      assert.isAtMost(fresh.length, 1, `without ${gone}`)
    }
  })
})
