import { expect } from "@effect/vitest"
import { Effect } from "effect"
import type { JsonObject } from "../../../src/domain/Json.ts"
import { refuses, type It } from "./Case.ts"
import { World } from "./World.ts"

const addresses = "ipam/ip-addresses/"
const machines = "virtualization/virtual-machines/"

const on = (nic: number) => ({ assigned_object_type: "virtualization.vminterface", assigned_object_id: nic })

/** IP addresses, and those that are primary. */
export const addressesCases = (it: It): void => {
  refuses(it, [
    {
      title: "an address is an address",
      path: addresses,
      body: () => ({ address: "bogus" }),
      answer: { address: ["Invalid IP address format: bogus"] }
    },
    {
      title: "an address has no zone",
      path: addresses,
      body: () => ({ address: "fe80::1%eth0/64" }),
      answer: { address: ["Invalid IP address format: fe80::1%eth0/64"] }
    },
    {
      title: "an address has a mask",
      path: addresses,
      body: ({ ip }) => ({ address: ip(3, 0) }),
      answer: { address: ["Cannot create IP address with /0 mask."] }
    },
    {
      title: "a network id is on no interface",
      path: addresses,
      body: ({ ip, fixture }) => ({ address: ip(0), ...on(fixture.nic) }),
      answer: ({ ip }) => ({
        __all__: [`${ip(0).split("/")[0] ?? ""} is a network ID, which may not be assigned to an interface.`]
      })
    },
    {
      title: "a broadcast address is on no interface",
      path: addresses,
      body: ({ ip, fixture }) => ({ address: ip(255), ...on(fixture.nic) }),
      answer: ({ ip }) => ({
        __all__: [`${ip(255).split("/")[0] ?? ""} is a broadcast address, which may not be assigned to an interface.`]
      })
    },
    {
      title: "a DNS name is one",
      path: addresses,
      body: ({ ip }) => ({ address: ip(3), dns_name: "bad name!" }),
      answer: {
        dns_name: [
          "Only alphanumeric characters, asterisks, hyphens, periods, and underscores are allowed in DNS names"
        ]
      }
    },
    {
      title: "SLAAC is of IPv6",
      path: addresses,
      body: ({ ip }) => ({ address: ip(3), status: "slaac" }),
      answer: { status: ["Only IPv6 addresses can be assigned SLAAC status"] }
    },
    {
      title: "an address is on an interface that exists",
      path: addresses,
      body: ({ ip }) => ({ address: ip(3), ...on(999999999) }),
      answer: { assigned_object_id: ["Related object not found using the provided value: 999999999."] }
    },
    {
      title: "an address is on no site",
      path: addresses,
      body: ({ ip, fixture }) => ({
        address: ip(3),
        assigned_object_type: "dcim.site",
        assigned_object_id: fixture.site
      }),
      answer: { assigned_object_type: ["Invalid content type: dcim.site"] }
    },
    {
      title: "an assignment has two halves",
      path: addresses,
      body: ({ ip }) => ({ address: ip(3), assigned_object_type: "virtualization.vminterface" }),
      answer: { assigned_object_id: ["This field cannot be null."] }
    }
  ])

  it.effect("addresses are told in their canonical form", () =>
    Effect.gen(function* () {
      const { make, ip, fixture } = yield* World
      const v4 = yield* make(addresses, { address: ip(10), dns_name: "Web.Example.COM", ...on(fixture.nic) })
      expect(v4).toMatchObject({
        address: ip(10),
        family: { value: 4, label: "IPv4" },
        dns_name: "web.example.com",
        status: { value: "active", label: "Active" },
        assigned_object: { id: fixture.nic, name: "net0", virtual_machine: { id: fixture.machine } }
      })
      const host = ip(10).split(".").slice(1, 3).join(":")
      const v6 = yield* make(addresses, { address: `2001:0DB8:${host}:0000::000A/64` })
      expect(v6).toMatchObject({ address: `2001:db8:${host}::a/64`, family: { value: 6, label: "IPv6" } })
    })
  )

  it.effect("an address without mask is a host", () =>
    Effect.gen(function* () {
      const { make, ip } = yield* World
      expect(yield* make(addresses, { address: ip(11).replace("/24", "") })).toMatchObject({ address: ip(11, 32) })
    })
  )

  it.effect("a host is unique whatever its mask, in a list too, but for shared roles on both sides", () =>
    Effect.gen(function* () {
      const { ask, make, ip } = yield* World
      const taken = { address: [`Duplicate IP address found in global table: ${ip(20)}`] }
      expect(yield* ask("POST", addresses, [{ address: ip(20) }, { address: ip(20, 32) }])).toMatchObject({
        status: 400,
        body: { errors: [{ index: 1, errors: taken }] }
      })
      yield* make(addresses, { address: ip(20) })
      expect(yield* ask("POST", addresses, { address: ip(20, 32), role: "vip" })).toMatchObject({
        status: 400,
        body: taken
      })
      yield* make(addresses, { address: ip(21), role: "vip" })
      expect(yield* make(addresses, { address: ip(21), role: "vrrp" })).toMatchObject({
        role: { value: "vrrp", label: "VRRP" }
      })
    })
  )

  it.effect("a VRF is a table of its own", () =>
    Effect.gen(function* () {
      const { ask, make, name, ip } = yield* World
      const vrf = yield* make("ipam/vrfs/", { name: name("vrf") })
      yield* make(addresses, { address: ip(22) })
      yield* make(addresses, { address: ip(22), vrf: vrf.id })
      expect(yield* ask("POST", addresses, { address: ip(22), vrf: vrf.id })).toMatchObject({
        status: 400,
        body: { address: [`Duplicate IP address found in VRF ${name("vrf")}: ${ip(22)}`] }
      })
    })
  )

  it.effect("a primary address is of its family and on the machine, and stays there", () =>
    Effect.gen(function* () {
      const { ask, make, name, ip, fixture } = yield* World
      const machine = yield* make(machines, { name: name("primary"), cluster: fixture.cluster })
      const nic = (label: string) => make("virtualization/interfaces/", { virtual_machine: machine.id, name: label })
      const [one, two] = [yield* nic("net0"), yield* nic("net1")]
      const address = yield* make(addresses, { address: ip(30), ...on(one.id) })
      const own = `${machines}${machine.id}/`
      const path = `${addresses}${address.id}/`
      expect(yield* ask("PATCH", own, { primary_ip6: address.id })).toMatchObject({
        status: 400,
        body: { primary_ip6: [`Must be an IPv6 address. (${ip(30)} is an IPv4 address.)`] }
      })
      expect(yield* ask("PATCH", `${machines}${fixture.machine}/`, { primary_ip4: address.id })).toMatchObject({
        status: 400,
        body: { primary_ip4: [`The specified IP address (${ip(30)}) is not assigned to this VM.`] }
      })
      expect(yield* ask("PATCH", machines, [{ id: machine.id, primary_ip4: address.id }])).toMatchObject({
        status: 200,
        body: [{ primary_ip4: { id: address.id, address: ip(30) }, primary_ip: { id: address.id }, primary_ip6: null }]
      })
      const stay = {
        __all__: ["Cannot reassign IP address while it is designated as the primary IP for the parent object"]
      }
      const move = (body: JsonObject) => ask("PATCH", path, body)
      expect(yield* move(on(fixture.nic))).toMatchObject({ status: 400, body: stay })
      expect(yield* move({ assigned_object_type: null, assigned_object_id: null })).toMatchObject({
        status: 400,
        body: stay
      })
      expect(yield* move(on(two.id))).toMatchObject({ status: 200, body: { assigned_object_id: two.id } })
      expect((yield* ask("DELETE", path)).status).toBe(204)
      expect((yield* ask("GET", own)).body).toMatchObject({ primary_ip4: null, primary_ip: null })
    })
  )

  it.effect("a device's primary address is on the device", () =>
    Effect.gen(function* () {
      const { ask, make, ip, fixture } = yield* World
      const nic = yield* make("dcim/interfaces/", { device: fixture.device, name: "vmbr0", type: "bridge" })
      const mine = yield* make(addresses, {
        address: ip(31),
        assigned_object_type: "dcim.interface",
        assigned_object_id: nic.id
      })
      const other = yield* make(addresses, { address: ip(32), ...on(fixture.nic) })
      const path = `dcim/devices/${fixture.device}/`
      expect(yield* ask("PATCH", path, { primary_ip4: other.id })).toMatchObject({
        status: 400,
        body: { primary_ip4: [`The specified IP address (${ip(32)}) is not assigned to this device.`] }
      })
      expect(yield* ask("PATCH", path, { primary_ip4: mine.id })).toMatchObject({
        status: 200,
        body: { primary_ip4: { id: mine.id }, primary_ip: { address: ip(31) } }
      })
    })
  )
}
