import type { Shape } from "../Shape.ts"
import type { Talk } from "../Step.ts"

const greeting = '{"api_key":"{{key}}"}'
const wrongGreeting = '{"api_key":"none of ours"}'

const commands = "=Valid commands: 'Sync Nodes', 'Sync Virtual Machines', 'Full Update Sync'"

const object = (name: string, members: { readonly [name: string]: Shape }): Shape => ({
  object: `=${name}`,
  type: "=create",
  data: { sync_status: "text", name: "text", netbox_id: "int|null", ...members }
})

const device = (completed: boolean): Shape =>
  object("device", {
    completed,
    rowid: "text",
    ...(completed ? { increment_count: "=yes", role: "text", cluster: "text", device_type: "text", "*": "any" } : {})
  })

const machine: Shape = object("virtual_machine", {
  status: "any",
  cluster: "any",
  device: "any",
  role: "any",
  vcpus: "any",
  memory: "any",
  disk: "any",
  vm_interfaces: "any",
  "*": "any"
})

const run = "0123456789abcdef"

/** A shape of an object with the id of the run that the client gave. */
const tagged = (shape: Shape): Shape => ({ ...(shape as { readonly [name: string]: Shape }), run_id: `=${run}` })

/** Conversations over WebSockets, where everything is in NetBox already. */
export const talks: ReadonlyArray<Talk> = [
  { path: "/", says: [greeting], hears: ["=Message: 1", "=Message: 2"] },
  {
    path: "/",
    says: [wrongGreeting],
    hears: [],
    closes: { code: 4001, reason: "=Invalid API key. 4 attempts remaining." }
  },
  { path: "/", says: ["hello"], hears: [], closes: { code: 4001, reason: "=API key required. 5 attempts remaining." } },
  { path: "/ws", says: [wrongGreeting], hears: [], closes: { code: 4001, reason: "=Authentication failed" } },
  {
    path: "/ws?source=database&proxmox_endpoint_ids={{proxmox}}",
    says: [greeting, "Sync", "Sync Nodes"],
    hears: [
      "=Connected!",
      "=Connected 2!",
      "=Invalid sync command",
      commands,
      "=Sync Nodes",
      device(false),
      device(true),
      device(false),
      device(true),
      { object: "=device", end: true }
    ]
  },
  {
    path: "/ws",
    says: [greeting, `{"command":"Full Update","run_id":"${run}"}`],
    hears: [
      "=Connected!",
      "=Connected 2!",
      { message: "text", run_id: `=${run}` },
      tagged(device(false)),
      tagged(device(true)),
      tagged(device(false)),
      tagged(device(true)),
      tagged({ object: "=device", end: true }),
      tagged(machine),
      tagged(machine),
      tagged({ object: "=virtual_machine", end: true }),
      {
        object: "=full-update",
        end: true,
        status: "=completed",
        stages: { devices: "=completed", "virtual-machines": "=completed" },
        run_id: `=${run}`
      }
    ]
  },
  { path: "/ws/virtual-machines", says: [greeting], hears: ["=Connected!"], closes: { code: 1000, reason: "=" } }
]
