import { isJsonObject, type Json, type JsonObject } from "../../src/domain/Json.ts"
import { ask, type NetBoxAddress, rowsOf } from "./State.ts"

/** What people do in NetBox between two runs; `n` tells one doing from the next, so that names are free. */
export interface Edit {
  readonly title: string
  readonly run: (netbox: NetBoxAddress, n: number) => Promise<void>
}

const machines = "/api/virtualization/virtual-machines/"
const interfaces = "/api/virtualization/interfaces/"
const disks = "/api/virtualization/virtual-disks/"
const clusters = "/api/virtualization/clusters/"
const addresses = "/api/ipam/ip-addresses/"
const vlans = "/api/ipam/vlans/"
const macs = "/api/dcim/mac-addresses/"
const devices = "/api/dcim/devices/"
const sites = "/api/dcim/sites/"
const tags = "/api/extras/tags/"

const idOf = (row: Json | undefined): number =>
  isJsonObject(row ?? null) && typeof (row as JsonObject)["id"] === "number" ? Number((row as JsonObject)["id"]) : -1

const make = async (netbox: NetBoxAddress, path: string, body: JsonObject): Promise<number> =>
  idOf(await ask(netbox, "POST", path, body))

/** The id that an object's field points to. */
const pointed = (row: JsonObject | undefined, field: string): number => idOf(row?.[field])

const one = async (netbox: NetBoxAddress, path: string, n: number) => {
  const rows = await rowsOf(netbox, path)
  const row = rows[n % Math.max(1, rows.length)]
  if (row === undefined) throw new Error(`${path} has no object to edit`)
  return row
}

const patch = (netbox: NetBoxAddress, path: string, id: number, body: JsonObject) =>
  ask(netbox, "PATCH", `${path}${id}/`, body)

const drop = (netbox: NetBoxAddress, path: string, id: number) => ask(netbox, "DELETE", `${path}${id}/`)

const onMachine = (id: number) => ({ assigned_object_type: "virtualization.vminterface", assigned_object_id: id })

const named = (path: string, field: string, label: string) => async (netbox: NetBoxAddress, n: number) => {
  const id = await make(netbox, path, { name: `${label} ${n}`, slug: `${label}-${n}` })
  const machine = await one(netbox, machines, n)
  await patch(netbox, machines, machine.id, { [field]: id })
}

/** Of the objects that machines refer to by this field, deletes the first. */
const dropPointed = (path: string, field: string) => async (netbox: NetBoxAddress) => {
  const id = (await rowsOf(netbox, machines)).map((row) => pointed(row, field)).find((found) => found !== -1)
  if (id !== undefined) await drop(netbox, path, id)
}

/** Every one of them leaves rows in the change log for all that it changes, or for what the engine finds it by. */
export const edits: ReadonlyArray<Edit> = [
  {
    title: "a machine with interface, disk, address and MAC is made by hand",
    run: async (netbox, n) => {
      const cluster = await one(netbox, clusters, 0)
      const machine = await make(netbox, machines, { name: `by hand ${n}`, cluster: cluster.id })
      const nic = await make(netbox, interfaces, { virtual_machine: machine, name: "eth0" })
      await make(netbox, disks, { virtual_machine: machine, name: "disk0", size: 1000 })
      const mac = await make(netbox, macs, {
        mac_address: `02:00:00:00:${(n >> 8).toString(16).padStart(2, "0")}:${(n % 256).toString(16).padStart(2, "0")}`,
        ...onMachine(nic)
      })
      await patch(netbox, interfaces, nic, { primary_mac_address: mac })
      const address = await make(netbox, addresses, {
        address: `198.18.${n >> 8}.${n % 256}/16`,
        ...onMachine(nic)
      })
      await patch(netbox, machines, machine, { primary_ip4: address })
    }
  },
  {
    title: "comments and a tag of a machine",
    run: async (netbox, n) => {
      const tag = await make(netbox, tags, { name: `tag ${n}`, slug: `tag-${n}` })
      const machine = await one(netbox, machines, n)
      await patch(netbox, machines, machine.id, { comments: `typed ${n}`, tags: [tag] })
    }
  },
  {
    title: "several machines at once",
    run: async (netbox, n) => {
      const rows = (await rowsOf(netbox, machines)).slice(0, 5)
      await ask(
        netbox,
        "PATCH",
        machines,
        rows.map(({ id }) => ({ id, description: `bulk ${n}` }))
      )
    }
  },
  {
    title: "a tag in use is deleted",
    run: async (netbox) => {
      const rows = await rowsOf(netbox, machines)
      const tagged = rows.flatMap((row) => (Array.isArray(row["tags"]) ? row["tags"].map(idOf) : []))
      const [id] = tagged
      if (id !== undefined) await drop(netbox, tags, id)
    }
  },
  {
    title: "a primary address is deleted",
    run: async (netbox) => {
      const rows = await rowsOf(netbox, machines)
      const id = rows.map((row) => pointed(row, "primary_ip4")).find((found) => found !== -1)
      if (id !== undefined) await drop(netbox, addresses, id)
    }
  },
  {
    title: "a primary MAC address is deleted after it was unset",
    run: async (netbox) => {
      const rows = await rowsOf(netbox, interfaces)
      const nic = rows.find((row) => pointed(row, "primary_mac_address") !== -1)
      if (nic === undefined) return
      const mac = pointed(nic, "primary_mac_address")
      await patch(netbox, interfaces, nic.id, { primary_mac_address: null })
      await drop(netbox, macs, mac)
    }
  },
  {
    title: "an interface is renamed, another deleted with all it has",
    run: async (netbox, n) => {
      const [first, second] = await rowsOf(netbox, interfaces)
      if (first !== undefined) await patch(netbox, interfaces, first.id, { name: `renamed ${n}` })
      if (second !== undefined) await drop(netbox, interfaces, second.id)
    }
  },
  {
    title: "an address moves to another interface",
    run: async (netbox) => {
      const primary = new Set((await rowsOf(netbox, machines)).map((row) => pointed(row, "primary_ip4")))
      const moved = (await rowsOf(netbox, addresses)).find(({ id }) => !primary.has(id))
      const nic = (await rowsOf(netbox, interfaces)).find(({ id }) => id !== moved?.["assigned_object_id"])
      if (moved !== undefined && nic !== undefined) await patch(netbox, addresses, moved.id, onMachine(nic.id))
    }
  },
  {
    title: "VLANs are given to an interface, and deleted while it has them",
    run: async (netbox, n) => {
      const [a, b] = [1000 + (n % 1000), 2000 + (n % 1000)]
      const untagged = await make(netbox, vlans, { vid: a, name: `untagged ${n}` })
      const tagged = await make(netbox, vlans, { vid: b, name: `tagged ${n}` })
      const nic = await one(netbox, interfaces, n)
      await patch(netbox, interfaces, nic.id, { mode: "tagged", untagged_vlan: untagged, tagged_vlans: [tagged] })
      const other = await one(netbox, interfaces, n + 1)
      await patch(netbox, interfaces, other.id, { mode: "tagged", tagged_vlans: [tagged] })
      await drop(netbox, vlans, n % 2 === 0 ? untagged : tagged)
    }
  },
  { title: "a platform is made and given", run: named("/api/dcim/platforms/", "platform", "platform") },
  { title: "a platform in use is deleted", run: dropPointed("/api/dcim/platforms/", "platform") },
  {
    title: "a machine is deleted",
    run: async (netbox, n) => {
      const machine = await one(netbox, machines, n)
      await drop(netbox, machines, machine.id)
    }
  },
  {
    title: "a disk is resized and one is deleted",
    run: async (netbox, n) => {
      const [first, second] = await rowsOf(netbox, disks)
      if (first !== undefined) await patch(netbox, disks, first.id, { size: 4000 + n })
      if (second !== undefined) await drop(netbox, disks, second.id)
    }
  },
  {
    title: "a device is edited",
    run: async (netbox, n) => {
      const device = await one(netbox, devices, n)
      await patch(netbox, devices, device.id, { description: `typed ${n}` })
    }
  },
  {
    title: "a cluster moves to another site",
    run: async (netbox, n) => {
      const site = await make(netbox, sites, { name: `site ${n}`, slug: `site-${n}` })
      const cluster = await make(netbox, clusters, {
        name: `cluster ${n}`,
        type: pointed(await one(netbox, clusters, 0), "type"),
        scope_type: "dcim.site",
        scope_id: site
      })
      await make(netbox, machines, { name: `resited ${n}`, cluster })
      const next = await make(netbox, sites, { name: `next site ${n}`, slug: `next-site-${n}` })
      await patch(netbox, clusters, cluster, { scope_type: "dcim.site", scope_id: next })
    }
  },
  {
    title: "a custom field is made, filled and deleted",
    run: async (netbox, n) => {
      const field = await make(netbox, "/api/extras/custom-fields/", {
        name: `field_${n}`,
        type: "text",
        object_types: ["virtualization.virtualmachine"]
      })
      const machine = await one(netbox, machines, n)
      await patch(netbox, machines, machine.id, { custom_fields: { [`field_${n}`]: "x" } })
      if (n % 2 === 0) await drop(netbox, "/api/extras/custom-fields/", field)
    }
  },
  { title: "a tenant is made and given", run: named("/api/tenancy/tenants/", "tenant", "tenant") }
]

/** Of these NetBox has more than the simulated one. */
export const wider: ReadonlyArray<Edit> = [
  {
    title: "a location with a device moves to another site, and the device with it",
    run: async (netbox, n) => {
      const [here, there] = [
        await make(netbox, sites, { name: `here ${n}`, slug: `here-${n}` }),
        await make(netbox, sites, { name: `there ${n}`, slug: `there-${n}` })
      ]
      const location = await make(netbox, "/api/dcim/locations/", { name: `l ${n}`, slug: `l-${n}`, site: here })
      const like = await one(netbox, devices, 0)
      await make(netbox, devices, {
        name: `moved ${n}`,
        site: here,
        location,
        role: pointed(like, "role"),
        device_type: pointed(like, "device_type")
      })
      await patch(netbox, "/api/dcim/locations/", location, { site: there })
    }
  },
  {
    title: "a rack with a device moves to another site, and the device with it",
    run: async (netbox, n) => {
      const [here, there] = [
        await make(netbox, sites, { name: `from ${n}`, slug: `from-${n}` }),
        await make(netbox, sites, { name: `to ${n}`, slug: `to-${n}` })
      ]
      const rack = await make(netbox, "/api/dcim/racks/", { name: `r ${n}`, site: here })
      const like = await one(netbox, devices, 0)
      await make(netbox, devices, {
        name: `racked ${n}`,
        site: here,
        rack,
        role: pointed(like, "role"),
        device_type: pointed(like, "device_type")
      })
      await patch(netbox, "/api/dcim/racks/", rack, { site: there })
    }
  },
  {
    title: "an address with a group of its own is given, and the group deleted",
    run: async (netbox, n) => {
      const group = await make(netbox, "/api/ipam/fhrp-groups/", { protocol: "vrrp2", group_id: n % 255 })
      await make(netbox, addresses, {
        address: `198.19.${n >> 8}.${n % 256}/16`,
        assigned_object_type: "ipam.fhrpgroup",
        assigned_object_id: group
      })
      await drop(netbox, "/api/ipam/fhrp-groups/", group)
    }
  }
]
