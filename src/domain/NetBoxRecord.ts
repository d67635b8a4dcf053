import { equal, isJsonObject, type Json, type JsonObject } from "./Json.ts"

/** A value as a write takes it, of one as a read answers it: the id of an object, the value of a choice. */
const written = (value: Json): Json => {
  if (Array.isArray(value)) return value.map(written)
  if (!isJsonObject(value)) return value
  if (typeof value["id"] === "number") return value["id"]
  return Object.keys(value).length === 2 && "value" in value && "label" in value ? (value["value"] ?? null) : value
}

const isSet = (value: Json): value is ReadonlyArray<Json> => Array.isArray(value)

/**
 * Whether writing `wanted` would change a field that reads as `found`. Objects may be wanted by their id or by some of their
 * fields (`{"slug": "lab"}`), lists in any order, numbers as text.
 */
export const isHeld = (found: Json, wanted: Json): boolean => {
  if (isSet(wanted)) {
    return isSet(found) && found.length === wanted.length && wanted.every((one) => found.some((it) => isHeld(it, one)))
  }
  if (isJsonObject(wanted)) {
    return isJsonObject(found) && Object.entries(wanted).every(([name, value]) => isHeld(found[name] ?? null, value))
  }
  const plain = written(found)
  if (typeof plain === "number" && typeof wanted === "string") return wanted !== "" && Number(wanted) === plain
  if (typeof plain === "string" && typeof wanted === "number") return plain !== "" && Number(plain) === wanted
  if (plain === "" || plain === null) return wanted === "" || wanted === null
  return equal(plain, wanted)
}

/** The fields of `wanted` that NetBox does not hold already; those of `custom_fields` one by one. */
export const differences = (found: JsonObject, wanted: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(wanted).flatMap(([name, value]): ReadonlyArray<readonly [string, Json]> => {
      const held = found[name] ?? null
      if (name !== "custom_fields" || !isJsonObject(value)) return isHeld(held, value) ? [] : [[name, value]]
      const inner = differences(isJsonObject(held) ? held : {}, value)
      return Object.keys(inner).length === 0 ? [] : [[name, inner]]
    })
  )

/** One object of NetBox, as it was read, with what a program set since. Setting a field to what it holds changes nothing. */
export class NetBoxRecord {
  /** Path of the list, as `/api/dcim/sites/`. */
  readonly path: string
  readonly id: number
  /** As NetBox answered it. */
  readonly values: JsonObject
  readonly #set: { [field: string]: Json } = {}

  constructor(path: string, id: number, values: JsonObject) {
    this.path = path
    this.id = id
    this.values = values
  }

  /** The field as it was set, else as it was read; null where there is none. */
  get(field: string): Json {
    return this.#set[field] ?? this.values[field] ?? null
  }

  /** `custom_fields` take a part: what it does not name stays. */
  set(field: string, value: Json): this {
    this.#set[field] = value
    return this
  }

  /** What was set and differs from what was read: the body of a PATCH. */
  get dirty(): JsonObject {
    return differences(this.values, this.#set)
  }

  get isDirty(): boolean {
    return Object.keys(this.dirty).length > 0
  }
}
