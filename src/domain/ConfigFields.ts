import { Duration, Schema } from "effect"

/** The kinds of values in a configuration. What is said of a wrong one never repeats it, as it may be a secret. */
const saying = (message: string) => ({ message: () => message })

/** The same for a schema that is made of others, whose own messages would be given instead. */
const sayingFor = (message: string) => ({ message: () => ({ message, override: true }) })

export const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

const Characters = Schema.String.annotations(saying("must be a text; put it in quotes"))

export const Text = Characters.pipe(Schema.nonEmptyString(saying("must not be empty")))

export const Flag = Schema.Boolean.annotations(saying("must be true or false"))

export const Count = Schema.Number.annotations(saying("must be a whole number")).pipe(
  Schema.filter((value) => (Number.isSafeInteger(value) && value >= 0) || "must be a whole number, 0 or more")
)

export const AtLeastOne = Schema.Number.annotations(saying("must be a whole number")).pipe(
  Schema.filter((value) => (Number.isSafeInteger(value) && value >= 1) || "must be a whole number, 1 or more")
)

export const Percent = Schema.Number.annotations(saying("must be a number")).pipe(
  Schema.filter((value) => (value >= 0 && value <= 100) || "must be a number from 0 to 100")
)

export const oneOf = <const Choices extends readonly [string, ...ReadonlyArray<string>]>(...choices: Choices) =>
  Schema.Literal(...choices).annotations(sayingFor(`must be ${choices.join(" or ")}`))

/** A text, or a number that stands for one. */
export const Name = Schema.transform(
  Schema.Union(Text, Schema.Int).annotations({
    message: () => ({ message: "must be a text that is not empty", override: true })
  }),
  Schema.String,
  { strict: true, decode: String, encode: (text) => text }
)

const problemWithUrl = (text: string): string | true => {
  if (!URL.canParse(text)) return "must be an address like https://host:8006"
  const { hash, password, protocol, search, username } = new URL(text)
  if (!/^https?:$/.test(protocol)) return "must begin with https:// or http://"
  if (username !== "" || password !== "") return "must not hold credentials; they have keys of their own"
  return (search === "" && hash === "") || "must end with the path, without ? and #"
}

/** Ends without a slash and without the path of the API itself, which the clients add. */
export const HttpUrl = Schema.transform(Text.pipe(Schema.filter(problemWithUrl)), Schema.String, {
  strict: true,
  decode: (text) => text.replace(/\/+$/, "").replace(/\/(api|api2\/json)$/, ""),
  encode: (text) => text
})

/** Fit to stand in a header. */
const Token = Text.pipe(Schema.pattern(/^[\x21-\x7e]+$/, saying("must not hold blanks or control characters")))

export const Secret = Schema.Redacted(Text)

export const NetBoxToken = Schema.Redacted(Token)

export const ProxmoxToken = Schema.Redacted(
  Token.pipe(Schema.pattern(/^[^@!=]+@[^@!=]+![^!=]+=.+$/, saying("must be like user@realm!name=uuid")))
)

export const ProxmoxUser = Text.pipe(
  Schema.pattern(/^.+@[^@]+$/, saying("must name its realm, like root@pam or sync@pve"))
)

export const SourceName = Text.pipe(
  Schema.pattern(
    /^[A-Za-z0-9][A-Za-z0-9_.-]*$/,
    saying("must begin with a letter or digit and go on with letters, digits, _ . or -")
  )
)

const placeholders = /\{[^{}]*\}/g

export const NodeName = Text.pipe(
  Schema.filter((text) => {
    const known = ["{node}", "{cluster}", "{endpoint}"]
    const unknown = text.match(placeholders)?.find((found) => !known.includes(found))
    if (unknown !== undefined) return `must not hold ${unknown}; ${known.join(", ")} are known`
    return text.includes("{node}") || "must hold {node}, or all nodes have one name"
  })
)

const units = /^\d+(\.\d+)? (millis?|seconds?|minutes?|hours?|days?|weeks?)$/

const isPeriod = (value: string): value is `${number} seconds` => units.test(value)

/** `30 days`, `90 seconds`. */
export const Period = Schema.transform(
  Characters.pipe(Schema.filter(isPeriod, sayingFor('must be a duration like "30 days" or "90 seconds"'))),
  Schema.DurationFromSelf,
  {
    strict: true,
    decode: (text) => Duration.decode(text),
    encode: (duration): `${number} seconds` => `${Duration.toSeconds(duration)} seconds`
  }
)

const Fingerprint = Text.pipe(
  Schema.pattern(
    /^([0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}$/,
    saying("must be a SHA-256 fingerprint: 32 pairs of hex digits, as the Proxmox GUI shows it")
  )
)

/** One or several. */
export const Fingerprints = Schema.Union(Fingerprint, Schema.Array(Fingerprint))
