import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import { ConfigProvider, Effect } from "effect"
import { request } from "undici"
import * as SimulatedNetBox from "../../demo/SimulatedNetBox.ts"
import * as SimulatedProxmox from "../../demo/SimulatedProxmox.ts"
import { isJsonObject, type Json, type JsonObject } from "../../domain/Json.ts"
import { keyOf } from "../../domain/Ref.ts"
import { Journal } from "../../journal/Journal.ts"
import { engine } from "../../Layers.ts"
import { load } from "../../services/ConfigFile.ts"
import { NetBox } from "../../services/NetBox.ts"
import { Reconciler } from "../../services/Reconciler.ts"
import { Output, paint } from "../Output.ts"
import { watched } from "../Progress.ts"
import { renderPlan, summary } from "../RenderPlan.ts"
import { reportOf } from "../RunReport.ts"
import { report } from "./Apply.ts"

const machines = "/api/virtualization/virtual-machines/"

const configuration = (netbox: string, proxmox: string) => `netbox:
  url: ${netbox}
  token: \${NETBOX_TOKEN}
  settle: 2 seconds
proxmox:
  - name: lab
    urls: [${proxmox}]
    token: \${PVE_TOKEN}
journal: ./proxledger.sqlite
`

/** What an operator does in NetBox's own pages. */
const byHand = (url: string, token: string, method: "GET" | "PATCH", path: string, body?: Json) =>
  Effect.tryPromise(async () => {
    const answer = await request(`${url}${path}`, {
      method,
      headers: { authorization: `Token ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) })
    })
    return (await answer.body.json()) as Json
  })

const first = (answer: Json): { readonly id: number; readonly name: string } => {
  const row: Json | undefined =
    isJsonObject(answer) && Array.isArray(answer["results"]) ? answer["results"][0] : undefined
  return isJsonObject(row) ? { id: Number(row["id"]), name: String(row["name"]) } : { id: 0, name: "" }
}

/** A guest that is in NetBox, and not the one that was edited there. */
const isKept =
  (edited: string) =>
  ({ config }: { readonly config: JsonObject }): boolean =>
    config["template"] !== 1 && config["name"] !== edited && config["hostname"] !== edited

/** One sync as the command does it; says how much was written. */
const synced = Effect.fnUntraced(function* (whole: boolean) {
  const output = yield* Output
  const reconciler = yield* Reconciler
  const netbox = yield* NetBox
  const before = yield* netbox.requests
  const planned = yield* watched(reconciler.plan({ trigger: "sync", approveRemovals: false }))
  const found = yield* reportOf(planned.run)
  yield* output.note(whole ? renderPlan(found, output.colors) : summary(found))
  if (planned.operations > 0) {
    const applied = yield* watched(reconciler.apply(planned.run))
    yield* report(applied)
  }
  const after = yield* netbox.requests
  const writes = after.mutating - before.mutating
  yield* output.note(`  ${after.total - before.total} requests to NetBox, ${writes} of them writing`)
  const refs = found.operations.map(({ ref }) => ref)
  return { operations: planned.operations, refs, drifts: found.drifts, writes }
})

/** The main job on a simulated cluster of 3 nodes and 60 guests and a simulated NetBox, over real HTTP. */
export const run = Effect.gen(function* () {
  const output = yield* Output
  const files = yield* FileSystem.FileSystem
  const paths = yield* Path.Path
  const { bold } = paint(output.colors)
  const title = (text: string) => output.note(`\n${bold(text)}`)
  const pve = yield* SimulatedProxmox.make({ name: "lab-cluster", nodes: 3, guests: 60, seed: 2026 })
  const netbox = yield* SimulatedNetBox.make({})
  const folder = yield* files.makeTempDirectoryScoped({ prefix: "proxledger-demo-" })
  const file = paths.join(folder, "proxledger.yaml")
  yield* files.writeFileString(file, configuration(netbox.url, pve.urls.join(", ")))
  yield* output.note(
    `A Proxmox cluster of 3 nodes and 60 guests at ${pve.urls.join(", ")}, an empty NetBox at ${netbox.url}`
  )
  const environment = new Map([
    ["NETBOX_TOKEN", netbox.token],
    ["PVE_TOKEN", pve.token]
  ])
  const loaded = yield* load(file).pipe(Effect.withConfigProvider(ConfigProvider.fromMap(environment)))
  const verdict = yield* Effect.gen(function* () {
    yield* title("First sync: everything is new")
    const initial = yield* synced(false)
    yield* title("Second sync: nothing changed, nothing is written")
    const quiet = yield* synced(false)
    const edited = first(yield* byHand(netbox.url, netbox.token, "GET", `${machines}?limit=1&ordering=id`))
    yield* title(`An operator renames ${edited.name} in NetBox: the edit is kept, and reported`)
    yield* byHand(netbox.url, netbox.token, "PATCH", `${machines}${edited.id}/`, { name: "named-by-hand" })
    const kept = yield* synced(true)
    const vmid = Math.max(...[...pve.cluster.guests.values()].filter(isKept(edited.name)).map((guest) => guest.vmid))
    yield* title(`Guest ${vmid} gets another name in Proxmox: its name is written, and nothing else`)
    yield* pve.renameGuest(vmid, "renamed-in-proxmox")
    const followed = yield* synced(true)
    yield* title("The journal holds every step")
    const { events, head } = yield* (yield* Journal).verify
    yield* output.note(`  the chain holds over ${events} events and ends in ${head.chain.slice(0, 16)}…`)
    return (
      initial.operations > 60 &&
      quiet.writes === 0 &&
      kept.writes === 0 &&
      kept.drifts.length === 1 &&
      followed.refs.length > 0 &&
      followed.refs.every((ref) => `${keyOf(ref)}/`.startsWith(`lab/${vmid}/`))
    )
  }).pipe(Effect.provide(engine(loaded)))
  yield* output.result({ ok: verdict }, () => (verdict ? "\nAll as it should be" : "\nThis is not as it should be"))
  return verdict ? 0 : 1
}).pipe(Effect.scoped)
