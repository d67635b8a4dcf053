import { adopt, byText, type Kind } from "../Kind.ts"

/** A field that exists is widened to further object types, never narrowed; NetBox does not let its type change. */
export const CustomField: Kind = {
  name: "extras.customfield",
  label: "custom field",
  path: "/api/extras/custom-fields/",
  fields: {
    name: { type: "text", owner: "initial" },
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
  lookup: [{ field: "name", filter: "name" }],
  removal: { how: "keep" }
}
