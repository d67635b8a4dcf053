import { Effect } from "effect"
import type { SimulatedNetBox } from "../../src/demo/SimulatedNetBox.ts"
import { isJsonObject, type Json } from "../../src/domain/Json.ts"
import type { Estate } from "./Estate.ts"
import { type Guest, keysOf } from "./Guest.ts"
import { choiceOf, idIn, isMarked, namesOfTags, type Operator, type Row, uidOf } from "./Operator.ts"

const machines = "virtualization.virtualmachine"

const member = (value: Json | undefined, key: string): Json | undefined =>
  isJsonObject(value) ? value[key] : undefined

const doubles = (texts: ReadonlyArray<string>): ReadonlyArray<string> =>
  texts.filter((text, index) => texts.indexOf(text) !== index)

const sorted = (texts: Iterable<string>): string => [...texts].sort().join(", ")

/** Which machine stands for which guest, by the identity that the guest has in the test alone. */
export const boundTo = (netbox: SimulatedNetBox, estate: Estate) =>
  Effect.map(netbox.rows(machines), (rows) => {
    const bound = new Map<number, string>()
    for (const row of rows) {
      const [source, vmid] = uidOf(row)?.split("/") ?? []
      const guest = source === "lab" ? estate.living.get(Number(vmid)) : undefined
      if (guest !== undefined && choiceOf(row["status"]) !== "decommissioning") bound.set(row.id, guest.uuid)
    }
    return bound
  })

/** What NetBox must hold at the end, worked out from the estate by rules of the test's own; what does not fit, in words. */
export const differences = Effect.fnUntraced(function* (netbox: SimulatedNetBox, estate: Estate, operator: Operator) {
  const wrong: Array<string> = []
  const rows = yield* netbox.rows(machines)
  const cards = yield* netbox.rows("virtualization.vminterface")
  const macs = yield* netbox.rows("dcim.macaddress")
  const addresses = yield* netbox.rows("ipam.ipaddress")
  const disks = yield* netbox.rows("virtualization.virtualdisk")
  const expect = (what: string, is: unknown, wanted: unknown) => {
    if (JSON.stringify(is) !== JSON.stringify(wanted))
      wrong.push(`${what} is ${JSON.stringify(is)}, not ${JSON.stringify(wanted)}`)
  }
  const handmade = (kind: string) => new Set(operator.made.flatMap((one) => (one.kind === kind ? [one.id] : [])))

  /** Guests that are off and whose addresses only they tell keep those that they had, and whoever has one now goes without. */
  const isKeptByIdle = (address: string, other: Guest): boolean =>
    addresses.some((one) => {
      const card = cards.find(({ id }) => id === one["assigned_object_id"])
      const owner = rows.find(({ id }) => id === idIn(card?.["virtual_machine"]))
      const guest = estate.living.get(Number(owner === undefined ? "" : uidOf(owner)?.split("/")[1]))
      const isIdle = guest !== undefined && guest !== other && guest.type === "qemu" && !guest.running
      return isIdle && one["address"] === `${address}/24`
    })

  const ofGuest = (guest: Guest) => {
    const at = `guest ${guest.vmid}`
    const found = rows.filter((row) => uidOf(row) === `lab/${guest.vmid}`)
    const [row] = found
    if (row === undefined || found.length > 1) return void wrong.push(`${at} has ${found.length} machines`)
    const kept = operator.kept.get(row.id) ?? new Map<string, string>()
    const mark = `${guest.name} (${guest.vmid})`
    const isLonely = estate.named.get(guest.name.toLowerCase())?.size === 1
    const isSuffixed = String(row["name"]).startsWith(mark) && /^( \d+)?$/.test(String(row["name"]).slice(mark.length))
    const name = kept.get("name") ?? (isSuffixed && !isLonely ? row["name"] : guest.name)
    expect(`${at} name`, row["name"], name)
    const status = kept.get("status") ?? (guest.running ? "active" : "offline")
    expect(`${at} status`, choiceOf(row["status"]), status)
    const role = kept.get("role") ?? (guest.type === "qemu" ? "Server" : "Container")
    expect(`${at} role`, member(row["role"], "name"), role)
    expect(`${at} memory`, row["memory"], guest.memory)
    expect(`${at} vcpus`, Number(row["vcpus"]), guest.cores)
    expect(`${at} device`, member(row["device"], "name"), guest.node)
    expect(`${at} cluster`, member(row["cluster"], "name"), "lab-cluster")
    expect(`${at} type`, member(row["custom_fields"], "proxmox_vm_type"), guest.type)
    if (guest.type === "qemu") expect(`${at} serial`, row["serial"], guest.uuid)
    const tags = namesOfTags(row).filter((tag) => tag !== "by hand")
    if (operator.untagged.has(row.id)) {
      const strange = tags.filter((tag) => tag !== "Proxledger" && !guest.tags.includes(tag))
      expect(`${at} strange tags`, strange, [])
    } else expect(`${at} tags`, sorted(tags), sorted(["Proxledger", ...guest.tags]))

    const keys = keysOf(guest)
    const own = cards.filter(
      (card) => idIn(card["virtual_machine"]) === row.id && !handmade("virtualization.vminterface").has(card.id)
    )
    expect(`${at} interfaces`, sorted(own.map((card) => String(card["name"]))), sorted(guest.nics.map(keys.nic)))
    for (const nic of guest.nics) {
      const card = own.find((one) => one["name"] === keys.nic(nic))
      if (card === undefined) continue
      const on = `${at} ${keys.nic(nic)}`
      const isHere = (one: Row) =>
        one["assigned_object_type"] === "virtualization.vminterface" && one["assigned_object_id"] === card.id
      const ownMacs = macs.filter(isHere)
      expect(
        `${on} MACs`,
        ownMacs.map((mac) => mac["mac_address"]),
        [nic.mac]
      )
      expect(`${on} primary MAC`, idIn(card["primary_mac_address"]), ownMacs[0]?.id)
      expect(`${on} VLAN`, member(card["untagged_vlan"], "vid") ?? null, nic.tag)
      expect(`${on} mode`, member(card["mode"], "value") ?? null, nic.tag === null ? null : "access")
      expect(`${on} enabled`, card["enabled"], true)
      // What a guest that is off had is not known any more: it stays.
      if (!guest.running) continue
      expect(
        `${on} addresses`,
        addresses.filter(isHere).map((one) => one["address"]),
        isKeptByIdle(nic.address, guest) ? [] : [`${nic.address}/24`]
      )
    }
    const primary = member(row["primary_ip4"], "address")
    const ownAddresses = guest.nics.filter(({ address }) => !isKeptByIdle(address, guest))
    if (guest.running && ownAddresses.length > 0 && !ownAddresses.some(({ address }) => primary === `${address}/24`))
      wrong.push(`${at} primary address is ${String(primary)}`)
    expect(
      `${at} disks`,
      sorted(
        disks
          .filter((disk) => idIn(disk["virtual_machine"]) === row.id)
          .map((disk) => `${String(disk["name"])} ${String(disk["size"])}`)
      ),
      sorted(guest.disks.map((disk) => `${keys.disk(disk)} ${disk.size * 1024}`))
    )
  }
  for (const guest of estate.living.values()) ofGuest(guest)

  for (const row of rows) {
    const uid = uidOf(row)
    if (uid === null || estate.living.has(Number(uid.split("/")[1]))) continue
    const status = operator.revived.has(row.id) ? operator.kept.get(row.id)?.get("status") : "decommissioning"
    expect(`machine ${row.id} (${uid}), which is gone,`, choiceOf(row["status"]), status)
    if (!isMarked(row)) wrong.push(`machine ${row.id} is gone and has no tag that says so`)
  }

  for (const [id, fields] of operator.kept) {
    const row = rows.find((one) => one.id === id)
    if (row === undefined) wrong.push(`machine ${id}, which an operator edited, is not there`)
    for (const [field, value] of row === undefined ? [] : fields) {
      if (field === "status") continue
      if (field === "tag") {
        if (!namesOfTags(row ?? { id }).includes(value)) wrong.push(`machine ${id} lost the tag of an operator`)
      } else if (field === "role") expect(`machine ${id} role`, member(row?.["role"], "name"), value)
      else expect(`machine ${id} ${field}`, row?.[field], value)
    }
  }
  for (const { fields, id, kind } of operator.made) {
    const row = (yield* netbox.rows(kind)).find((one) => one.id === id)
    if (row === undefined) wrong.push(`${kind} ${id}, made by hand, is gone`)
    else
      for (const [field, value] of Object.entries(fields))
        expect(
          `${kind} ${id} ${field}`,
          typeof value === "number" && field !== "memory" ? idIn(row[field]) : row[field],
          value
        )
  }

  const text = (key: string) => (row: Row) => String(row[key])
  expect("names twice", doubles(rows.map(text("name")).map((name) => name.toLowerCase())), [])
  expect("interfaces twice", doubles(cards.map((card) => `${idIn(card["virtual_machine"])} ${text("name")(card)}`)), [])
  expect("MACs twice", doubles(macs.map((mac) => `${text("assigned_object_id")(mac)} ${text("mac_address")(mac)}`)), [])
  expect("addresses twice", doubles(addresses.map((one) => text("address")(one).split("/")[0] ?? "")), [])
  expect("MACs of nothing", macs.filter((mac) => mac["assigned_object_id"] === null).map(text("mac_address")), [])
  const lost = addresses.filter((one) => one["assigned_object_id"] === null && !handmade("ipam.ipaddress").has(one.id))
  expect("addresses of nothing", lost.map(text("address")), [])
  return wrong
})
