import { isJsonObject, type Json } from "../../src/domain/Json.ts"

export type JsonPath = ReadonlyArray<string | number>

/** Every place in a value, itself included; of a list its first `rows` members. */
export const placesIn = (value: Json, rows: number): ReadonlyArray<JsonPath> => {
  const members: ReadonlyArray<readonly [string | number, Json]> = Array.isArray(value)
    ? value.slice(0, rows).map((item: Json, index) => [index, item] as const)
    : isJsonObject(value)
      ? Object.entries(value)
      : []
  return [[], ...members.flatMap(([key, item]) => placesIn(item, rows).map((path) => [key, ...path]))]
}

/** The value with another one in that place; as it was where there is no such place. */
export const replacedAt = (value: Json, [step, ...rest]: JsonPath, by: Json): Json => {
  if (step === undefined) return by
  if (Array.isArray(value))
    return value.map((item: Json, index) => (index === step ? replacedAt(item, rest, by) : item))
  return isJsonObject(value) && Object.hasOwn(value, step)
    ? { ...value, [step]: replacedAt(value[step] ?? null, rest, by) }
    : value
}

/** One value of each class that JSON has, and those that look like something. */
export const anyValues: ReadonlyArray<Json> = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  "",
  "x",
  "é\u0000\u202e\ud83d\ude80\n,;=",
  "long ".repeat(4000),
  [null],
  { a: { b: [1] } }
]
