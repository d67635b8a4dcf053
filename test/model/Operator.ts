import { Effect } from "effect"
import type { SimulatedNetBox } from "../../src/demo/SimulatedNetBox.ts"
import { isJsonObject, type Json, type JsonObject } from "../../src/domain/Json.ts"
import { ask } from "../support/State.ts"

export type Row = JsonObject & { readonly id: number }

/** What somebody does in NetBox by hand. `who` counts the machines of the engine, modulo their number. */
export type Deed =
  | {
      readonly hand:
        "name" | "description" | "comments" | "planned" | "role" | "primary" | "tag" | "untag" | "interface"
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
  mac: "/api/dcim/mac-addresses/",
  role: "/api/dcim/device-roles/"
} as const

/** Those that rules give, and one of an operator's own. */
export const roles = ["Server", "Container", "By hand"]

export const namesOfTags = (row: Row): ReadonlyArray<string> =>
  (Array.isArray(row["tags"]) ? row["tags"] : []).flatMap((tag: Json) =>
    isJsonObject(tag) ? [String(tag["name"])] : []
  )

export const choiceOf = (value: Json | undefined): Json | undefined => (isJsonObject(value) ? value["value"] : value)

export const isMarked = (row: Row): boolean => namesOfTags(row).includes("Proxledger retired")

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
  /** Machines whose primary address was chosen since the last synchronisation. */
  const chosen = new Set<number>()
  /** Machines that were marked as gone when their status was set. */
  const revived = new Set<number>()
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

  const cardsOf = (machine: number) =>
    Effect.map(netbox.rows("virtualization.vminterface"), (cards) =>
      cards.filter((card) => idIn(card["virtual_machine"]) === machine)
    )

  const onCardsOf = Effect.fnUntraced(function* (kind: string, machine: number) {
    const cards = yield* cardsOf(machine)
    return (yield* netbox.rows(kind)).filter(
      ({ assigned_object_id: at, assigned_object_type: type }) =>
        type === "virtualization.vminterface" && cards.some(({ id }) => id === at)
    )
  })

  const toMachine = Effect.fnUntraced(function* (hand: string, row: Row) {
    const text = `by hand ${(next += 1)}`
    switch (hand) {
      case "name":
      case "description":
      case "comments":
        keep(row.id, hand, text)
        return yield* netbox.edit(machines, row.id, { [hand]: text })
      case "role": {
        const role = (yield* netbox.rows("dcim.devicerole")).find(({ name }) => name === "By hand")
        if (role === undefined) return
        keep(row.id, "role", "By hand")
        return yield* netbox.edit(machines, row.id, { role: role.id })
      }
      case "primary": {
        const own = yield* onCardsOf("ipam.ipaddress", row.id)
        const other = own.findLast(({ id }) => id !== idIn(row["primary_ip4"]))
        if (other === undefined) return
        chosen.add(row.id)
        return void (yield* Effect.promise(() =>
          ask(netbox, "PATCH", `${paths.machine}${row.id}/`, { primary_ip4: other.id })
        ))
      }
      case "planned":
        keep(row.id, "status", "planned")
        if (isMarked(row)) revived.add(row.id)
        else revived.delete(row.id)
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

  const erase = Effect.fnUntraced(function* (what: Extract<Deed, { readonly what: string }>["what"], machine: number) {
    const disks = yield* netbox.rows("virtualization.virtualdisk")
    const rows = {
      machine: [{ id: machine }],
      interface: yield* cardsOf(machine),
      address: yield* onCardsOf("ipam.ipaddress", machine),
      disk: disks.filter((row) => idIn(row["virtual_machine"]) === machine),
      mac: yield* onCardsOf("dcim.macaddress", machine)
    }[what].filter(({ id }) => !made.some((one) => one.id === id && paths[what] === pathOf(one.kind)))
    const [row] = rows
    if (row === undefined) return
    // Who chooses an address and deletes it at once has emptied the field, as far as anybody can tell.
    if (chosen.has(machine) && ["interface", "address"].includes(what)) return
    yield* Effect.promise(() => ask(netbox, "DELETE", `${paths[what]}${row.id}/`))
    if (what !== "machine") return
    kept.delete(machine)
    for (const one of [...made]) if (one.fields["virtual_machine"] === machine) made.splice(made.indexOf(one), 1)
  })

  return {
    kept,
    untagged,
    made,
    revived,
    /** What rules name has to be there. */
    begin: Effect.forEach(roles, (name) => post(paths.role, { name, slug: name.toLowerCase().replace(" ", "-") }), {
      discard: true
    }),
    /** After a synchronisation without mishap. */
    seen: () => chosen.clear(),
    /**
     * After a synchronisation: a status that was set by hand ends when the machine is marked as gone; one that was set after
     * that is kept. `isGone`: by the identity that the machine carries.
     */
    synchronised: (isGone: (uid: string) => boolean) =>
      Effect.map(netbox.rows(machines), (rows) => {
        for (const row of rows) {
          if (!isMarked(row)) revived.delete(row.id)
          const isOver = choiceOf(row["status"]) === "decommissioning" && !revived.has(row.id)
          if (isOver && isGone(uidOf(row) ?? "")) kept.get(row.id)?.delete("status")
        }
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
