import { Either } from "effect"
import * as Choices from "../Choices.ts"
import * as Field from "../Field.ts"
import type { Kind } from "../Kind.ts"
import { numberOf, textOf } from "../Row.ts"
import { checkCustomField, spreadDefault, stripValues } from "../rules/CustomField.ts"
import { description, named, owner, stamps } from "./Parts.ts"

const dataTypes: Readonly<Record<string, string>> = {
  integer: "integer",
  decimal: "decimal",
  boolean: "boolean",
  json: "object"
}

const tag: Kind = {
  name: "extras.tag",
  path: "extras/tags",
  model: "Tag",
  verboseName: "tag",
  fields: {
    name: Field.requiredText(100, { unique: true }),
    slug: Field.requiredText(100, { unique: true, pattern: "unicodeSlug" }),
    color: Field.text(6, { pattern: "color", initial: "9e9e9e" }),
    ...description,
    weight: Field.integer({ max: 32767, initial: 1000 }),
    owner: Field.untold(null),
    object_types: Field.contentTypes(false),
    tagged_items: Field.computed((store, row) =>
      store
        .referrers("extras.tag")
        .reduce((sum, { kind, field }) => sum + store.table(kind.name).count(field, row.id), 0)
    ),
    ...stamps
  },
  brief: ["id", "url", "display", "name", "slug", "color", "description"],
  nested: ["id", "url", "display_url", "display", "name", "slug", "color"],
  display: named,
  unique: [],
  order: (row) => [numberOf(row.values, "weight"), named(row)],
  search: ["name", "slug", "description"]
}

const customField: Kind = {
  name: "extras.customfield",
  path: "extras/custom-fields",
  model: "CustomField",
  verboseName: "custom field",
  fields: {
    object_types: Field.contentTypes(true),
    type: Field.requiredChoice(Choices.customFieldType),
    related_object_type: Field.constant(null, true),
    data_type: Field.computed((_, row) => dataTypes[textOf(row.values, "type")] ?? "string"),
    name: Field.requiredText(50, { unique: true, pattern: "customFieldName" }),
    label: Field.text(50),
    group_name: Field.text(50),
    ...description,
    required: Field.boolean(false),
    unique: Field.boolean(false),
    search_weight: Field.integer({ max: 32767, initial: 1000 }),
    filter_logic: Field.choice(Choices.filterLogic, "loose"),
    ui_visible: Field.choice(Choices.uiVisible, "always"),
    ui_editable: Field.choice(Choices.uiEditable, "yes"),
    is_cloneable: Field.boolean(false),
    nulls_first: Field.boolean(true),
    default: Field.json(),
    related_object_filter: Field.constant(null, true),
    weight: Field.integer({ max: 32767, initial: 100 }),
    validation_minimum: Field.constant(null, true),
    validation_maximum: Field.constant(null, true),
    validation_regex: Field.text(500),
    validation_schema: Field.constant(null, true),
    choice_set: Field.constant(null, true),
    status: Field.loggedAs({ value: "active", label: "Active" }, "active"),
    ...owner,
    comments: Field.text(null),
    ...stamps
  },
  brief: ["id", "url", "display", "name", "description"],
  display: (row) => {
    const label = textOf(row.values, "label") || named(row).replaceAll("_", " ")
    return label.charAt(0).toUpperCase() + label.slice(1)
  },
  unique: [],
  order: (row) => [textOf(row.values, "group_name"), numberOf(row.values, "weight"), named(row)],
  search: ["name", "label", "group_name", "description"],
  filters: {
    object_type: (_, values) =>
      Either.right({
        matches: ({ values: { object_types: types } }) =>
          Array.isArray(types) && values.some((value) => types.includes(value)),
        ids: () => null
      })
  },
  check: checkCustomField,
  stored: spreadDefault,
  removed: stripValues
}

export const extras: ReadonlyArray<Kind> = [tag, customField]
