import type { Json, JsonObject } from "../../domain/Json.ts"

/** What is wrong with one object, by field; `__all__` for what belongs to no field. */
export type Problems = JsonObject

/** Why a write did not happen. */
export type Failure =
  | { readonly _tag: "Invalid"; readonly problems: Problems }
  /** A signal of NetBox refused it: `detail` of a single write, `__all__` of an item of a list. */
  | { readonly _tag: "Aborted"; readonly message: string }
  | { readonly _tag: "Protected"; readonly dependents: ReadonlyArray<string> }
  /** An exception that NetBox does not catch: 500, whatever the rest of the list. */
  | { readonly _tag: "Crashed"; readonly exception: string; readonly error: string }

export const invalid = (problems: Problems): Failure => ({ _tag: "Invalid", problems })

export const general = (...messages: ReadonlyArray<string>): Problems => ({ __all__: messages })

export const isClear = (problems: Problems): boolean => Object.keys(problems).length === 0

/** Both, with the lists of a field that is in both joined. */
export const join = (a: Problems, b: Problems): Problems => {
  const joined: Record<string, Json> = { ...a }
  for (const [field, messages] of Object.entries(b)) {
    const before = joined[field]
    joined[field] = Array.isArray(before) && Array.isArray(messages) ? [...before, ...messages] : messages
  }
  return joined
}
