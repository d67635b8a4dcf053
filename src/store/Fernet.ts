import { createCipheriv, createDecipheriv, createHash, createHmac, timingSafeEqual } from "node:crypto"
import { Option } from "effect"

/**
 * Fernet (AES-128-CBC, then HMAC-SHA256) as credentials of proxbox-api are stored: the key is the SHA-256 of a text, and the
 * token, which is base64 already, is encoded once more behind `enc:`.
 */
export interface Key {
  readonly signing: Buffer
  readonly encrypting: Buffer
}

/** Blanks around the text do not count. */
export const keyOf = (text: string): Key => {
  const digest = createHash("sha256").update(text.trim(), "utf8").digest()
  return { signing: digest.subarray(0, 16), encrypting: digest.subarray(16) }
}

const version = 0x80

const mark = "enc:"

const base64 = (bytes: Buffer): string => bytes.toString("base64").replaceAll("+", "-").replaceAll("/", "_")

const macOf = ({ signing }: Key, bytes: Buffer): Buffer => createHmac("sha256", signing).update(bytes).digest()

/** `seconds` since 1970 and 16 random bytes stand in the token, in the open. */
export const encrypt = (
  key: Key,
  text: string,
  { iv, seconds }: { readonly iv: Uint8Array; readonly seconds: number }
): string => {
  const head = Buffer.alloc(9)
  head.writeUInt8(version)
  head.writeBigUInt64BE(BigInt(Math.trunc(seconds)), 1)
  const cipher = createCipheriv("aes-128-cbc", key.encrypting, iv)
  const body = Buffer.concat([head, iv, cipher.update(text, "utf8"), cipher.final()])
  return base64(Buffer.concat([body, macOf(key, body)]))
}

const decipher = Option.liftThrowable((key: Key, iv: Buffer, bytes: Buffer): string => {
  const open = createDecipheriv("aes-128-cbc", key.encrypting, iv)
  return Buffer.concat([open.update(bytes), open.final()]).toString("utf8")
})

/** None where the token was made with another key, or altered. Tokens do not grow too old. */
export const decrypt = (key: Key, token: string): Option.Option<string> => {
  const bytes = Buffer.from(token, "base64url")
  // Version, time, IV, one block, HMAC.
  if (bytes.length < 1 + 8 + 16 + 16 + 32 || bytes.readUInt8() !== version) return Option.none()
  const end = bytes.length - 32
  if (!timingSafeEqual(macOf(key, bytes.subarray(0, end)), bytes.subarray(end))) return Option.none()
  return decipher(key, bytes.subarray(9, 25), bytes.subarray(25, end))
}

export const isSealed = (stored: string): boolean => stored.startsWith(mark)

/** What is stored of a secret. */
export const seal = (key: Key, text: string, chance: Parameters<typeof encrypt>[2]): string =>
  mark + base64(Buffer.from(encrypt(key, text, chance), "ascii"))

/** The secret in what `seal` made with the same key. */
export const unseal = (key: Key, stored: string): Option.Option<string> =>
  isSealed(stored) ? decrypt(key, Buffer.from(stored.slice(mark.length), "base64url").toString("ascii")) : Option.none()
