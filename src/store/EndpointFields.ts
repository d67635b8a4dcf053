import { isIP } from "node:net"
import { Schema } from "effect"

/**
 * The members of rows and of the bodies that make them. What is said of a wrong one is one sentence and never repeats it, as
 * it may be a secret.
 */
const saying = <A, I>(schema: Schema.Schema<A, I>, message: string): Schema.Schema<A, I> =>
  schema.annotations({ message: () => ({ message, override: true }) })

/** What is said of a schema, so that a wider one can say it, too. */
const messages = new WeakMap<object, string>()

export const orNull = <A, I>(schema: Schema.Schema<A, I>): Schema.Schema<A | null, I | null> =>
  saying(Schema.NullOr(schema), `${messages.get(schema) ?? "must be as documented"}, or null`)

const field = <A, I>(schema: Schema.Schema<A, I>, message: string): Schema.Schema<A, I> => {
  const said = saying(schema, message)
  messages.set(said, message)
  return said
}

/** Texts up to a length that a test accepts. */
const accepted = (length: number, accepts: (text: string) => boolean, examples: ReadonlyArray<string> = []) =>
  Schema.String.pipe(
    Schema.maxLength(length),
    Schema.filter((text) => accepts(text), { jsonSchema: examples.length === 0 ? {} : { examples } })
  )

export const Flag = field(Schema.Boolean, "must be true or false")

export const oneOf = <const Choices extends readonly [string, ...ReadonlyArray<string>]>(...choices: Choices) =>
  field(Schema.Literal(...choices), `must be ${choices.join(" or ")}`)

export const upTo = (length: number) =>
  field(Schema.String.pipe(Schema.maxLength(length)), `must be a text of ${length} characters or fewer`)

export const Name = field(
  Schema.String.pipe(Schema.minLength(1), Schema.maxLength(255)),
  "must be a text of 1 to 255 characters"
)

export const whole = (least: number, most: number) =>
  field(Schema.Int.pipe(Schema.between(least, most)), `must be a whole number from ${least} to ${most}`)

export const between = (least: number, most: number) =>
  field(Schema.Number.pipe(Schema.between(least, most)), `must be a number from ${least} to ${most}`)

export const Port = whole(1, 65_535)

export const Id = field(Schema.Int.pipe(Schema.positive()), "must be a whole number, 1 or more")

/** Without the length of a prefix, which may follow. */
export const hostOf = (address: string): string => address.replace(/\/\d{1,3}$/, "")

/** A zone has no meaning elsewhere. */
const isAddress = (text: string): boolean => isIP(hostOf(text)) !== 0 && !text.includes("%")

/** An IPv4 or IPv6 address, perhaps with the length of its prefix; "" where there is a domain instead. */
export const IpAddress = field(
  accepted(45, (text) => text === "" || isAddress(text), ["10.0.0.10", "2001:db8::10/64"]),
  "must be an IPv4 or IPv6 address"
)

const hostname = /^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?$/

export const isDomain = (text: string): boolean => hostname.test(text) || isAddress(text)

/** A host name, without scheme, port and path; "" for none. */
export const Domain = field(
  accepted(255, (text) => text === "" || isDomain(text), ["pve1.example.com"]),
  "must be a host name, without scheme, port and path"
)

const isMarked = (text: string): boolean => text.trimStart().startsWith("enc:")

export const Secret = field(
  Schema.Redacted(accepted(1000, (text) => !isMarked(text))),
  "must be a text of 1000 characters or fewer that does not begin with enc:"
)

/** Fit to stand in a header; blanks around it do not count. */
export const TokenSecret = field(
  Schema.Redacted(accepted(1000, (text) => /^\s*[\x21-\x7e]*\s*$/.test(text) && !isMarked(text))),
  "must be one word of ASCII, of 1000 characters or fewer, that does not begin with enc:"
)

const placeholders = ["{node}", "{cluster}", "{cluster_slug}", "{endpoint}"]

const isTemplate = (text: string): boolean =>
  text === "" ||
  (text.includes("{node}") && (text.match(/\{[^{}]*\}/g) ?? []).every((found) => placeholders.includes(found)))

export const NodeNameTemplate = field(
  accepted(128, isTemplate, ["{node}.example.com"]),
  `must hold {node}, and no placeholders but ${placeholders.join(", ")}`
)

export const given = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

export const or = <A, I>(schema: Schema.Schema<A, I>, value: A) =>
  Schema.optionalWith(schema, { exact: true, default: () => value })
