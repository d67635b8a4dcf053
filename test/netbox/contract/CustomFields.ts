import { expect } from "@effect/vitest"
import { Effect } from "effect"
import type { Json, JsonObject } from "../../../src/domain/Json.ts"
import { fieldOf, idsOf, refuses, type It } from "./Case.ts"
import { World } from "./World.ts"

const machines = "virtualization/virtual-machines/"

/** A custom field of machines; underscores, as its name takes no hyphens. */
const define = (label: string, more: JsonObject) =>
  Effect.gen(function* () {
    const { make, name } = yield* World
    const own = name(label).replaceAll("-", "_")
    yield* make("extras/custom-fields/", { name: own, object_types: ["virtualization.virtualmachine"], ...more })
    return own
  })

export const customFields = (it: It): void => {
  refuses(it, [
    {
      title: "custom fields have plain names",
      path: "extras/custom-fields/",
      body: () => ({ name: "a-b", type: "text", object_types: ["dcim.site"] }),
      answer: { name: ["Only alphanumeric characters and underscores are allowed."] }
    },
    {
      title: "custom fields have a type, and kinds that they are for",
      path: "extras/custom-fields/",
      body: () => ({ name: "ab", type: "zz", object_types: ["dcim.nope"] }),
      answer: { object_types: ["Invalid content type: dcim.nope"], type: ["zz is not a valid choice."] }
    },
    {
      title: "unknown custom fields are refused",
      path: machines,
      body: ({ fixture }) => ({ name: "x", cluster: fixture.cluster, custom_fields: { zz_b: 1, zz_a: 2 } }),
      answer: {
        custom_fields: {
          zz_a: "Custom field 'zz_a' does not exist for this object type.",
          zz_b: "Custom field 'zz_b' does not exist for this object type."
        }
      }
    },
    {
      title: "custom fields are not null",
      path: machines,
      body: ({ fixture }) => ({ name: "x", cluster: fixture.cluster, custom_fields: null }),
      answer: { custom_fields: ["This field may not be null."] }
    },
    {
      title: "custom fields come by name",
      path: machines,
      body: ({ fixture }) => ({ name: "x", cluster: fixture.cluster, custom_fields: [1] }),
      answer: {
        custom_fields: [
          "Invalid data format. Custom field data must be passed as a dictionary mapping field names to their values."
        ]
      }
    }
  ])

  it.effect("a PATCH merges; null clears; the empty text stays what it is", () =>
    Effect.gen(function* () {
      const { ask, make, name, fixture } = yield* World
      const text = yield* define("text", { type: "text" })
      const number = yield* define("number", { type: "integer" })
      const made = yield* make(machines, { name: name("cf"), cluster: fixture.cluster, custom_fields: { [text]: "a" } })
      const patch = (data: JsonObject) =>
        ask("PATCH", `${machines}${made.id}/`, { custom_fields: data }).pipe(
          Effect.map((answer) => ({ status: answer.status, data: fieldOf(answer.body, "custom_fields") }))
        )
      expect(made["custom_fields"]).toMatchObject({ [text]: "a", [number]: null })
      expect(yield* patch({ [number]: 5 })).toMatchObject({ status: 200, data: { [text]: "a", [number]: 5 } })
      expect(yield* patch({ [text]: null })).toMatchObject({ status: 200, data: { [text]: null, [number]: 5 } })
      expect(yield* patch({ [text]: "" })).toMatchObject({ status: 200, data: { [text]: "" } })
    })
  )

  it.effect("values have the type of their field", () =>
    Effect.gen(function* () {
      const { ask, fixture } = yield* World
      const wrong = (type: string, value: Json, message: string) =>
        Effect.gen(function* () {
          const own = yield* define(`is-${type}`, { type })
          const answer = yield* ask("PATCH", `${machines}${fixture.machine}/`, { custom_fields: { [own]: value } })
          expect(answer).toMatchObject({
            status: 400,
            body: { __all__: [`Invalid value for custom field '${own}': ${message}`] }
          })
        })
      yield* wrong("text", 5, "Value must be a string.")
      yield* wrong("integer", "101", "Value must be an integer.")
      yield* wrong("boolean", "yes", "Value must be true or false.")
      yield* wrong("date", "nope", "Date values must be in ISO 8601 format (YYYY-MM-DD).")
    })
  )

  it.effect("a unique field is unique, within a list too, and can be looked up exactly", () =>
    Effect.gen(function* () {
      const { ask, make, name, fixture } = yield* World
      const uid = yield* define("uid", { type: "text", unique: true, filter_logic: "exact" })
      const machine = (label: string, value: string) => ({
        name: name(label),
        cluster: fixture.cluster,
        custom_fields: { [uid]: value }
      })
      const taken = { __all__: [`Custom field '${uid}' must have a unique value.`] }
      expect(yield* ask("POST", machines, [machine("u1", "lab/1"), machine("u2", "lab/1")])).toMatchObject({
        status: 400,
        body: { errors: [{ index: 1, errors: taken }] }
      })
      const one = yield* make(machines, machine("u1", "lab/1"))
      const two = yield* make(machines, machine("u2", "lab/2"))
      expect(yield* ask("PATCH", `${machines}${two.id}/`, { custom_fields: { [uid]: "lab/1" } })).toMatchObject({
        status: 400,
        body: taken
      })
      expect(idsOf((yield* ask("GET", `${machines}?cf_${uid}=lab/1`)).body)).toEqual([one.id])
      expect(idsOf((yield* ask("GET", `${machines}?cf_${uid}=LAB/1`)).body)).toEqual([])
      expect(idsOf((yield* ask("GET", `${machines}?cf_${uid}=lab/1&cf_${uid}=lab/2&ordering=id`)).body)).toEqual([
        one.id,
        two.id
      ])
    })
  )

  it.effect("a default fills what is not given, and objects that were there before", () =>
    Effect.gen(function* () {
      const { ask, make, name, fixture } = yield* World
      const own = yield* define("default", { type: "text", default: "d" })
      const made = yield* make(machines, { name: name("cf-default"), cluster: fixture.cluster })
      expect(made["custom_fields"]).toMatchObject({ [own]: "d" })
      const before = yield* ask("GET", `${machines}${fixture.machine}/`)
      expect(fieldOf(before.body, "custom_fields")).toMatchObject({ [own]: "d" })
    })
  )

  it.effect("the type of a custom field is for good", () =>
    Effect.gen(function* () {
      const { ask, make, name } = yield* World
      const made = yield* make("extras/custom-fields/", {
        name: name("fixed").replaceAll("-", "_"),
        type: "text",
        object_types: ["dcim.site"]
      })
      expect(made).toMatchObject({
        type: { value: "text", label: "Text" },
        filter_logic: { value: "loose", label: "Loose" },
        object_types: ["dcim.site"],
        unique: false
      })
      expect((yield* ask("PATCH", `extras/custom-fields/${made.id}/`, { type: "integer" })).status).toBe(400)
    })
  )
}
