import { createHash } from "node:crypto"

/** SHA-256 as lower-case hex. */
export const digestOf = (text: string): string => createHash("sha256").update(text).digest("hex")

/** The same over a text that comes in parts. */
export const digesting = (): { readonly add: (part: string) => void; readonly end: () => string } => {
  const hash = createHash("sha256")
  return { add: (part) => void hash.update(part), end: () => hash.digest("hex") }
}
