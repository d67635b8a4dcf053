import { isJsonObject, type Json } from "../../../src/domain/Json.ts"

/**
 * What a value has to look like.
 *
 * - A text names types, with `|` between them: `text`, `int`, `number`, `bool`, `null`, `object`, `list`, `any`.
 * - A text that begins with `=` is that text; numbers, truth values and null are themselves.
 * - A list is a list of exactly these members.
 * - An object has exactly these members. `name?` may be absent; `name+` is there although the contract does not know it;
 *   `*` stands for all others.
 */
export type Shape =
  string | number | boolean | null | RegExp | Each | ReadonlyArray<Shape> | { readonly [name: string]: Shape }

/** A list whose members all have one shape, behind some that have their own. */
export class Each {
  readonly first: ReadonlyArray<Shape>
  readonly rest: Shape
  readonly least: number

  constructor(first: ReadonlyArray<Shape>, rest: Shape, least: number) {
    this.first = first
    this.rest = rest
    this.least = least
  }
}

/** Any number of them. */
export const every = (shape: Shape): Each => new Each([], shape, 0)

/** At least so many. */
export const some = (shape: Shape, least = 1): Each => new Each([], shape, least)

const types: { readonly [name: string]: (value: Json) => boolean } = {
  text: (value) => typeof value === "string",
  int: (value) => Number.isInteger(value),
  number: (value) => typeof value === "number",
  bool: (value) => typeof value === "boolean",
  null: (value) => value === null,
  object: (value) => isJsonObject(value),
  list: (value) => Array.isArray(value),
  any: () => true
}

const isOf = (value: Json, type: string): boolean => {
  const is = types[type]
  if (is === undefined) throw new Error(`there is no type ${type}`)
  return is(value)
}

const told = (value: Json): string => {
  const text = JSON.stringify(value)
  return text.length > 120 ? `${text.slice(0, 120)}…` : text
}

const nameOf = (member: string): string => member.replace(/[?+]+$/, "")

const isObject = (shape: Shape): shape is { readonly [name: string]: Shape } =>
  shape !== null && typeof shape === "object" && !(shape instanceof RegExp) && !isList(shape)

const isList = (shape: Shape): shape is ReadonlyArray<Shape> | Each => Array.isArray(shape) || shape instanceof Each

const ofMembers = (shape: { readonly [name: string]: Shape }, value: Json, at: string): ReadonlyArray<string> => {
  if (!isJsonObject(value)) return [`${at}: expected an object, got ${told(value)}`]
  const known = new Map(Object.entries(shape).map(([member, of]) => [nameOf(member), { member, of }]))
  const missing = [...known.values()].flatMap(({ member }) =>
    member === "*" || member.endsWith("?") || Object.hasOwn(value, nameOf(member))
      ? []
      : [`${at}.${nameOf(member)}: missing`]
  )
  const wrong = Object.entries(value).flatMap(([name, member]) => {
    const found = known.get(name) ?? known.get("*")
    return found === undefined
      ? [`${at}.${name}: not in the contract, got ${told(member)}`]
      : differences(found.of, member, `${at}.${name}`)
  })
  return [...missing, ...wrong]
}

const ofList = (shape: ReadonlyArray<Shape> | Each, value: Json, at: string): ReadonlyArray<string> => {
  if (!Array.isArray(value)) return [`${at}: expected a list, got ${told(value)}`]
  const { first, least, rest } =
    shape instanceof Each ? shape : { first: shape, least: shape.length, rest: null as Shape }
  const needed = Math.max(first.length, least)
  if (value.length < needed) return [`${at}: expected ${needed} members or more, got ${told(value)}`]
  if (!(shape instanceof Each) && value.length > shape.length) {
    return [`${at}: expected ${shape.length} members, got ${told(value)}`]
  }
  return value.flatMap((member: Json, index) => differences(first[index] ?? rest, member, `${at}[${index}]`))
}

/** How a value differs from what it has to look like, one line each. */
export const differences = (shape: Shape, value: Json, at: string): ReadonlyArray<string> => {
  const unless = (same: boolean, expected: string) => (same ? [] : [`${at}: expected ${expected}, got ${told(value)}`])
  if (shape instanceof RegExp) return unless(typeof value === "string" && shape.test(value), String(shape))
  if (isList(shape)) return ofList(shape, value, at)
  if (isObject(shape)) return ofMembers(shape, value, at)
  if (typeof shape !== "string") return unless(value === shape, String(shape))
  if (shape.startsWith("=")) return unless(value === shape.slice(1), JSON.stringify(shape.slice(1)))
  return unless(
    shape.split("|").some((type) => isOf(value, type)),
    shape
  )
}

/** Members of a shape that the contract does not know. */
export const additionsIn = (shape: Shape): ReadonlyArray<string> => {
  if (shape instanceof Each) return [...shape.first, shape.rest].flatMap(additionsIn)
  if (Array.isArray(shape)) return shape.flatMap(additionsIn)
  return isObject(shape)
    ? Object.entries(shape).flatMap(([member, of]) => [
        ...(member.includes("+") ? [nameOf(member)] : []),
        ...additionsIn(of)
      ])
    : []
}
