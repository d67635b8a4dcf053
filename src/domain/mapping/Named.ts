import { type Desired, want, type Wanted } from "../Desired.ts"
import { ref, type Ref } from "../Ref.ts"
import type { Target } from "../Target.ts"
import type { Facts } from "./Facts.ts"

type Setting = "tenant" | "role" | "platform" | "vrf"

/** What rules may name, and the kind and field by which it is called. */
const named = {
  tenant: { kind: "tenancy.tenant", key: "slug" },
  role: { kind: "dcim.devicerole", key: "slug" },
  platform: { kind: "dcim.platform", key: "slug" },
  vrf: { kind: "ipam.vrf", key: "name" }
} as const

/** An object that a rule names by id, slug or name; undefined when NetBox has none. */
const find = (target: Target, setting: Setting, value: string): string | undefined => {
  const { key, kind } = named[setting]
  const rows = [...target.rows(kind).values()]
  const row =
    rows.find(({ fields }) => fields["slug"] === value) ??
    rows.find(({ fields }) => String(fields["name"]).toLowerCase() === value.toLowerCase()) ??
    rows.find(({ id }) => String(id) === value)
  return row === undefined ? undefined : String(row.fields[key])
}

const refOf = (setting: Setting, key: string): Ref => ref(named[setting].kind, key)

/** The value of a field that a rule sets; nothing where no rule does, or NetBox has no such object. */
export const setBy = (
  { target }: Facts,
  guest: Facts["guests"][number],
  setting: Setting
): { readonly [field: string]: Wanted } => {
  const set = guest.decision.unsure.has(setting) ? undefined : guest.decision.set[setting]
  const key = set === undefined ? undefined : find(target, setting, set.value)
  return set === undefined || key === undefined
    ? {}
    : { [setting]: want({ $ref: refOf(setting, key) }, `rule ${set.rule}`) }
}

/** The objects that rules name: they are looked up, never made. */
export const namedObjects = (facts: Facts, setting: Setting): ReadonlyArray<Desired> => {
  const { key, kind } = named[setting]
  const keys = new Set(
    facts.guests.flatMap(({ decision }) => {
      const set = decision.set[setting]
      return (set === undefined ? undefined : find(facts.target, setting, set.value)) ?? []
    })
  )
  return [...keys].map((value) => ({
    ref: ref(kind, value),
    source: null,
    label: value,
    lookup: true,
    fields: { [key]: want(value, "rule") }
  }))
}

/** What rules name and NetBox does not have, one line each. */
export const unknownNames = (facts: Facts): ReadonlyArray<{ readonly scope: string; readonly detail: string }> => {
  const lines = new Map<string, { scope: string; detail: string }>()
  for (const setting of ["tenant", "role", "platform", "vrf"] as const) {
    for (const { decision } of facts.guests) {
      const set = decision.set[setting]
      if (set === undefined || find(facts.target, setting, set.value) !== undefined) continue
      const detail = `NetBox has no ${setting} called ${set.value}; create it, or change the rule`
      lines.set(`${set.rule} ${detail}`, { scope: `rule ${set.rule}`, detail })
    }
  }
  return [...lines.values()]
}
