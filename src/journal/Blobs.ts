import { brotliCompress, brotliDecompress, constants } from "node:zlib"
import type * as SqlClient from "@effect/sql/SqlClient"
import { Effect, Option } from "effect"
import { digestOf } from "./Digest.ts"

/** Quality 5: a tenth of the size for ten milliseconds a megabyte. */
const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }

/** Off the event loop, which a large inventory would hold for a tenth of a second. */
const compress = (text: string) =>
  Effect.async<Buffer, Error>((resume) =>
    brotliCompress(text, quality, (error, bytes) => resume(error === null ? Effect.succeed(bytes) : Effect.fail(error)))
  )

const decompress = (bytes: Uint8Array) =>
  Effect.async<string, Error>((resume) =>
    brotliDecompress(bytes, (error, text) =>
      resume(error === null ? Effect.succeed(text.toString("utf8")) : Effect.fail(error))
    )
  )

export const get = (sql: SqlClient.SqlClient, digest: string) =>
  Effect.flatMap(sql<{ readonly bytes: Uint8Array }>`SELECT bytes FROM blobs WHERE digest = ${digest}`, ([row]) =>
    Effect.transposeOption(Option.map(Option.fromNullable(row), ({ bytes }) => decompress(bytes)))
  )

/** Nothing is compressed or written for a text that is there. */
export const put = Effect.fnUntraced(function* (sql: SqlClient.SqlClient, text: string) {
  const digest = digestOf(text)
  const known = yield* sql`SELECT 1 FROM blobs WHERE digest = ${digest}`
  if (known.length > 0) return digest
  const bytes = yield* compress(text)
  yield* sql`
    INSERT INTO blobs (digest, codec, size, bytes) VALUES (${digest}, 'brotli', ${Buffer.byteLength(text)}, ${bytes})
    ON CONFLICT (digest) DO NOTHING`
  return digest
})
