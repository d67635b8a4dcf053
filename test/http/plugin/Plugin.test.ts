import { sharing } from "../../support/Sharing.ts"
import { pushesClusters, pushesNetBox } from "./Pushing.ts"
import { logs, manyRequests, readsOne, single, wrong } from "./Reading.ts"
import { finds, proves, registers } from "./Registering.ts"
import { leavesAlone, repeats, runsJob } from "./Running.ts"
import { world } from "./World.ts"

/** What the plugin asks of its backend, in the order of its first day; numbers as its requirements have them. */
sharing(world)("the NetBox plugin", (it) => {
  it.effect("finds the service without a key, and is redirected nowhere (H1, H2, H3, H7)", () => finds)

  it.effect("registers its key, once (H4, H5)", () => registers)

  it.effect("proves its key by the list of keys, and knows a bad one by what is said (H6, H20)", () => proves)

  it.effect("pushes the one NetBox, which is not asked for anything meanwhile (H10, H16)", () => pushesNetBox)

  it.effect("pushes its clusters, whole and in part, and finds them again (H8, H9, H16, H19)", () => pushesClusters)

  it.effect("reads what each cluster says, and of that one alone (H7, H12)", () => readsOne)

  it.effect("runs the stages of a job for one cluster, frame by frame (H11, H12, H13, H14)", () => runsJob)

  it.effect("repeats stages, also those that it was cut off from, and nothing is made twice (H15)", () => repeats)

  it.effect("leaves alone the cluster that is switched off (H8, H12)", () => leavesAlone)

  it.effect("synchronizes one object, and shows what runs stand on", () => single)

  it.effect("asks for logs from a browser that has no key, and is not locked out for it (H18)", () => logs)

  it.effect("is told what is wrong in a form that it can show (H20)", () => wrong)

  it.effect("may ask 150 times a minute and more, and is told when to come again after that (H17)", () => manyRequests)
})
