import { Effect } from "effect"
import type { Json } from "../../domain/Json.ts"
import { type Guest, nameOf, type Version } from "./Cluster.ts"
import { guestOf } from "./GuestRoutes.ts"
import { type Call, Rejection, type Route } from "./Route.ts"

const fail = (reason: string) => Effect.fail(new Rejection({ status: 500, reason }))

/** `agent: 0` passes Proxmox's own test: only a missing key stops the command. */
const ask = (guest: Guest, call: Call, command: string, result: Json): Effect.Effect<Json, Rejection> => {
  if (guest.config["agent"] === undefined) return fail("No QEMU guest agent configured")
  if (guest.status === "stopped") return fail(`VM ${guest.vmid} is not running`)
  switch (guest.agent) {
    case "answering":
      return Effect.succeed({ result })
    case "disabled": {
      const desc = `Command guest-${command} has been disabled: the command is not allowed`
      return Effect.succeed({ result: { error: { class: "CommandNotFound", desc } } })
    }
    case "silent":
      return Effect.zipRight(
        Effect.sleep(call.agentTimeout),
        fail(`VM ${guest.vmid} qga command 'guest-ping' failed - got timeout`)
      )
    case "absent":
      return fail("QEMU guest agent is not running")
  }
}

const interfaces = (guest: Guest): Json =>
  guest.interfaces.map(({ addresses, mac, name }) => ({
    name,
    ...(mac === undefined ? {} : { "hardware-address": mac }),
    ...(addresses === undefined
      ? {}
      : {
          "ip-addresses": addresses.map(({ address, prefix }) => ({
            "ip-address": address,
            "ip-address-type": address.includes(":") ? "ipv6" : "ipv4",
            prefix
          }))
        }),
    statistics: { "rx-bytes": 0, "rx-packets": 0, "tx-bytes": 0, "tx-packets": 0 }
  }))

const osInfo = ({ os }: Guest): Json => ({
  id: os.id,
  name: os.name,
  "pretty-name": `${os.name} ${os.version}`,
  version: os.version,
  "version-id": os.version,
  "kernel-release": os.kernel,
  "kernel-version": "#1 SMP PREEMPT_DYNAMIC",
  machine: "x86_64"
})

const route =
  (path: string, answer: (guest: Guest) => Json) =>
  (privileges: string): Route => ({
    method: "GET",
    path: `/nodes/{node}/qemu/{vmid}/agent/${path}`,
    demands: [privileges, "/vms/{vmid}"],
    isProtected: true,
    answer: (call) =>
      Effect.flatMap(guestOf(call, "qemu"), (guest) => ask(guest, call, path.replace(/^get-/, ""), answer(guest)))
  })

const routes = [
  route("network-get-interfaces", interfaces),
  route("get-osinfo", osInfo),
  route("get-host-name", (guest) => ({ "host-name": nameOf(guest).toLowerCase() }))
]

/** Reading through the agent takes another privilege since 9.0. */
export const agentRoutes = (version: Version): ReadonlyArray<Route> =>
  routes.map((make) => make(version.major >= 9 ? "VM.GuestAgent.Audit|VM.GuestAgent.Unrestricted" : "VM.Monitor"))
