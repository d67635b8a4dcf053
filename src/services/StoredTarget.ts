import { Effect, Option, Schema } from "effect"
import { canonical, type Json } from "../domain/Json.ts"
import type { Kind } from "../domain/Kind.ts"
import { type Cut, pagesOf } from "../domain/Pages.ts"
import type { Current } from "../domain/Target.ts"
import { breathe } from "../journal/Breathe.ts"
import { load, store } from "./StoredText.ts"

/** Some hundred kilobytes: a few milliseconds to write or to read. */
const cut: Cut = { every: 512, most: 1024 }

/** The text whose digest stands for a kind: names of fields, then the digests of the pages in order of ids. */
const Manifest = Schema.Struct({ fields: Schema.Array(Schema.String), pages: Schema.Array(Schema.String) })

const decodeManifest = Schema.decodeUnknownOption(Schema.parseJson(Manifest))

/** A row of a page: id, `last_updated` and the values of the fields in the order of the manifest. */
type Line = readonly [id: number, updated: string | null, values: ReadonlyArray<Json>]

interface StoredPage {
  readonly digest: string
  readonly rows: ReadonlyArray<Current>
}

/** The objects of one kind as the journal holds them. */
export interface StoredKind {
  readonly digest: string
  /** In order of ids. */
  readonly rows: ReadonlyMap<number, Current>
  readonly pages: ReadonlyArray<StoredPage>
}

const fieldsOf = (kind: Kind): ReadonlyArray<string> => Object.keys(kind.fields)

const lineOf = (fields: ReadonlyArray<string>, row: Current): Line => [
  row.id,
  row.updated,
  fields.map((field) => row.fields[field] ?? null)
]

const textOf = (fields: ReadonlyArray<string>, rows: ReadonlyArray<Current>): string =>
  JSON.stringify(rows.map((row) => lineOf(fields, row)))

/** Of a page that a manifest names, so that it is not checked again. */
const rowsOf = (fields: ReadonlyArray<string>, text: string): ReadonlyArray<Current> => {
  const lines: ReadonlyArray<Line> = JSON.parse(text)
  return lines.map(([id, updated, values]) => {
    const members: { [field: string]: Json } = {}
    fields.forEach((field, index) => {
      members[field] = values[index] ?? null
    })
    return { id, updated, fields: members }
  })
}

const kindOf = (digest: string, pages: ReadonlyArray<StoredPage>): StoredKind => {
  const rows = new Map<number, Current>()
  for (const page of pages) for (const row of page.rows) rows.set(row.id, row)
  return { digest, rows, pages }
}

const isSame = (page: StoredPage | undefined, rows: ReadonlyArray<Current>): page is StoredPage =>
  page?.rows.length === rows.length && page.rows.every((row, index) => row === rows[index])

/**
 * Keeps the objects of a kind, page by page so that nothing else waits for long. A page all of whose rows come out of
 * `known` is neither written nor digested again.
 */
export const storeKind = Effect.fnUntraced(function* (kind: Kind, found: Iterable<Current>, known?: StoredKind) {
  const fields = fieldsOf(kind)
  const before = new Map((known?.pages ?? []).map((page) => [page.rows[0]?.id, page]))
  const pages: Array<StoredPage> = []
  for (const rows of pagesOf(
    [...found].sort((a, b) => a.id - b.id),
    ({ id }) => id,
    cut
  )) {
    const same = before.get(rows[0]?.id)
    if (isSame(same, rows)) {
      pages.push(same)
      continue
    }
    const given = textOf(fields, rows)
    const { digest, text } = yield* store(given)
    pages.push({ digest, rows: text === given ? rows : rowsOf(fields, text) })
    yield* breathe
  }
  const manifest = canonical({ fields, pages: pages.map(({ digest }) => digest) })
  return kindOf((yield* store(manifest)).digest, pages)
})

/** What was stored under a digest; none where the engine of that time read other fields, or stored them otherwise. */
export const loadKind = Effect.fnUntraced(function* (kind: Kind, digest: string) {
  const manifest = Option.flatMap(yield* load(digest), decodeManifest)
  if (Option.isNone(manifest)) return Option.none<StoredKind>()
  const { fields, pages: digests } = manifest.value
  if (canonical([...fields]) !== canonical([...fieldsOf(kind)])) return Option.none<StoredKind>()
  const pages: Array<StoredPage> = []
  for (const page of digests) {
    const text = yield* load(page)
    if (Option.isNone(text)) return Option.none<StoredKind>()
    pages.push({ digest: page, rows: rowsOf(fields, text.value) })
    yield* breathe
  }
  return Option.some(kindOf(digest, pages))
})
