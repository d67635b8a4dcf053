import { expect } from "@effect/vitest"
import { Effect } from "effect"
import { fieldOf, idsOf, refuses, rowsOf, type It } from "./Case.ts"
import { World } from "./World.ts"

const tags = "extras/tags/"

const missing = (id: number) => ({ id, errors: { id: [`Object with ID ${id} does not exist`] } })

/** Lists of creates, updates and deletes. */
export const bulk = (it: It): void => {
  it.effect("a list is created in its order", () =>
    Effect.gen(function* () {
      const { ask, name } = yield* World
      const labels = ["c", "a", "b"]
      const answer = yield* ask(
        "POST",
        tags,
        labels.map((label) => ({ name: name(`l${label}`), slug: name(`l${label}`) }))
      )
      expect(answer.status).toBe(201)
      expect(rowsOf(answer.body).map((row) => row["name"])).toEqual(labels.map((label) => name(`l${label}`)))
    })
  )

  it.effect("empty lists do nothing", () =>
    Effect.gen(function* () {
      const { ask } = yield* World
      expect(yield* ask("POST", tags, [])).toMatchObject({ status: 201, body: [] })
      expect(yield* ask("PATCH", tags, [])).toMatchObject({ status: 200, body: [] })
      expect(yield* ask("DELETE", tags, [])).toMatchObject({ status: 204, body: null })
    })
  )

  it.effect("a create tells every bad item with its place, and creates none", () =>
    Effect.gen(function* () {
      const { ask, name } = yield* World
      const good = { name: name("good"), slug: name("good") }
      const answer = yield* ask("POST", tags, [good, good, 5, { name: name("x") }])
      expect(answer).toMatchObject({
        status: 400,
        body: {
          detail: "3 of 4 objects could not be created.",
          errors: [
            {
              index: 1,
              errors: { name: ["tag with this name already exists."], slug: ["tag with this slug already exists."] }
            },
            { index: 2, errors: { __all__: ["Invalid data. Expected a dictionary, but got int."] } },
            { index: 3, errors: { slug: ["This field is required."] } }
          ]
        }
      })
      expect(yield* ask("GET", `${tags}?slug=${name("good")}`)).toMatchObject({ body: { count: 0, results: [] } })
    })
  )

  it.effect("an update answers in the order of the kind, and changes all or nothing", () =>
    Effect.gen(function* () {
      const { ask, name } = yield* World
      const made = yield* ask(
        "POST",
        tags,
        ["u2", "u1"].map((label) => ({ name: name(label), slug: name(label) }))
      )
      const [second = 0, first = 0] = idsOf(made.body)
      const updated = yield* ask(
        "PATCH",
        tags,
        [second, first].map((id) => ({ id, description: `d${id}` }))
      )
      expect(updated.status).toBe(200)
      expect(rowsOf(updated.body).map((row) => [row["id"], row["description"]])).toEqual([
        [first, `d${first}`],
        [second, `d${second}`]
      ])
      const refused = yield* ask("PATCH", tags, [
        { id: first, description: "lost" },
        { id: second, name: "" }
      ])
      expect(refused).toMatchObject({
        status: 400,
        body: {
          detail: "1 of 2 objects could not be updated.",
          errors: [{ id: second, errors: { name: ["This field may not be blank."] } }]
        }
      })
      expect(fieldOf((yield* ask("GET", `${tags}${first}/`)).body, "description")).toBe(`d${first}`)
    })
  )

  it.effect("a chain of names works where the order of the kind allows it, a swap never", () =>
    Effect.gen(function* () {
      const { ask, name } = yield* World
      const made = yield* ask(
        "POST",
        tags,
        ["s1", "s2"].map((label) => ({ name: name(label), slug: name(label) }))
      )
      const [one = 0, two = 0] = idsOf(made.body)
      const swap = yield* ask("PATCH", tags, [
        { id: one, name: name("s2") },
        { id: two, name: name("s1") }
      ])
      expect(swap).toMatchObject({
        status: 400,
        body: { errors: [{ id: one, errors: { name: ["tag with this name already exists."] } }, { id: two }] }
      })
    })
  )

  it.effect("a PUT of a list wants all that is required", () =>
    Effect.gen(function* () {
      const { ask, name, fixture } = yield* World
      expect(yield* ask("PUT", tags, [{ id: fixture.tag, name: name("tag") }])).toMatchObject({
        status: 400,
        body: { errors: [{ id: fixture.tag, errors: { slug: ["This field is required."] } }] }
      })
    })
  )

  it.effect("a delete of a list takes all of it", () =>
    Effect.gen(function* () {
      const { ask, name } = yield* World
      const made = yield* ask(
        "POST",
        tags,
        ["d1", "d2"].map((label) => ({ name: name(label), slug: name(label) }))
      )
      const ids = idsOf(made.body)
      expect(
        yield* ask(
          "DELETE",
          tags,
          ids.map((id) => ({ id }))
        )
      ).toMatchObject({ status: 204, body: null })
      expect(idsOf((yield* ask("GET", `${tags}?id=${ids.join("&id=")}`)).body)).toEqual([])
    })
  )

  refuses(it, [
    {
      title: "unknown ids refuse the whole list",
      method: "PATCH",
      path: tags,
      body: ({ fixture }) => [{ id: fixture.tag, name: "" }, { id: 999999998 }, { id: 999999999 }],
      answer: { detail: "2 of 3 objects could not be found.", errors: [missing(999999998), missing(999999999)] }
    },
    {
      title: "unknown ids refuse the whole delete",
      method: "DELETE",
      path: tags,
      body: ({ fixture }) => [{ id: fixture.tag }, { id: 999999999 }],
      answer: { detail: "1 of 2 objects could not be found.", errors: [missing(999999999)] }
    },
    {
      title: "an object twice in a list",
      method: "PATCH",
      path: tags,
      body: ({ fixture }) => [{ id: fixture.tag }, { id: fixture.tag }],
      answer: ({ fixture: { tag } }) => ({
        detail: "1 of 2 objects are listed more than once.",
        errors: [{ id: tag, errors: { id: [`Each object may be specified only once; ID ${tag} is listed 2 times`] } }]
      })
    },
    {
      title: "items without a readable id are told by their place",
      method: "DELETE",
      path: tags,
      body: () => [{ id: "x" }, {}, 7],
      answer: {
        detail: "3 of 3 objects failed validation.",
        errors: [
          { index: 0, errors: { id: ["A valid integer is required."] } },
          { index: 1, errors: { id: ["This field is required."] } },
          { index: 2, errors: { __all__: ["Invalid data. Expected a dictionary, but got int."] } }
        ]
      }
    }
  ])
}
