import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Effect, Queue, Schema } from "effect"
import * as SimulatedNetBox from "../src/demo/SimulatedNetBox.ts"
import * as SimulatedProxmox from "../src/demo/SimulatedProxmox.ts"
import { Fault } from "../src/demo/proxmox/Faults.ts"
import { Command, type Counted, type Listening, SimulatorOptions } from "./Simulators.ts"

/** The program of the process of the simulators: a cluster and an empty NetBox, until its parent is gone. */

const tell = (message: typeof Listening.Type | typeof Counted.Type | "done") =>
  Effect.async<void>((resume) => {
    process.send?.(message, () => resume(Effect.void))
  })

const main = Effect.gen(function* () {
  const {
    guests,
    latency,
    netbox: slow,
    nodes,
    stopped,
    tls = false
  } = yield* Schema.decode(Schema.parseJson(SimulatorOptions))(process.argv[2] ?? "")
  const commands = yield* Queue.bounded<unknown>(8)
  process.on("message", (message) => commands.unsafeOffer(message))
  process.once("disconnect", () => process.exit())
  const proxmox = yield* SimulatedProxmox.make({
    name: "bench",
    nodes,
    guests,
    tls,
    seed: 7,
    typical: true,
    agentTimeout: "20 millis"
  })
  if (stopped === true) yield* Effect.forEach([...proxmox.cluster.guests.keys()], proxmox.stop)
  const netbox = yield* SimulatedNetBox.make({})
  if (slow !== undefined) yield* netbox.addFault({ fault: { type: "latency", ...slow } })
  if (latency !== undefined) yield* proxmox.addFault({ fault: Fault.Latency({ millis: latency }), path: "/" })
  yield* tell({
    proxmox: { urls: proxmox.urls, token: proxmox.token },
    netbox: { url: netbox.url, token: netbox.token }
  })
  for (;;) {
    const command = yield* Effect.flatMap(Queue.take(commands), Schema.decodeUnknown(Command))
    switch (command._tag) {
      case "Change":
        for (const vmid of [...proxmox.cluster.guests.keys()].slice(-command.guests)) {
          yield* proxmox.updateGuest(vmid, { memory: command.memory })
        }
        yield* tell("done")
        break
      case "Count":
        yield* tell({ proxmox: (yield* proxmox.requests).length, netbox: (yield* netbox.requests).length })
        yield* proxmox.resetTraffic
        yield* netbox.resetRequests
        break
    }
  }
})

main.pipe(Effect.scoped, NodeRuntime.runMain)
