import { expect } from "@effect/vitest"
import { Effect } from "effect"
import { refuses, type It } from "./Case.ts"
import { World } from "./World.ts"

const machines = "virtualization/virtual-machines/"

const slug = 'Enter a valid "slug" consisting of letters, numbers, underscores or hyphens.'

/** How single values are read, checked, stored and shown. */
export const fields = (it: It): void => {
  refuses(it, [
    {
      title: "what is required must be there",
      path: "extras/tags/",
      body: () => ({}),
      answer: { name: ["This field is required."], slug: ["This field is required."] }
    },
    {
      title: "required texts are not blank",
      path: "dcim/sites/",
      body: () => ({ name: "", slug: " " }),
      answer: { name: ["This field may not be blank."], slug: ["This field may not be blank."] }
    },
    {
      title: "required texts are not null",
      path: "dcim/sites/",
      body: () => ({ name: null, slug: null }),
      answer: { name: ["This field may not be null."], slug: ["This field may not be null."] }
    },
    {
      title: "texts have a length, numbers a form",
      path: "extras/tags/",
      body: () => ({ name: "x".repeat(101), slug: "x", color: "zz", weight: "y" }),
      answer: {
        name: ["Ensure this field has no more than 100 characters."],
        color: ["Enter a valid hexadecimal RGB color code."],
        weight: ["A valid integer is required."]
      }
    },
    {
      title: "texts are no lists and no booleans",
      path: "extras/tags/",
      body: () => ({ name: [1], slug: "x", description: true }),
      answer: { name: ["Not a valid string."], description: ["Not a valid string."] }
    },
    {
      title: "texts hold no null and no half of a character",
      path: "extras/tags/",
      body: ({ name }) => ({ name: `${name("odd")}\0\ud83d`, slug: name("odd") }),
      answer: { name: ["Null characters are not allowed.", "Surrogate characters are not allowed: U+D83D."] }
    },
    {
      title: "slugs of sites are ASCII",
      path: "dcim/sites/",
      body: ({ name }) => ({ name: name("é"), slug: "é" }),
      answer: { slug: [slug] }
    },
    {
      title: "a taken name and a taken slug are told apart",
      path: "dcim/sites/",
      body: ({ name }) => ({ name: name("site"), slug: name("site") }),
      answer: { name: ["site with this name already exists."], slug: ["site with this slug already exists."] }
    },
    {
      title: "choices are checked",
      path: machines,
      body: ({ fixture }) => ({ name: "x", cluster: fixture.cluster, status: "bad", start_on_boot: "x" }),
      answer: { status: ["bad is not a valid choice."], start_on_boot: ["x is not a valid choice."] }
    },
    {
      title: "choices are written bare",
      path: machines,
      body: ({ fixture }) => ({ name: "x", cluster: fixture.cluster, status: { value: "active", label: "Active" } }),
      answer: { status: ['Value must be passed directly (e.g. "foo": 123); do not use a dictionary or list.'] }
    },
    {
      title: "vcpus 0 is refused",
      path: machines,
      body: ({ fixture }) => ({ name: "x", cluster: fixture.cluster, vcpus: 0 }),
      answer: {
        vcpus: [
          "Ensure this value is greater than or equal to 0.01000000000000000020816681711721685132943093776702880859375."
        ]
      }
    },
    {
      title: "numbers are numbers",
      path: machines,
      body: ({ fixture }) => ({ name: "x", cluster: fixture.cluster, vcpus: "abc", memory: 1.5, disk: -1 }),
      answer: {
        vcpus: ["A valid number is required."],
        memory: ["A valid integer is required."],
        disk: ["Ensure this value is greater than or equal to 0."]
      }
    },
    {
      title: "numbers have bounds",
      path: machines,
      body: ({ fixture }) => ({ name: "x", cluster: fixture.cluster, vcpus: 10000, memory: 2147483648 }),
      answer: {
        vcpus: ["Ensure that there are no more than 4 digits before the decimal point."],
        memory: ["Ensure this value is less than or equal to 2147483647."]
      }
    },
    {
      title: "decimals have places",
      path: machines,
      body: ({ fixture }) => ({ name: "x", cluster: fixture.cluster, vcpus: 1.234 }),
      answer: { vcpus: ["Ensure that there are no more than 2 decimal places."] }
    },
    {
      title: "booleans are booleans",
      path: "virtualization/interfaces/",
      body: ({ fixture }) => ({ virtual_machine: fixture.machine, name: "x", enabled: "maybe" }),
      answer: { enabled: ["Must be a valid boolean."] }
    },
    {
      title: "an interface's type is one that NetBox knows",
      path: "dcim/interfaces/",
      body: ({ fixture }) => ({ device: fixture.device, name: "lo", type: "loopback" }),
      answer: { type: ["loopback is not a valid choice."] }
    },
    {
      title: "PUT wants all that is required",
      method: "PUT",
      path: ({ fixture }) => `dcim/sites/${fixture.site}/`,
      body: ({ name }) => ({ name: name("site") }),
      answer: { slug: ["This field is required."] }
    }
  ])

  it.effect("blanks around a text are dropped, choices are told with their label, decimals as numbers", () =>
    Effect.gen(function* () {
      const { make, name, fixture } = yield* World
      const made = yield* make(machines, {
        name: `  ${name("trim")} `,
        cluster: fixture.cluster,
        vcpus: "2.50",
        memory: "512"
      })
      expect(made).toMatchObject({
        name: name("trim"),
        display: name("trim"),
        status: { value: "active", label: "Active" },
        start_on_boot: { value: "off", label: "Off" },
        vcpus: 2.5,
        memory: 512,
        disk: null,
        description: "",
        tags: []
      })
    })
  )

  it.effect("unknown fields are ignored", () =>
    Effect.gen(function* () {
      const { ask, name, fixture } = yield* World
      const body = { name: name("odd"), type: fixture.clusterType, site: fixture.site, storage: "x" }
      expect(yield* ask("POST", "virtualization/clusters/", body)).toMatchObject({ status: 201, body: { scope: null } })
    })
  )

  it.effect("slugs of tags take letters of any script, names differ by case", () =>
    Effect.gen(function* () {
      const { make, name } = yield* World
      const lower = yield* make("extras/tags/", { name: name("é"), slug: name("é") })
      const upper = yield* make("extras/tags/", { name: name("É"), slug: name("É") })
      expect(lower).toMatchObject({ slug: name("é"), color: "9e9e9e", weight: 1000, tagged_items: 0 })
      expect(upper.id).not.toBe(lower.id)
    })
  )

  it.effect("references are told in their short form", () =>
    Effect.gen(function* () {
      const { url, ask, name, fixture } = yield* World
      const { body } = yield* ask("GET", `${machines}${fixture.machine}/`)
      expect(body).toMatchObject({
        url: `${url}/api/${machines}${fixture.machine}/`,
        display_url: `${url}/${machines}${fixture.machine}/`,
        cluster: {
          id: fixture.cluster,
          url: `${url}/api/virtualization/clusters/${fixture.cluster}/`,
          display: name("cluster"),
          name: name("cluster"),
          description: ""
        },
        site: {
          id: fixture.site,
          url: `${url}/api/dcim/sites/${fixture.site}/`,
          display: name("site"),
          name: name("site"),
          slug: name("site"),
          description: ""
        }
      })
    })
  )

  it.effect("a PATCH touches what it names; a PUT leaves alone what it may leave out", () =>
    Effect.gen(function* () {
      const { ask, make, name } = yield* World
      const made = yield* make("dcim/sites/", { name: name("put"), slug: name("put"), description: "a", facility: "f" })
      const path = `dcim/sites/${made.id}/`
      expect((yield* ask("PATCH", path, { description: "b" })).body).toMatchObject({ description: "b", facility: "f" })
      const put = yield* ask("PUT", path, { name: name("put"), slug: name("put") })
      expect(put).toMatchObject({ status: 200, body: { description: "b", facility: "f" } })
    })
  )
}
