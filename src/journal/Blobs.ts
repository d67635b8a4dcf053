import { createHash } from "node:crypto"
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib"
import type * as SqlClient from "@effect/sql/SqlClient"
import { Effect, Option } from "effect"

/** Quality 5: a tenth of the size for ten milliseconds a megabyte. */
const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }

export const digestOf = (text: string): string => createHash("sha256").update(text).digest("hex")

export const get = (sql: SqlClient.SqlClient, digest: string) =>
  Effect.map(sql<{ readonly bytes: Uint8Array }>`SELECT bytes FROM blobs WHERE digest = ${digest}`, ([row]) =>
    Option.map(Option.fromNullable(row), ({ bytes }) => brotliDecompressSync(bytes).toString("utf8"))
  )

/** Nothing is compressed or written for a text that is there. */
export const put = Effect.fnUntraced(function* (sql: SqlClient.SqlClient, text: string) {
  const digest = digestOf(text)
  const known = yield* sql`SELECT 1 FROM blobs WHERE digest = ${digest}`
  if (known.length > 0) return digest
  const bytes = brotliCompressSync(text, quality)
  yield* sql`
    INSERT INTO blobs (digest, codec, size, bytes) VALUES (${digest}, 'brotli', ${text.length}, ${bytes})
    ON CONFLICT (digest) DO NOTHING`
  return digest
})
