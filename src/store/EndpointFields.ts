import { isIP } from "node:net"
import { Schema } from "effect"

/** The members of endpoint rows and of the bodies that make them. What is said of a wrong one never repeats it. */
const saying = (message: string) => ({ message: () => message })

/** The length of a text, as the database of old took it. */
export const upTo = (length: number) =>
  Schema.String.pipe(Schema.maxLength(length, saying(`must have ${length} characters or fewer`)))

export const Name = upTo(255).pipe(Schema.minLength(1, saying("must not be empty")))

export const whole = (least: number, most: number) =>
  Schema.Int.pipe(Schema.between(least, most, saying(`must be a whole number from ${least} to ${most}`)))

export const Port = whole(1, 65_535)

export const Id = Schema.Int.pipe(Schema.positive(saying("must be a whole number, 1 or more")))

/** Without the length of a prefix, which may follow. */
export const hostOf = (address: string): string => address.replace(/\/\d{1,3}$/, "")

const isAddress = (text: string): boolean => isIP(hostOf(text)) !== 0

/** An IPv4 or IPv6 address, perhaps with the length of its prefix; "" where there is a domain instead. */
export const IpAddress = upTo(45).pipe(
  Schema.filter((text) => text === "" || isAddress(text) || "must be an IPv4 or IPv6 address", {
    jsonSchema: { examples: ["10.0.0.10", "2001:db8::10/64"] }
  })
)

const hostname = /^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?$/

export const isDomain = (text: string): boolean => hostname.test(text) || isIP(text) !== 0

/** A host name, without scheme, port and path; "" for none. */
export const Domain = upTo(255).pipe(
  Schema.filter((text) => text === "" || isDomain(text) || "must be a host name, without scheme, port and path", {
    jsonSchema: { examples: ["pve1.example.com"] }
  })
)

const secret = (length: number) =>
  upTo(length).pipe(
    Schema.filter((text) => !text.startsWith("enc:") || "must not begin with enc:, which marks what is encrypted", {
      jsonSchema: {}
    }),
    Schema.Redacted
  )

export const Secret = secret(1000)

/** Fit to stand in a header; blanks around it do not count. */
export const TokenSecret = upTo(1000).pipe(
  Schema.pattern(/^\s*(?!enc:)[\x21-\x7e]*\s*$/, saying("must be one word of ASCII that does not begin with enc:")),
  Schema.Redacted
)

export const given = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

export const or = <A, I>(schema: Schema.Schema<A, I>, value: A) =>
  Schema.optionalWith(schema, { exact: true, default: () => value })

const placeholders = ["{node}", "{cluster}", "{cluster_slug}", "{endpoint}"]

export const NodeNameTemplate = upTo(128).pipe(
  Schema.filter(
    (text) => {
      const unknown = text.match(/\{[^{}]*\}/g)?.find((found) => !placeholders.includes(found))
      if (unknown !== undefined) return `must hold no placeholders but ${placeholders.join(", ")}`
      return text === "" || text.includes("{node}") || "must hold {node}, or all nodes have one name"
    },
    { jsonSchema: { examples: ["{node}.example.com"] } }
  )
)
