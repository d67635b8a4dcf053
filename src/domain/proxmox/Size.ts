import { Option } from "effect"

const units = ["", "K", "M", "G", "T"] as const
const grammar = /^(\d{1,16}(?:\.\d{1,15})?)(?:([KMGT])(?:i?B)?|B)?$/i

/** Largest size NetBox can hold, in MiB. */
const limit = 2_147_483_647

/**
 * A size as Proxmox writes it (`32G`, `528K`, `1.5T`, `10GiB`, plain bytes; powers of 1024) in MiB, rounded up and at
 * least 1.
 */
export const parse = (text: string): Option.Option<number> => {
  const match = grammar.exec(text.trim())
  if (match === null) return Option.none()
  const power = units.findIndex((unit) => unit === (match[2] ?? "").toUpperCase())
  const mebibytes = Math.ceil(Number(match[1]) * 1024 ** (power - 2))
  return mebibytes > limit ? Option.none() : Option.some(Math.max(1, mebibytes))
}

/** In the largest unit that divides it, as Proxmox writes sizes. */
export const format = (mebibytes: number): string => {
  if (mebibytes % 1_048_576 === 0) return `${mebibytes / 1_048_576}T`
  return mebibytes % 1024 === 0 ? `${mebibytes / 1024}G` : `${mebibytes}M`
}
