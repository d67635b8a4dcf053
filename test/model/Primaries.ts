import { Effect } from "effect"
import type { SimulatedNetBox } from "../../src/demo/SimulatedNetBox.ts"
import { isJsonObject, type Json } from "../../src/domain/Json.ts"
import type { Estate } from "./Estate.ts"

const addressOf = (value: Json | undefined): string | undefined =>
  isJsonObject(value) && typeof value["address"] === "string" ? value["address"] : undefined

/** Which address is the primary one of each machine: it stays while its guest has it, whoever chose it. */
export const make = (netbox: SimulatedNetBox, estate: Estate) => {
  /** By the id of the machine. */
  const held = new Map<number, { readonly uuid: string; readonly address: string }>()
  const has = (uuid: string, address: string): boolean =>
    [...estate.living.values()].some(
      (guest) => guest.uuid === uuid && guest.nics.some((nic) => `${nic.address}/24` === address)
    )
  const primaries = Effect.map(
    netbox.rows("virtualization.virtualmachine"),
    (rows) => new Map(rows.map((row) => [row.id, addressOf(row["primary_ip4"])]))
  )

  return {
    /** After something in Proxmox: what a guest does not have any more is not held. */
    happened: () => {
      for (const [machine, { address, uuid }] of held) if (!has(uuid, address)) held.delete(machine)
    },
    /** After something by hand: that is what is held now. */
    byHand: Effect.map(primaries, (now) => {
      for (const [machine, { address, uuid }] of held) {
        const other = now.get(machine)
        if (other === address) continue
        if (other !== undefined && has(uuid, other)) held.set(machine, { uuid, address: other })
        else held.delete(machine)
      }
    }),
    /** After a synchronisation without mishap: what was held and is another now, in words. `bound`: the guests by machine. */
    synchronised: (bound: ReadonlyMap<number, string>) =>
      Effect.map(primaries, (now) => {
        const wrong: Array<string> = []
        for (const [machine, uuid] of bound) {
          const address = now.get(machine)
          const before = held.get(machine)
          if (address === undefined) continue
          if (before?.uuid === uuid && before.address !== address)
            wrong.push(`machine ${machine} had the primary address ${before.address}, and has ${address}`)
          if (has(uuid, address)) held.set(machine, { uuid, address })
        }
        return wrong
      })
  }
}
