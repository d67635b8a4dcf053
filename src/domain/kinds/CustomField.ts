import { adopt, byText, type Kind } from "../Kind.ts"

/**
 * A field that exists is widened to further object types, never narrowed; NetBox does not let its type change. Whether it is
 * unique, and how it is filtered, is its owner's choice: the engine compares what it finds. The name that was last applied
 * or found is the one in use (`CustomNames`).
 */
export const CustomField: Kind = {
  name: "extras.customfield",
  label: "custom field",
  path: "/api/extras/custom-fields/",
  fields: {
    name: { type: "text", owner: "three-way" },
    type: { type: "choice", owner: "initial" },
    object_types: { type: "words", owner: "owned" },
    label: { type: "text", owner: "initial" },
    description: { type: "text", owner: "initial", maxLength: 200 },
    unique: { type: "boolean", owner: "initial" },
    filter_logic: { type: "choice", owner: "initial" },
    ui_editable: { type: "choice", owner: "initial" }
  },
  probes: [
    {
      ...byText("name", false),
      judge: (desired, row) =>
        desired.fields["type"]?.value === row.fields["type"]
          ? adopt
          : {
              verdict: "leave",
              conflict: `NetBox has a custom field of this name with type ${String(row.fields["type"])}; rename or remove it`
            }
    }
  ],
  unique: [{ fields: ["name"] }],
  lookup: [
    { field: "name", filter: "name" },
    { field: "type", filter: "type" }
  ],
  removal: { how: "keep" }
}
