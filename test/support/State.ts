import { isJsonObject, type Json, type JsonObject } from "../../src/domain/Json.ts"
import { kindNamed, kindsOf } from "../../src/domain/Kinds.ts"
import { current, type Current } from "../../src/domain/Target.ts"

export interface NetBoxAddress {
  readonly url: string
  readonly token: string
}

/** A request as an operator's script would send it. */
export const ask = async (
  { token, url }: NetBoxAddress,
  method: "GET" | "POST" | "PATCH" | "DELETE",
  path: string,
  body?: Json
): Promise<Json> => {
  const answer = await fetch(path.startsWith("http") ? path : `${url}${path}`, {
    method,
    // A kept connection may be closed by NetBox just as the next request goes out on it.
    headers: { authorization: `Token ${token}`, "content-type": "application/json", connection: "close" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) })
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 500)}`)
  return text === "" ? null : (JSON.parse(text) as Json)
}

const isRow = (value: Json): value is JsonObject & { readonly id: number } =>
  isJsonObject(value) && typeof value["id"] === "number"

/** All rows of a list. */
export const rowsOf = async (netbox: NetBoxAddress, path: string) => {
  const rows: Array<JsonObject & { readonly id: number }> = []
  let next: Json = `${path}?limit=1000`
  while (typeof next === "string") {
    const page: Json = await ask(netbox, "GET", next)
    if (!isJsonObject(page) || !Array.isArray(page["results"])) throw new Error(`${path} answered no list`)
    rows.push(...page["results"].filter(isRow))
    next = page["next"] ?? null
  }
  return rows
}

/** The kinds that this NetBox has. */
const kindsIn = async (netbox: NetBoxAddress) => {
  const status = await ask(netbox, "GET", "/api/status/")
  const [major = 0, minor = 0] = String(isJsonObject(status) ? status["netbox-version"] : "")
    .split(".")
    .map(Number)
  return kindsOf({ major, minor })
}

const labelOf = (row: Current): string =>
  String(row.fields["name"] ?? row.fields["model"] ?? row.fields["address"] ?? row.fields["mac_address"])

/**
 * Everything NetBox holds of the engine's kinds, without ids and times: foreign keys are the labels of what they name, so
 * two NetBoxes that hold the same have equal states, and a duplicate shows as a line that stands there twice.
 */
export const stateOf = async (netbox: NetBoxAddress): Promise<{ readonly [kind: string]: ReadonlyArray<string> }> => {
  const rows = new Map<string, ReadonlyMap<number, Current>>()
  const known = await kindsIn(netbox)
  for (const kind of known) {
    const found = await rowsOf(netbox, kind.path)
    rows.set(kind.name, new Map(found.map((row) => [row.id, current(kind, row)])))
  }
  const name = (kind: string, id: Json): Json => {
    const row = typeof id === "number" ? rows.get(kind)?.get(id) : undefined
    if (row === undefined) return id
    const parent = Object.entries(kindNamed(kind).fields).find(
      ([, field]) => field.type === "ref" && field.parent === true
    )
    const of =
      parent === undefined || parent[1].type !== "ref"
        ? ""
        : `${String(name(parent[1].kind, row.fields[parent[0]] ?? null))}/`
    return `${of}${labelOf(row)}`
  }
  return Object.fromEntries(
    known.map((kind) => [
      kind.name,
      [...(rows.get(kind.name)?.values() ?? [])]
        .map((row) => {
          const fields = Object.entries(kind.fields).map(([field, type]): [string, Json] => {
            const value = row.fields[field] ?? null
            if (type.type === "ref") return [field, name(type.kind, value)]
            if (type.type === "generic") return [field, name(String(row.fields[type.typeField]), value)]
            if (type.type === "refs" && Array.isArray(value))
              return [field, value.map((id: Json) => name(type.kind, id)).sort()]
            if (type.type === "tags" && Array.isArray(value)) {
              return [field, value.map((id: Json) => name("extras.tag", id)).sort()]
            }
            return [field, value]
          })
          return JSON.stringify(Object.fromEntries(fields))
        })
        .sort()
    ])
  )
}

const emptyLists = async (netbox: NetBoxAddress, paths: ReadonlyArray<string>): Promise<void> => {
  const lists = await Promise.all(paths.map((path) => rowsOf(netbox, path)))
  for (const [index, path] of paths.entries()) {
    const ids = (lists[index] ?? []).map(({ id }) => ({ id }))
    for (let at = 0; at < ids.length; at += 100) await ask(netbox, "DELETE", path, ids.slice(at, at + 100))
  }
}

/** These take with them most of what there is. */
const owners = ["virtualization.virtualmachine", "dcim.device"].map((kind) => kindNamed(kind).path)

/** What the edits of operators leave, and what sites cannot go without. */
const others = ["/api/dcim/racks/"]

/** Deletes everything of the engine's kinds, children with their parents. */
export const empty = async (netbox: NetBoxAddress): Promise<void> => {
  await emptyLists(netbox, owners)
  await emptyLists(netbox, [...others, ...[...(await kindsIn(netbox))].reverse().map(({ path }) => path)])
}

/** The newest row of NetBox's change log. */
export const changeLogHead = async (netbox: NetBoxAddress): Promise<number> => {
  const page = await ask(netbox, "GET", "/api/core/object-changes/?limit=1&ordering=-id")
  const row: Json | undefined = isJsonObject(page) && Array.isArray(page["results"]) ? page["results"][0] : undefined
  return row !== undefined && isRow(row) ? row.id : 0
}
