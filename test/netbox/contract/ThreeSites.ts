import { Effect } from "effect"
import { idsOf } from "./Case.ts"
import { World } from "./World.ts"

/** Three sites of which only the last letter differs. */
export const three = (label: string) =>
  Effect.gen(function* () {
    const { ask, name } = yield* World
    const list = ["1", "2", "3"].map((digit) => ({ name: name(`${label}${digit}`), slug: name(`${label}${digit}`) }))
    return { ids: idsOf((yield* ask("POST", "dcim/sites/", list)).body), filter: `name__isw=${name(label)}` }
  })
