import { expect } from "@effect/vitest"
import { Effect } from "effect"
import { refuses, type It } from "./Case.ts"
import { World } from "./World.ts"

const clusters = "virtualization/clusters/"

const unreadable =
  "Related objects must be referenced by numeric ID or by dictionary of attributes. Received an unrecognized value: "

/** References by id and by attributes, tags, and generic references. */
export const references = (it: It): void => {
  refuses(it, [
    {
      title: "a reference to nothing",
      path: clusters,
      body: () => ({ name: "x", type: 999999999 }),
      answer: { type: ["Related object not found using the provided numeric ID: 999999999"] }
    },
    {
      title: "a bare text is no reference",
      path: clusters,
      body: () => ({ name: "x", type: "ct" }),
      answer: { type: [`${unreadable}ct`] }
    },
    {
      title: "attributes without a match",
      path: clusters,
      body: ({ name }) => ({ name: "x", type: { slug: name("none") } }),
      answer: ({ name }) => ({
        type: [`Related object not found using the provided attributes: {'slug': '${name("none")}'}`]
      })
    },
    {
      title: "a required reference is not null",
      path: clusters,
      body: () => ({ name: "x", type: null }),
      answer: { type: ["This field may not be null."] }
    },
    {
      title: "a required reference is there",
      path: clusters,
      body: () => ({ name: "x" }),
      answer: { type: ["This field is required."] }
    },
    {
      title: "a scope type without id",
      path: clusters,
      body: ({ fixture }) => ({ name: "x", type: fixture.clusterType, scope_type: "dcim.site" }),
      answer: { __all__: ["Please select a site."] }
    },
    {
      title: "a scope id without type",
      path: clusters,
      body: ({ fixture }) => ({ name: "x", type: fixture.clusterType, scope_id: fixture.site }),
      answer: { scope_type: ["This field cannot be null."] }
    },
    {
      title: "a scope of the wrong kind",
      path: clusters,
      body: ({ fixture }) => ({
        name: "x",
        type: fixture.clusterType,
        scope_type: "dcim.device",
        scope_id: fixture.device
      }),
      answer: { scope_type: ["Invalid content type: dcim.device"] }
    },
    {
      title: "a scope of no kind",
      path: clusters,
      body: ({ fixture }) => ({ name: "x", type: fixture.clusterType, scope_type: "bogus", scope_id: 1 }),
      answer: { scope_type: ["Invalid value. Specify a content type as '<app_label>.<model_name>'."] }
    },
    {
      title: "a scope that does not exist",
      path: clusters,
      body: ({ fixture }) => ({ name: "x", type: fixture.clusterType, scope_type: "dcim.site", scope_id: 999999999 }),
      answer: { scope_id: ["Related object not found using the provided value: 999999999."] }
    },
    {
      title: "tags by bare name",
      path: clusters,
      body: ({ fixture }) => ({ name: "x", type: fixture.clusterType, tags: ["t1"] }),
      answer: { tags: [`${unreadable}t1`] }
    },
    {
      title: "tags that do not exist",
      path: clusters,
      body: ({ fixture }) => ({ name: "x", type: fixture.clusterType, tags: [999999999] }),
      answer: { tags: ["Related object not found using the provided numeric ID: 999999999"] }
    },
    {
      title: "tags come in a list",
      path: clusters,
      body: ({ fixture }) => ({ name: "x", type: fixture.clusterType, tags: 5 }),
      answer: { tags: { __all__: ['Expected a list of items but got type "int".'] } }
    },
    {
      title: "a create has no tags to remove",
      path: clusters,
      body: ({ fixture }) => ({ name: "x", type: fixture.clusterType, remove_tags: [fixture.tag] }),
      answer: { remove_tags: ['Cannot use "remove_tags" when creating a new object.'] }
    },
    {
      title: "tags are set or changed, not both",
      method: "PATCH",
      path: ({ fixture }) => `${clusters}${fixture.cluster}/`,
      body: ({ fixture }) => ({ tags: [fixture.tag], add_tags: [fixture.tag] }),
      answer: { tags: ['Cannot specify "tags" together with "add_tags" or "remove_tags".'] }
    },
    {
      title: "a tag is added or removed, not both",
      method: "PATCH",
      path: ({ fixture }) => `${clusters}${fixture.cluster}/`,
      body: ({ fixture }) => ({ add_tags: [fixture.tag], remove_tags: [fixture.tag] }),
      answer: ({ name }) => ({
        remove_tags: [`Tags may not be present in both "add_tags" and "remove_tags": ${name("tag")}`]
      })
    },
    {
      title: "tagged VLANs are given by id",
      path: "virtualization/interfaces/",
      body: ({ fixture }) => ({ virtual_machine: fixture.machine, name: "x", tagged_vlans: ["x"] }),
      answer: { tagged_vlans: ["Incorrect type. Expected pk value, received str."] }
    },
    {
      title: "tagged VLANs exist",
      path: "virtualization/interfaces/",
      body: ({ fixture }) => ({ virtual_machine: fixture.machine, name: "x", tagged_vlans: [999999999] }),
      answer: { tagged_vlans: ['Invalid pk "999999999" - object does not exist.'] }
    }
  ])

  it.effect("an id, an id as text, attributes and null all refer", () =>
    Effect.gen(function* () {
      const { make, ask, name, fixture } = yield* World
      const byAttributes = yield* make(clusters, {
        name: name("by-slug"),
        type: { slug: name("type") },
        scope_type: "dcim.site",
        scope_id: fixture.site,
        tags: [{ slug: name("tag") }]
      })
      expect(byAttributes).toMatchObject({
        type: { id: fixture.clusterType },
        scope_type: "dcim.site",
        scope_id: fixture.site,
        scope: { id: fixture.site, slug: name("site") },
        tags: [{ id: fixture.tag, name: name("tag"), slug: name("tag"), color: "9e9e9e" }]
      })
      const path = `${clusters}${byAttributes.id}/`
      const patched = yield* ask("PATCH", path, { type: String(fixture.clusterType), scope_type: null, scope_id: null })
      expect(patched).toMatchObject({ status: 200, body: { type: { id: fixture.clusterType }, scope: null } })
    })
  )

  it.effect("tags are replaced, added and removed", () =>
    Effect.gen(function* () {
      const { make, ask, name, fixture } = yield* World
      const [a, b] = [
        yield* make("extras/tags/", { name: name("ta"), slug: name("ta") }),
        yield* make("extras/tags/", { name: name("tb"), slug: name("tb") })
      ]
      const made = yield* make(clusters, { name: name("tagged"), type: fixture.clusterType, add_tags: [a.id] })
      const path = `${clusters}${made.id}/`
      const tags = (body: { readonly [key: string]: ReadonlyArray<number> }) =>
        Effect.map(ask("PATCH", path, body), (answer) => ({ status: answer.status, tags: answer.body }))
      expect(made).toMatchObject({ tags: [{ id: a.id }] })
      expect(yield* tags({ add_tags: [b.id] })).toMatchObject({
        status: 200,
        tags: { tags: [{ id: a.id }, { id: b.id }] }
      })
      expect(yield* tags({ remove_tags: [a.id] })).toMatchObject({ status: 200, tags: { tags: [{ id: b.id }] } })
      expect(yield* tags({ tags: [a.id] })).toMatchObject({ status: 200, tags: { tags: [{ id: a.id }] } })
      expect(yield* tags({ tags: [] })).toMatchObject({ status: 200, tags: { tags: [] } })
    })
  )

  it.effect("a tag for other kinds is refused: alone as a detail, in a list with its place", () =>
    Effect.gen(function* () {
      const { ask, make, name } = yield* World
      const only = { name: name("only"), slug: name("only"), object_types: ["dcim.device"] }
      const tag = yield* make("extras/tags/", only)
      const message = `Tag ${name("only")} cannot be assigned to site objects.`
      const tagged = { name: name("tagless"), slug: name("tagless"), tags: [tag.id] }
      expect(yield* ask("POST", "dcim/sites/", tagged)).toMatchObject({ status: 400, body: { detail: message } })
      expect(yield* ask("POST", "dcim/sites/", [tagged])).toMatchObject({
        status: 400,
        body: { errors: [{ index: 0, errors: { __all__: [message] } }] }
      })
    })
  )
}
