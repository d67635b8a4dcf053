import type { Field } from "./Field.ts"
import type { Kind, UniqueKey } from "./Kind.ts"
import type { Row, Values } from "./Row.ts"

type Key = string | number
type Bucket = number | Set<number>

/** Texts by which objects are looked up: names, slugs and the like. */
export const isIndexed = (field: Field & { readonly type: "text" }): boolean =>
  field.required || field.unique || field.nullable

/** The key of a row under a constraint; none where the constraint does not bind it. */
export const keyOf = (unique: UniqueKey, values: Values): string | undefined => {
  if (unique.when !== undefined && !unique.when(values)) return undefined
  const parts = unique.fields.map((field) => values[field] ?? null)
  if (unique.nullsDistinct && parts.includes(null)) return undefined
  return JSON.stringify(
    parts.map((part, index) => {
      const folded = unique.folded?.includes(unique.fields[index] ?? "") === true
      return folded && typeof part === "string" ? part.toLowerCase() : part
    })
  )
}

/** The rows of one kind with an index over names, references, unique keys and custom fields. */
export class Table {
  readonly #kind: Kind
  readonly #rows = new Map<number, Row>()
  readonly #indexes = new Map<string, Map<Key, Bucket>>()
  #sequence = 0
  #version = 0
  #ids: { readonly version: number; readonly list: ReadonlyArray<number> } = { version: -1, list: [] }

  constructor(kind: Kind) {
    this.#kind = kind
  }

  /** Grows with every change. */
  get version() {
    return this.#version
  }

  get size() {
    return this.#rows.size
  }

  /** Ids are not given out again, not even those of a write that was rolled back. */
  nextId(): number {
    return ++this.#sequence
  }

  get(id: number): Row | undefined {
    return this.#rows.get(id)
  }

  /** All ids, ascending. */
  ids(): ReadonlyArray<number> {
    if (this.#ids.version !== this.#version) {
      this.#ids = { version: this.#version, list: [...this.#rows.keys()].sort((a, b) => a - b) }
    }
    return this.#ids.list
  }

  find(index: string, key: Key): ReadonlyArray<number> {
    const bucket = this.#indexes.get(index)?.get(key)
    return bucket === undefined ? [] : typeof bucket === "number" ? [bucket] : [...bucket]
  }

  /** How many rows `find` would find. */
  count(index: string, key: Key): number {
    const bucket = this.#indexes.get(index)?.get(key)
    return bucket === undefined ? 0 : typeof bucket === "number" ? 1 : bucket.size
  }

  referring(field: string, id: number): ReadonlyArray<number> {
    return this.find(field, id)
  }

  /** Puts a row, or takes it away; returns what was there. */
  set(id: number, row: Row | undefined): Row | undefined {
    const before = this.#rows.get(id)
    if (before !== undefined) for (const [index, key] of this.#keys(before)) this.#drop(index, key, id)
    if (row === undefined) {
      this.#rows.delete(id)
    } else {
      this.#rows.set(id, row)
      for (const [index, key] of this.#keys(row)) this.#add(index, key, id)
    }
    this.#version += 1
    return before
  }

  #add(index: string, key: Key, id: number) {
    let keys = this.#indexes.get(index)
    if (keys === undefined) this.#indexes.set(index, (keys = new Map<Key, Bucket>()))
    const bucket = keys.get(key)
    if (bucket === undefined) keys.set(key, id)
    else if (typeof bucket === "number") keys.set(key, new Set([bucket, id]))
    else bucket.add(id)
  }

  #drop(index: string, key: Key, id: number) {
    const keys = this.#indexes.get(index)
    const bucket = keys?.get(key)
    if (typeof bucket === "object") bucket.delete(id)
    if (typeof bucket === "number" || bucket?.size === 0) keys?.delete(key)
  }

  #keys({ values }: Row): Array<readonly [string, Key]> {
    const keys: Array<readonly [string, Key]> = [...(this.#kind.keys?.(values) ?? [])]
    for (const [name, field] of Object.entries(this.#kind.fields)) {
      const stored = values[name]
      if (field.type === "reference" && typeof stored === "number") keys.push([name, stored])
      else if (field.type === "text" && isIndexed(field) && typeof stored === "string") {
        keys.push([name, stored.toLowerCase()])
      } else if ((field.type === "references" || field.type === "tags") && Array.isArray(stored)) {
        for (const id of stored) if (typeof id === "number") keys.push([name, id])
      } else if (field.type === "contentType" && typeof stored === "string") {
        keys.push([name, `${stored}/${String(values[field.id])}`])
      } else if (field.type === "customFields" && typeof stored === "object" && stored !== null) {
        for (const [custom, value] of Object.entries(stored))
          if (value !== null) keys.push([`cf_${custom}`, String(value)])
      }
    }
    for (const [index, unique] of this.#kind.unique.entries()) {
      const key = keyOf(unique, values)
      if (key !== undefined) keys.push([`unique ${index}`, key])
    }
    return keys
  }
}
