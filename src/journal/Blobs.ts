import { brotliCompress, brotliCompressSync, brotliDecompress, brotliDecompressSync, constants } from "node:zlib"
import type * as SqlClient from "@effect/sql/SqlClient"
import { Effect, Option } from "effect"
import { digestOf } from "./Digest.ts"

/** Quality 5: a tenth of the size for ten milliseconds a megabyte. */
const params = { [constants.BROTLI_PARAM_QUALITY]: 5 }

/** So small a text takes less than a thread and its streams would. */
const small = 16_384

const smallParams = { ...params, [constants.BROTLI_PARAM_LGWIN]: 14 }

/** Off the event loop, which a large inventory would hold for a tenth of a second. */
const compress = (text: string) =>
  text.length <= small
    ? Effect.try(() => brotliCompressSync(text, { params: smallParams }))
    : Effect.async<Buffer, Error>((resume) =>
        brotliCompress(text, { params }, (error, bytes) =>
          resume(error === null ? Effect.succeed(bytes) : Effect.fail(error))
        )
      )

const decompress = (bytes: Uint8Array, size: number) =>
  size <= small
    ? Effect.try(() => brotliDecompressSync(bytes).toString("utf8"))
    : Effect.async<string, Error>((resume) =>
        brotliDecompress(bytes, (error, text) =>
          resume(error === null ? Effect.succeed(text.toString("utf8")) : Effect.fail(error))
        )
      )

export const get = (sql: SqlClient.SqlClient, digest: string) =>
  Effect.flatMap(
    sql<{ readonly bytes: Uint8Array; readonly size: number }>`SELECT bytes, size FROM blobs WHERE digest = ${digest}`,
    ([row]) =>
      Effect.transposeOption(Option.map(Option.fromNullable(row), ({ bytes, size }) => decompress(bytes, size)))
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
