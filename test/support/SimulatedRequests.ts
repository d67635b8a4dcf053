import { assert } from "@effect/vitest"
import { Effect } from "effect"
import type { Guest } from "../../src/demo/proxmox/Cluster.ts"
import * as SimulatedProxmox from "../../src/demo/SimulatedProxmox.ts"
import type { Json, JsonObject } from "../../src/domain/Json.ts"
import { ask } from "./Ask.ts"

export const start = (options: Partial<SimulatedProxmox.Options> = {}) =>
  SimulatedProxmox.make({ name: "lab", nodes: 3, guests: 40, seed: 11, ...options })

export type Simulated = SimulatedProxmox.SimulatedProxmox

export const tokenOf = ({ token }: Simulated) => ({ authorization: `PVEAPIToken=${token}` })

export const get = (proxmox: Simulated, path: string, headers: Record<string, string> = tokenOf(proxmox)) =>
  ask(`${proxmox.urls[0]}/api2/json${path}`, { headers })

export const dataOf = (text: string): Json => {
  const body: { readonly data: Json } = JSON.parse(text)
  return body.data
}

export const read = (proxmox: Simulated, path: string) =>
  Effect.map(get(proxmox, path), ({ status, text }) => {
    assert.strictEqual(status, 200, text)
    return dataOf(text)
  })

export const readObject = (proxmox: Simulated, path: string) =>
  Effect.map(read(proxmox, path), (data) => data as JsonObject)

export const readRows = (proxmox: Simulated, path: string) =>
  Effect.map(read(proxmox, path), (data) => data as ReadonlyArray<JsonObject>)

export const rowOf = (rows: ReadonlyArray<JsonObject>, id: string): JsonObject => {
  const row = rows.find((candidate) => candidate["id"] === id)
  assert.isDefined(row, id)
  return row ?? {}
}

export const pick = ({ cluster }: Simulated, is: (guest: Guest) => boolean): Guest => {
  const guest = [...cluster.guests.values()].find(is)
  if (guest === undefined) return assert.fail("the cluster has no such guest")
  return guest
}

export const isVm = ({ agent, status, type }: Guest) => type === "qemu" && status === "running" && agent === "answering"
export const isContainer = ({ status, type }: Guest) => type === "lxc" && status === "running"

export const pathOf = ({ node, type, vmid }: Guest) => `/nodes/${node}/${type}/${vmid}`
