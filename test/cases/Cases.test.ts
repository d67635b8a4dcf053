import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import * as SimulatedNetBox from "../../src/demo/SimulatedNetBox.ts"
import { allCases } from "./all.ts"
import { runCases, titleOf } from "./runner.ts"

runCases("edge cases on a simulated NetBox", allCases, ({ netbox = {} }) =>
  Effect.map(SimulatedNetBox.make(netbox), ({ token, url }) => ({ url, token }))
)

/** Those of the list that ask for no plugin: 51 to 54 and 64 do. */
const required = Array.from({ length: 70 }, (_, index) => index + 1).filter(
  (number) => number !== 64 && (number < 51 || number > 54)
)

it("every edge case is among them, each under a title of its own", () => {
  const numbers = new Set(allCases.map(({ number }) => number))
  assert.deepStrictEqual(
    required.filter((number) => !numbers.has(number)),
    []
  )
  assert.deepStrictEqual(
    [...numbers].filter((number) => !required.includes(number)),
    []
  )
  assert.lengthOf([...new Set(allCases.map(titleOf))], allCases.length)
})
