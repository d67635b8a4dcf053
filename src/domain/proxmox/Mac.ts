import { Option } from "effect"

const grammar = /^[0-9a-f]{2}(?:(?::[0-9a-f]{2}){5}|(?:-[0-9a-f]{2}){5})$/i

/** A MAC address in upper case with colons; dashes and lower case are read too. */
export const parse = (text: string): Option.Option<string> => {
  const trimmed = text.trim()
  return grammar.test(trimmed) ? Option.some(trimmed.toUpperCase().replaceAll("-", ":")) : Option.none()
}
