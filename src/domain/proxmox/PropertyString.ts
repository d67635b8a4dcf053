/**
 * Proxmox's property strings: `key=value` parts joined by commas, of which one may lack its key. A value reaches to the
 * next comma and may itself contain `=`; empty parts are ignored, as Proxmox ignores them.
 */
export interface PropertyString {
  readonly get: (key: string) => string | undefined
  /** In the order of the text. */
  readonly entries: ReadonlyArray<readonly [key: string, value: string]>
  /** Parts that mean nothing: a key without value, a second value of a key. */
  readonly odd: ReadonlyArray<string>
}

/** `defaultKey` names the part that is written without a key. */
export const parse = (text: string, defaultKey: string): PropertyString => {
  const values = new Map<string, string>()
  const odd: Array<string> = []
  for (const raw of text.split(",")) {
    const part = raw.trim()
    if (part === "") continue
    const at = part.indexOf("=")
    const key = at < 0 ? defaultKey : part.slice(0, at).trim()
    const value = at < 0 ? part : part.slice(at + 1).trim()
    if (key === "" || value === "" || values.has(key)) odd.push(part)
    else values.set(key, value)
  }
  return { get: (key) => values.get(key), entries: [...values], odd }
}

/** Every key written out; `parse` gives the same entries back. */
export const format = (entries: PropertyString["entries"]): string =>
  entries.map(([key, value]) => `${key}=${value}`).join(",")
