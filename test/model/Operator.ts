import { Effect } from "effect"
import type { SimulatedNetBox } from "../../src/demo/SimulatedNetBox.ts"
import { isJsonObject, type Json, type JsonObject } from "../../src/domain/Json.ts"
import { ask } from "../support/State.ts"

export type Row = JsonObject & { readonly id: number }

/** What somebody does in NetBox by hand. `who` counts the machines of the engine, modulo their number. */
export type Deed =
  | {
      readonly hand: "name" | "description" | "comments" | "planned" | "tag" | "untag" | "interface"
      readonly who: number
    }
  | { readonly hand: "machine" | "address" | "recolour" }
  | {
      readonly hand: "delete"
      readonly who: number
      readonly what: "machine" | "interface" | "address" | "disk" | "mac"
    }

const machines = "virtualization.virtualmachine"

const paths = {
  machine: "/api/virtualization/virtual-machines/",
  interface: "/api/virtualization/interfaces/",
  address: "/api/ipam/ip-addresses/",
  disk: "/api/virtualization/virtual-disks/",
  mac: "/api/dcim/mac-addresses/"
} as const

export const uidOf = (row: JsonObject): string | null => {
  const fields = row["custom_fields"]
  const uid = isJsonObject(fields) ? fields["proxledger_uid"] : null
  return typeof uid === "string" ? uid : null
}

export const idIn = (value: Json | undefined): number | null =>
  isJsonObject(value) && typeof value["id"] === "number" ? value["id"] : null

/** An operator, and what of their work has to be there at the end. */
export const make = (netbox: SimulatedNetBox) => {
  /** Machine id → field → value. */
  const kept = new Map<number, Map<string, string>>()
  const untagged = new Set<number>()
  const made: Array<{ readonly kind: string; readonly id: number; readonly fields: JsonObject }> = []
  let next = 0

  const keep = (id: number, field: string, value: string) =>
    void kept.set(id, new Map([...(kept.get(id) ?? []), [field, value]]))

  const post = (path: string, body: Json) =>
    Effect.promise(async () => {
      const row = await ask(netbox, "POST", path, body)
      return isJsonObject(row) && typeof row["id"] === "number" ? row["id"] : 0
    })

  const make = Effect.fnUntraced(function* (kind: string, path: string, fields: JsonObject) {
    const id = yield* post(path, fields)
    made.push({ kind, id, fields })
    return id
  })

  const tag = Effect.gen(function* () {
    const known = (yield* netbox.rows("extras.tag")).find(({ name }) => name === "by hand")
    return known?.id ?? (yield* post("/api/extras/tags/", { name: "by hand", slug: "by-hand" }))
  })

  const tagsOf = (row: Row): ReadonlyArray<Json> => (Array.isArray(row["tags"]) ? row["tags"] : [])

  const toMachine = Effect.fnUntraced(function* (hand: string, row: Row) {
    const text = `by hand ${(next += 1)}`
    switch (hand) {
      case "name":
      case "description":
      case "comments":
        keep(row.id, hand, text)
        return yield* netbox.edit(machines, row.id, { [hand]: text })
      case "planned":
        keep(row.id, "status", "planned")
        return yield* netbox.edit(machines, row.id, { status: "planned" })
      case "tag":
        keep(row.id, "tag", "by hand")
        return yield* netbox.edit(machines, row.id, {
          tags: [...tagsOf(row).flatMap((one) => idIn(one) ?? []), yield* tag]
        })
      case "untag": {
        const own = tagsOf(row).filter((one) => isJsonObject(one) && ["red", "blue"].includes(String(one["name"])))
        if (own.length === 0) return
        untagged.add(row.id)
        const others = tagsOf(row).filter((one) => idIn(one) !== idIn(own[0]))
        return yield* netbox.edit(machines, row.id, { tags: others.flatMap((one) => idIn(one) ?? []) })
      }
      case "interface":
        return void (yield* make("virtualization.vminterface", paths.interface, {
          virtual_machine: row.id,
          name: text
        }))
    }
  })

  const erase = Effect.fnUntraced(function* (what: keyof typeof paths, machine: number) {
    const ofMachine = (row: Row) => idIn(row["virtual_machine"]) === machine
    const cards = (yield* netbox.rows("virtualization.vminterface")).filter(ofMachine)
    const onCard = ({ assigned_object_id: at, assigned_object_type: type }: Row) =>
      type === "virtualization.vminterface" && cards.some(({ id }) => id === at)
    const rows = {
      machine: [{ id: machine }],
      interface: cards,
      address: (yield* netbox.rows("ipam.ipaddress")).filter(onCard),
      disk: (yield* netbox.rows("virtualization.virtualdisk")).filter(ofMachine),
      mac: (yield* netbox.rows("dcim.macaddress")).filter(onCard)
    }[what].filter(({ id }) => !made.some((one) => one.id === id && paths[what] === pathOf(one.kind)))
    const [row] = rows
    if (row === undefined) return
    yield* Effect.promise(() => ask(netbox, "DELETE", `${paths[what]}${row.id}/`))
    if (what !== "machine") return
    kept.delete(machine)
    for (const one of [...made]) if (one.fields["virtual_machine"] === machine) made.splice(made.indexOf(one), 1)
  })

  return {
    kept,
    untagged,
    made,
    /** A status that was set by hand ends with the guest's own end. */
    guestGone: (uid: string) =>
      Effect.map(netbox.rows(machines), (rows) => {
        for (const row of rows) if (uidOf(row) === uid) kept.get(row.id)?.delete("status")
      }),
    act: Effect.fnUntraced(function* (deed: Deed) {
      const rows = (yield* netbox.rows(machines)).filter((row) => uidOf(row) !== null)
      switch (deed.hand) {
        case "machine": {
          const [cluster] = yield* netbox.rows("virtualization.cluster")
          if (cluster === undefined) return
          const fields = { name: `hand ${(next += 1)}`, cluster: cluster.id, memory: 77 }
          return void (yield* make(machines, paths.machine, fields))
        }
        case "address":
          return void (yield* make("ipam.ipaddress", paths.address, { address: `10.200.0.${(next += 1)}/24` }))
        case "recolour": {
          const own = (yield* netbox.rows("extras.tag")).find(({ name }) => name === "Proxledger")
          if (own === undefined) return
          yield* netbox.edit("extras.tag", own.id, { color: "123456" })
          return void made.push({ kind: "extras.tag", id: own.id, fields: { color: "123456" } })
        }
        case "delete": {
          const row = rows[deed.who % Math.max(1, rows.length)]
          return row === undefined ? undefined : yield* erase(deed.what, row.id)
        }
        default: {
          const row = rows[deed.who % Math.max(1, rows.length)]
          return row === undefined ? undefined : yield* toMachine(deed.hand, row)
        }
      }
    })
  }
}

const pathOf = (kind: string): string =>
  kind === machines ? paths.machine : kind === "ipam.ipaddress" ? paths.address : paths.interface

export type Operator = ReturnType<typeof make>
