import { isIP } from "node:net"
import { Either, Option, ParseResult, Redacted, Schema } from "effect"
import { hostOf, isDomain } from "./EndpointFields.ts"
import { NetBoxInput, ProxmoxInput } from "./Endpoints.ts"
import * as Rules from "./EndpointRules.ts"
import * as Fernet from "./Fernet.ts"

/** A row as it would have been sent, or why it is none. */
export type Converted<Input> = Either.Either<{ readonly input: Input; readonly note: string }, string>

type Row = { readonly [column: string]: unknown }

const flags = ["verify_ssl", "enabled", "allow_writes", "allow_packer_template_builds"]

const secrets = ["token", "token_key", "password", "token_value"]

/** Every credential of a row that is encrypted. */
export const sealedIn = (row: Row): ReadonlyArray<string> =>
  secrets
    .map((column) => row[column])
    .filter((value): value is string => typeof value === "string" && Fernet.isSealed(value))

export const unseal = (keys: ReadonlyArray<Fernet.Key>, stored: string): Option.Option<string> =>
  Option.firstSomeOf(keys.map((key) => Fernet.unseal(key, stored)))

/** As the API would take it: what is null is as if it was not sent, and what is not to be opened is said by its column. */
const bodyOf = (row: Row, keys: ReadonlyArray<Fernet.Key>): Either.Either<Row, string> => {
  const body: Record<string, unknown> = {}
  for (const [column, value] of Object.entries(row)) {
    if (value === null || value === undefined || (secrets.includes(column) && value === "")) continue
    if (flags.includes(column)) body[column] = value === 1
    else if (secrets.includes(column) && typeof value === "string" && Fernet.isSealed(value)) {
      const text = unseal(keys, value)
      if (Option.isNone(text)) return Either.left(`the key does not open its ${column}`)
      body[column] = text.value
    } else body[column] = value
  }
  return Either.right(body)
}

/** Any text was taken for an address once: a name is one of the domain, and other texts never worked. */
const withHosts = (row: Row): { readonly row: Row; readonly note: string } => {
  const { domain, ip_address: address } = row
  if (typeof address !== "string" || address === "" || isIP(hostOf(address)) !== 0) return { row, note: "" }
  const hasDomain = typeof domain === "string" && domain !== ""
  if (hasDomain)
    return { row: { ...row, ip_address: "" }, note: "its ip_address is none and was dropped, the domain is kept" }
  if (!isDomain(address)) return { row, note: "" }
  return { row: { ...row, ip_address: "", domain: address }, note: "its ip_address is a name and became the domain" }
}

const problemsOf = (error: ParseResult.ParseError): string =>
  ParseResult.ArrayFormatter.formatErrorSync(error)
    .map(({ message, path }) => `${path.join(".")} ${message}`)
    .join("; ")

const convert =
  <A, I>(schema: Schema.Schema<A, I>, problem: (input: A) => string | null) =>
  (stored: Row, keys: ReadonlyArray<Fernet.Key>): Converted<A> => {
    const { note, row } = withHosts(stored)
    return bodyOf(row, keys).pipe(
      Either.flatMap((body) => Either.mapLeft(Schema.decodeUnknownEither(schema)(body), problemsOf)),
      Either.flatMap((input) => {
        const detail = problem(input)
        return detail === null ? Either.right({ input, note }) : Either.left(detail)
      })
    )
  }

const has = (secret: Redacted.Redacted | null): boolean => secret !== null && Redacted.value(secret) !== ""

export const netBoxInput = convert(NetBoxInput, (input) =>
  Rules.netBoxProblem(input, { token: has(input.token), key: has(input.token_key) })
)

export const proxmoxInput = convert(ProxmoxInput, (input) =>
  Rules.proxmoxProblem(input, {
    password: has(input.password),
    tokenName: (input.token_name ?? "") !== "",
    tokenValue: has(input.token_value)
  })
)
