import { Table } from "./Table.ts"
import type { Change } from "./ChangeLog.ts"
import type { Kind } from "./Kind.ts"
import { kinds } from "./Kinds.ts"
import type { Row } from "./Row.ts"

/** What depends on NetBox's version. */
export interface Features {
  /** Of NetBox 4. */
  readonly minor: number
  /** From 4.6: pages by `start=`, `add_tags` and `remove_tags`, ETags. */
  readonly hasCursor: boolean
  /** From 4.7: `mac_address` of an interface can be written. */
  readonly writesMacAddress: boolean
  /**
   * From 4.7: errors of every list with their positions, and missing ids among them. Before, only a create says to
   * which of its objects they belong, an update tells the first one alone, and missing ids are skipped.
   */
  readonly tellsPositions: boolean
}

/** A reference to a kind, seen from its target. */
export interface Referrer {
  readonly kind: Kind
  readonly field: string
}

/** All that the simulated NetBox holds. Writes are undone as a whole where a request does not succeed. */
export class Store {
  readonly #now: () => number
  readonly #tables = new Map<string, Table>()
  readonly #referrers = new Map<string, Array<Referrer>>()
  readonly changes: Array<Change> = []
  readonly enforceGlobalUnique: boolean
  readonly features: Features
  /** Where the links of an answer point to, such as `http://127.0.0.1:8000`. */
  origin = ""
  #undo: Array<() => void> = []
  #stamp = 0
  #change = 0

  /** `now` in milliseconds since 1970. */
  constructor(now: () => number, enforceGlobalUnique: boolean, features: Features) {
    this.#now = now
    this.features = features
    this.enforceGlobalUnique = enforceGlobalUnique
    for (const kind of kinds) {
      this.#tables.set(kind.name, new Table(kind))
      for (const [field, { type, ...rest }] of Object.entries(kind.fields)) {
        const target = type === "tags" ? "extras.tag" : "to" in rest ? rest.to : null
        if (target === null) continue
        const referrers = this.#referrers.get(target) ?? []
        this.#referrers.set(target, [...referrers, { kind, field }])
      }
    }
  }

  table(kind: string): Table {
    const table = this.#tables.get(kind)
    if (table === undefined) throw new Error(`No kind ${kind}`)
    return table
  }

  get(kind: string, id: number | null): Row | undefined {
    return id === null ? undefined : this.table(kind).get(id)
  }

  referrers(kind: string): ReadonlyArray<Referrer> {
    return this.#referrers.get(kind) ?? []
  }

  contentTypeId(name: string): number {
    return kinds.findIndex((kind) => kind.name === name) + 1
  }

  /** The time to the microsecond; never the same twice. */
  stamp(): string {
    this.#stamp = Math.max(this.#now() * 1000, this.#stamp + 1)
    const micros = String(this.#stamp % 1000).padStart(3, "0")
    return new Date(Math.floor(this.#stamp / 1000)).toISOString().replace("Z", `${micros}Z`)
  }

  nextChange(): number {
    return ++this.#change
  }

  put(kind: string, row: Row): void {
    this.#set(kind, row.id, row)
  }

  drop(kind: string, id: number): void {
    this.#set(kind, id, undefined)
  }

  record(change: Change): void {
    this.changes.push(change)
    this.#undo.push(() => void this.changes.pop())
  }

  /** Keeps what `run` wrote if `kept` says so of its result, else takes it back. */
  transaction<A>(run: () => A, kept: (result: A) => boolean): A {
    const outer = this.#undo
    const undo: Array<() => void> = []
    this.#undo = undo
    const result = run()
    this.#undo = outer
    if (kept(result)) outer.push(...undo)
    else for (const step of undo.reverse()) step()
    return result
  }

  /** Forgets how to undo what a finished request wrote. */
  commit(): void {
    this.#undo = []
  }

  #set(kind: string, id: number, row: Row | undefined) {
    const table = this.table(kind)
    const before = table.set(id, row)
    this.#undo.push(() => void table.set(id, before))
  }
}
