import { Config, Effect, Option, Redacted } from "effect"
import type { StoreFailed } from "./Database.ts"
import type { KeySource } from "./Encryption.ts"
import * as Fernet from "./Fernet.ts"
import type { KeyFile } from "./KeyFile.ts"

/** A key that could be the one that credentials are encrypted with. */
export interface Candidate {
  readonly source: KeySource
  readonly text: Redacted.Redacted
  readonly key: Fernet.Key
  /** Whether it stands in the file of the next key: a rotation was committed, and the process ended before it was put in place. */
  readonly next: boolean
}

const candidate =
  (source: KeySource, next = false) =>
  (text: Redacted.Redacted): Candidate => ({ source, text, key: Fernet.keyOf(Redacted.value(text)), next })

/** The key of the environment; none where it is empty. */
export const fromEnvironment = Config.redacted("PROXBOX_ENCRYPTION_KEY").pipe(
  Config.option,
  Config.map(Option.filter((text) => Redacted.value(text).trim() !== "")),
  // An absent one is none, and there is no other way to be wrong.
  Effect.orDie
)

/** In the order in which they are used. The files are read each time, so that what an operator changes counts at once. */
export const candidates = (
  env: Option.Option<Redacted.Redacted>,
  file: KeyFile
): Effect.Effect<ReadonlyArray<Candidate>, StoreFailed> =>
  Effect.gen(function* () {
    const local = yield* file.read
    const next = yield* file.readNext
    return [
      ...Option.toArray(Option.map(env, candidate("env"))),
      ...Option.toArray(Option.map(local, candidate("local"))),
      ...Option.toArray(Option.map(next, candidate("local", true)))
    ]
  })

/** The secret in a stored text, with the first key that opens it: each text says itself whether a key is its own. */
export const open = (keys: ReadonlyArray<Candidate>, stored: string): Option.Option<Redacted.Redacted> =>
  Option.firstSomeOf(keys.map(({ key }) => Fernet.unseal(key, stored))).pipe(Option.map((text) => Redacted.make(text)))

/**
 * The key to encrypt with: the first that opens anything of what is stored, so that one database has one key; where nothing is
 * encrypted, the first. None where no key opens anything, or there is none.
 */
export const active = (keys: ReadonlyArray<Candidate>, stored: ReadonlyArray<string>): Option.Option<Candidate> => {
  const sealed = stored.filter(Fernet.isSealed)
  const settled = keys.filter(({ next }) => !next)
  if (sealed.length === 0) return Option.fromNullable(settled[0])
  return Option.fromNullable(keys.find(({ key }) => sealed.some((text) => Option.isSome(Fernet.unseal(key, text)))))
}
