import { randomBytes } from "node:crypto"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { Effect, Option, Redacted } from "effect"
import { explain } from "../sqlite/Explanation.ts"
import { StoreFailed } from "./Database.ts"
import { EncryptionKeyRefused } from "./Encryption.ts"

/**
 * The file that holds the key, and the one beside it that holds the next key until what it encrypts is committed. Nobody but
 * this user may read them, and what is written is on disk as a whole or not at all.
 */
export interface KeyFile {
  /** What is in the file; none where there is no file, or nothing in it. */
  readonly read: Effect.Effect<Option.Option<Redacted.Redacted>, StoreFailed>
  readonly readNext: Effect.Effect<Option.Option<Redacted.Redacted>, StoreFailed>
  readonly writeNext: (key: Redacted.Redacted) => Effect.Effect<void, EncryptionKeyRefused>
  /** Puts the next key in the place of the present one. */
  readonly promote: Effect.Effect<void, EncryptionKeyRefused>
  readonly dropNext: Effect.Effect<void, EncryptionKeyRefused>
  readonly remove: Effect.Effect<void, EncryptionKeyRefused>
}

const syncFolder = (file: string): void => {
  const folder = Fs.openSync(Path.dirname(file), "r")
  Fs.fsyncSync(folder)
  Fs.closeSync(folder)
}

/** The name of a file that is being written is never that of one that is read. */
const write = (file: string, text: string): void => {
  Fs.mkdirSync(Path.dirname(file), { recursive: true, mode: 0o700 })
  const beside = `${file}.${randomBytes(6).toString("hex")}`
  const open = Fs.openSync(beside, "wx", 0o600)
  Fs.writeSync(open, text)
  Fs.fsyncSync(open)
  Fs.closeSync(open)
  Fs.renameSync(beside, file)
  syncFolder(file)
}

const unlink = (file: string): void => {
  if (!Fs.existsSync(file)) return
  Fs.unlinkSync(file)
  syncFolder(file)
}

const read = (file: string) =>
  Effect.try({
    try: () => {
      if (!Fs.existsSync(file)) return Option.none()
      const text = Fs.readFileSync(file, "utf8").trim()
      return text === "" ? Option.none() : Option.some(Redacted.make(text))
    },
    catch: (problem) => new StoreFailed({ file, ...explain(problem) })
  })

export const make = (file: string): KeyFile => {
  const next = `${file}.next`
  const attempt = (change: () => void) =>
    Effect.try({
      try: change,
      catch: (problem) => {
        const { detail, remedy } = explain(problem)
        return new EncryptionKeyRefused({ detail: `key file ${file}: ${detail}. ${remedy}` })
      }
    })
  return {
    read: read(file),
    readNext: read(next),
    writeNext: (key) => attempt(() => write(next, Redacted.value(key))),
    promote: attempt(() => {
      Fs.renameSync(next, file)
      syncFolder(file)
    }),
    dropNext: attempt(() => unlink(next)),
    remove: attempt(() => unlink(file))
  }
}
