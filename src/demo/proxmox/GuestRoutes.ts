import { Effect } from "effect"
import type { Json, JsonObject } from "../../domain/Json.ts"
import type { Guest } from "./Cluster.ts"
import { digestOf, findOn, listed } from "./GuestAnswers.ts"
import { type Call, Rejection, type Route } from "./Route.ts"
import * as Tasks from "./Tasks.ts"

export type GuestType = Guest["type"]

const folders = { qemu: "qemu-server", lxc: "lxc" } as const

/** The guest of the path, on the node of the path: elsewhere is as good as nowhere. */
export const guestOf = (call: Call, type: GuestType): Effect.Effect<Guest, Rejection> => {
  const guest = findOn(call.cluster, type, call.path("node"), call.path("vmid"))
  if (guest !== undefined) return Effect.succeed(guest)
  const file = `nodes/${call.path("node")}/${folders[type]}/${call.path("vmid")}.conf`
  return Effect.fail(new Rejection({ status: 500, reason: `Configuration file '${file}' does not exist` }))
}

/** A read of a guest by an auditor. */
export const read = (
  type: GuestType,
  path: string,
  answer: (guest: Guest, call: Call) => Effect.Effect<Json, Rejection> | Json,
  options?: Pick<Route, "isProtected" | "isOrdered" | "parameters">
): Route => ({
  method: "GET",
  path: `/nodes/{node}/${type}/{vmid}${path}`,
  demands: ["VM.Audit", "/vms/{vmid}"],
  ...options,
  answer: (call) =>
    Effect.flatMap(guestOf(call, type), (guest) => {
      const answered = answer(guest, call)
      return Effect.isEffect(answered) ? answered : Effect.succeed(answered)
    })
})

const withDigest = (guest: Guest): JsonObject => ({ ...guest.config, digest: digestOf(guest) })

const snapshots = (guest: Guest): Json => {
  const last = guest.snapshots.at(-1)?.["name"]
  return [
    ...guest.snapshots,
    {
      name: "current",
      description: "You are here!",
      digest: digestOf(guest),
      running: guest.status === "stopped" ? 0 : 1,
      ...(last === undefined ? {} : { parent: last })
    }
  ]
}

const current = (guest: Guest, call: Call): Json => ({
  ...listed(guest, call),
  ha: { managed: 0 },
  ...(guest.type === "qemu"
    ? { qmpstatus: guest.status, ...(guest.config["agent"] === undefined ? {} : { agent: 1 }) }
    : {})
})

/** Containers answer in another dialect than the guest agent: `inet`, and the prefix as text. */
const lxcInterfaces = (guest: Guest): Json => {
  if (guest.status === "stopped") return null
  return guest.interfaces.map(({ addresses = [], mac = "00:00:00:00:00:00", name }) => {
    const texts = addresses.map(({ address, prefix }) => `${address}/${prefix}`)
    const inet = texts.findLast((text) => !text.includes(":"))
    const inet6 = texts.findLast((text) => text.includes(":"))
    return {
      name,
      hwaddr: mac,
      ...(inet === undefined ? {} : { inet }),
      ...(inet6 === undefined ? {} : { inet6 }),
      "hardware-address": mac,
      "ip-addresses": addresses.map(({ address, prefix }) => ({
        "ip-address": address,
        "ip-address-type": address.includes(":") ? "inet6" : "inet",
        prefix: String(prefix)
      }))
    }
  })
}

/**
 * The file with the parameters in place; `delete` names keys to drop, `digest` guards against somebody else's change. A POST,
 * which VMs alone have, does it in a task.
 */
const writeConfig = (type: GuestType, method: "PUT" | "POST"): Route => ({
  method,
  path: `/nodes/{node}/${type}/{vmid}/config`,
  demands: ["VM.Config.Options", "/vms/{vmid}"],
  isProtected: true,
  answer: (call) =>
    Effect.flatMap(guestOf(call, type), (guest) => {
      const { delete: dropped, digest, ...values } = call.parameters
      if (digest !== undefined && digest !== digestOf(guest)) {
        const reason = "detected modified configuration - file changed by other user? Try again."
        return Effect.fail(new Rejection({ status: 500, reason }))
      }
      const gone = dropped?.split(/[,;\s]+/) ?? []
      const kept = Object.entries(guest.config).filter(([key]) => !gone.includes(key))
      guest.config = { ...Object.fromEntries(kept), ...values }
      return Effect.succeed(method === "PUT" ? null : Tasks.recordOf(call.cluster, guest, "config", call.now))
    })
})

const index = ["config", "snapshot", "status"].map((subdir) => ({ subdir }))

const shared = (type: GuestType): ReadonlyArray<Route> => [
  read(type, "", () => index),
  read(type, "/config", withDigest, { parameters: ["current", "snapshot"] }),
  read(type, "/status/current", current, { isProtected: true }),
  read(type, "/snapshot", snapshots, { isProtected: true }),
  writeConfig(type, "PUT")
]

export const guestRoutes: ReadonlyArray<Route> = [
  ...shared("qemu"),
  writeConfig("qemu", "POST"),
  ...shared("lxc"),
  read("lxc", "/interfaces", lxcInterfaces, { isProtected: true, isOrdered: true })
]
