import { expect } from "@effect/vitest"
import { Effect } from "effect"
import { changesOf, fieldOf, idOf, idsOf, rowsOf, type It } from "./Case.ts"
import { World } from "./World.ts"

const machines = "virtualization/virtual-machines/"
const log = "core/object-changes/"

/** The change log, `last_updated`, and conditional writes. */
export const history = (it: It): void => {
  it.effect("creates, updates and deletes carry the message of their item", () =>
    Effect.gen(function* () {
      const { ask, name, fixture } = yield* World
      const item = (label: string) => ({
        name: name(label),
        cluster: fixture.cluster,
        tags: [fixture.tag],
        changelog_message: `${name("log")} create ${label}`
      })
      const created = yield* ask("POST", machines, [item("log-a"), item("log-b")])
      const ids = idsOf(created.body)
      const changes = yield* changesOf(created.headers)
      expect(changes.map(({ action, kind, id, message }) => ({ action, kind, id, message }))).toEqual(
        ids.map((id, index) => ({
          action: "create",
          kind: "virtualization.virtualmachine",
          id,
          message: `${name("log")} create log-${index === 0 ? "a" : "b"}`
        }))
      )
      expect(changes[0]).toMatchObject({
        before: {},
        after: { name: name("log-a"), cluster: fixture.cluster, status: "active", tags: [name("tag")], vcpus: null }
      })
      const [id = 0] = ids
      const updated = yield* ask("PATCH", machines, [{ id, vcpus: 2, changelog_message: "more" }])
      expect(yield* changesOf(updated.headers)).toMatchObject([
        { action: "update", id, message: "more", before: { vcpus: null }, after: { vcpus: "2.00" } }
      ])
      const deleted = yield* ask("DELETE", machines, [{ id, changelog_message: "gone" }])
      expect(yield* changesOf(deleted.headers)).toMatchObject([
        { action: "delete", id, message: "gone", before: { name: name("log-a") }, after: {} }
      ])
    })
  )

  it.effect("a message is found by its text, the time and the kind", () =>
    Effect.gen(function* () {
      const { ask, make, name } = yield* World
      const mark = name("needle")
      const made = yield* make("extras/tags/", {
        name: name("found"),
        slug: name("found"),
        changelog_message: `run ${mark} op`
      })
      const [change] = rowsOf((yield* ask("GET", `${log}?q=${mark.toUpperCase()}`)).body)
      expect(change).toMatchObject({
        changed_object_type: "extras.tag",
        changed_object_id: made.id,
        changed_object: { id: made.id, name: name("found") },
        object_repr: name("found"),
        message: `run ${mark} op`,
        user_name: "admin",
        action: { value: "create", label: "Created" }
      })
      const count = (filter: string) =>
        Effect.map(ask("GET", `${log}?q=${mark}${filter}`), ({ body }) => fieldOf(body, "count"))
      const time = encodeURIComponent(String(change?.["time"]))
      expect(yield* count("&changed_object_type=extras.tag")).toBe(1)
      expect(yield* count("&changed_object_type=dcim.site")).toBe(0)
      expect(yield* count(`&time_after=${time}`)).toBe(1)
      expect(yield* count("&time_after=2999-01-01T00:00:00Z")).toBe(0)
      expect(yield* count(`&id__gt=${idOf(change)}`)).toBe(0)
      expect(yield* count("&action=create")).toBe(1)
      expect(yield* count("&action=delete")).toBe(0)
      expect(yield* count("&bogus=1")).toBe(1)
      expect(yield* count(`&changed_object_id=${made.id}`)).toBe(1)
    })
  )

  it.effect("the newest change comes first, and later ones have higher ids", () =>
    Effect.gen(function* () {
      const { ask, make, name } = yield* World
      const head = Effect.map(ask("GET", `${log}?ordering=-id&limit=1`), ({ body }) => idOf(rowsOf(body)[0]))
      const before = yield* head
      const made = yield* make("extras/tags/", { name: name("head"), slug: name("head") })
      const fresh = yield* ask("GET", `${log}?id__gt=${before}&ordering=-id&changed_object_type=extras.tag`)
      expect(rowsOf(fresh.body).map((row) => row["changed_object_id"])).toContain(made.id)
      expect(yield* head).toBeGreaterThan(before)
    })
  )

  it.effect("a request that failed leaves no change", () =>
    Effect.gen(function* () {
      const { ask, name } = yield* World
      const list = [{ name: name("undone"), slug: name("undone"), changelog_message: name("undone") }, { name: "" }]
      expect((yield* ask("POST", "extras/tags/", list)).status).toBe(400)
      expect((yield* ask("GET", `${log}?q=${name("undone")}`)).body).toMatchObject({ count: 0 })
    })
  )

  it.effect("an update without effect is not logged, but moves last_updated and the tag", () =>
    Effect.gen(function* () {
      const { ask, make, name } = yield* World
      const made = yield* make("extras/tags/", { name: name("still"), slug: name("still") })
      const path = `extras/tags/${made.id}/`
      const before = yield* ask("GET", path)
      const same = yield* ask("PATCH", path, { name: name("still"), changelog_message: "x" })
      expect(yield* changesOf(same.headers)).toEqual([])
      expect(fieldOf(same.body, "last_updated")).not.toBe(fieldOf(before.body, "last_updated"))
      expect(same.headers.get("etag")).not.toBe(before.headers.get("etag"))
    })
  )

  it.effect("a change of tags alone is logged", () =>
    Effect.gen(function* () {
      const { ask, name, fixture } = yield* World
      const list = [{ id: fixture.machine, add_tags: [fixture.tag], changelog_message: "tags" }]
      const changed = yield* ask("PATCH", machines, list)
      expect(yield* changesOf(changed.headers)).toMatchObject([
        { action: "update", message: "tags", before: { tags: [] }, after: { tags: [name("tag")] } }
      ])
      yield* ask("PATCH", machines, [{ id: fixture.machine, tags: [] }])
    })
  )

  it.effect("an inline MAC is logged beside its interface, without message", () =>
    Effect.gen(function* () {
      const { ask, mac, fixture } = yield* World
      const made = yield* ask("POST", "virtualization/interfaces/", [
        { virtual_machine: fixture.machine, name: "net7", mac_address: mac(70), changelog_message: "nic" }
      ])
      expect(yield* changesOf(made.headers)).toMatchObject([
        { action: "create", kind: "virtualization.vminterface", message: "nic" },
        { action: "create", kind: "dcim.macaddress", message: "", after: { mac_address: mac(70) } },
        { action: "update", kind: "virtualization.vminterface", message: "" }
      ])
    })
  )

  it.effect("what goes with a machine is logged, the machine itself last and alone with the message", () =>
    Effect.gen(function* () {
      const { ask, make, name, ip, fixture } = yield* World
      const machine = yield* make(machines, { name: name("cascade"), cluster: fixture.cluster })
      const nic = yield* make("virtualization/interfaces/", { virtual_machine: machine.id, name: "net0" })
      const assigned = { assigned_object_type: "virtualization.vminterface", assigned_object_id: nic.id }
      yield* make("ipam/ip-addresses/", { address: ip(80), ...assigned })
      yield* make("virtualization/virtual-disks/", { virtual_machine: machine.id, name: "scsi0", size: 1 })
      const gone = yield* ask("DELETE", machines, [{ id: machine.id, changelog_message: "bye" }])
      const changes = yield* changesOf(gone.headers)
      const told = changes.map(({ action, kind, message }) => `${String(action)} ${String(kind)} ${String(message)}`)
      expect(told.at(-1)).toBe("delete virtualization.virtualmachine bye")
      expect(told.indexOf("delete ipam.ipaddress ")).toBeLessThan(told.indexOf("delete virtualization.vminterface "))
      expect(told.sort()).toEqual([
        "delete ipam.ipaddress ",
        "delete virtualization.virtualdisk ",
        "delete virtualization.virtualmachine bye",
        "delete virtualization.vminterface "
      ])
    })
  )

  it.effect("a primary address that is deleted leaves an update of its machine", () =>
    Effect.gen(function* () {
      const { ask, make, name, ip, fixture } = yield* World
      const machine = yield* make(machines, { name: name("bereft"), cluster: fixture.cluster })
      const nic = yield* make("virtualization/interfaces/", { virtual_machine: machine.id, name: "net0" })
      const assigned = { assigned_object_type: "virtualization.vminterface", assigned_object_id: nic.id }
      const address = yield* make("ipam/ip-addresses/", { address: ip(81), ...assigned })
      yield* ask("PATCH", `${machines}${machine.id}/`, { primary_ip4: address.id })
      const gone = yield* ask("DELETE", `ipam/ip-addresses/${address.id}/`, { changelog_message: "old" })
      expect(yield* changesOf(gone.headers)).toMatchObject([
        { action: "delete", kind: "ipam.ipaddress", message: "old" },
        { action: "update", kind: "virtualization.virtualmachine", message: "", after: { primary_ip4: null } }
      ])
    })
  )

  it.effect("a message of more than 200 characters is a crash, and nothing is written", () =>
    Effect.gen(function* () {
      const { ask, make, name } = yield* World
      const crash = { error: "value too long for type character varying(200)", exception: "DataError" }
      const body = { name: name("long"), slug: name("long") }
      const long = "x".repeat(201)
      expect(yield* ask("POST", "extras/tags/", [{ ...body, changelog_message: long }])).toMatchObject({
        status: 500,
        body: crash
      })
      expect((yield* ask("GET", `extras/tags/?slug=${name("long")}`)).body).toMatchObject({ count: 0 })
      const made = yield* make("extras/tags/", { ...body, changelog_message: "x".repeat(200) })
      expect(yield* ask("DELETE", "extras/tags/", [{ id: made.id, changelog_message: long }])).toMatchObject({
        status: 500,
        body: crash
      })
    })
  )

  it.effect("a condition on a single object", () =>
    Effect.gen(function* () {
      const { ask, make, name } = yield* World
      const made = yield* make("extras/tags/", { name: name("etag"), slug: name("etag") })
      const path = `extras/tags/${made.id}/`
      const read = yield* ask("GET", path)
      const tag = `W/"${String(fieldOf(read.body, "last_updated")).replace("Z", "+00:00")}"`
      expect(read.headers.get("etag")).toBe(tag)
      const stale = { headers: { "If-Match": 'W/"2020-01-01T00:00:00+00:00"' } }
      const refused = yield* ask("PATCH", path, { description: "a" }, stale)
      expect(refused).toMatchObject({ status: 412, body: { detail: "Precondition failed." } })
      expect(refused.headers.get("etag")).toBe(tag)
      expect((yield* ask("DELETE", path, undefined, stale)).status).toBe(412)
      const written = yield* ask("PATCH", path, { description: "b" }, { headers: { "If-Match": tag } })
      expect(written.status).toBe(200)
      expect((yield* ask("PATCH", path, { description: "c" }, { headers: { "If-Match": tag } })).status).toBe(412)
    })
  )

  it.effect("a condition on a list: each object must match one of the tags, else none is written", () =>
    Effect.gen(function* () {
      const { ask, name } = yield* World
      const made = yield* ask(
        "POST",
        "extras/tags/",
        ["e1", "e2"].map((label) => ({ name: name(label), slug: name(label) }))
      )
      const rows = rowsOf(made.body)
      const tags = rows.map((row) => `W/"${String(row["last_updated"]).replace("Z", "+00:00")}"`)
      const patch = (description: string, ifMatch: string) =>
        ask(
          "PATCH",
          "extras/tags/",
          rows.map((row) => ({ id: idOf(row), description })),
          { headers: { "If-Match": ifMatch } }
        )
      expect(yield* patch("a", tags[0] ?? "")).toMatchObject({ status: 412, body: { detail: "Precondition failed." } })
      expect((yield* ask("GET", `extras/tags/${idOf(rows[0])}/`)).body).toMatchObject({ description: "" })
      expect((yield* patch("b", tags.join(", "))).status).toBe(200)
      const list = rows.map((row) => ({ id: idOf(row) }))
      expect((yield* ask("DELETE", "extras/tags/", list, { headers: { "If-Match": tags.join(",") } })).status).toBe(412)
    })
  )

  it.effect("what a request made can be found by its id", () =>
    Effect.gen(function* () {
      const { ask, name } = yield* World
      const made = yield* ask("POST", "extras/tags/", [{ name: name("by-id"), slug: name("by-id") }])
      const found = yield* ask("GET", `extras/tags/?created_by_request=${made.headers.get("x-request-id") ?? ""}`)
      expect(idsOf(found.body)).toEqual(idsOf(made.body))
    })
  )
}
