import { Option } from "effect"

/** Upper case with colons, from any of the usual notations. */
export const parse = (text: string): Option.Option<string> => {
  const digits = text.trim().toUpperCase().replace(/[-:.]/g, "")
  if (!/^[0-9A-F]{12}$/.test(digits) || !/^[0-9A-Fa-f]+([-:.]?[0-9A-Fa-f]+)*$/.test(text.trim())) return Option.none()
  return Option.some((digits.match(/../g) ?? []).join(":"))
}
