import { Either } from "effect"

/** The tokens that the simulated NetBox knows, all of the user `admin`. */
export interface Tokens {
  /** Version 1: 40 hexadecimal digits. */
  readonly token: string
  /** Version 2: `nbt_<key>.<secret>`. */
  readonly tokenV2: string
}

const invalidHeader = 'Invalid authorization header: Must be in the form "Bearer <key>.<token>" or "Token <token>"'

/** Whether the header opens the door; else what NetBox says in its 403. */
export const authenticate = (header: string | undefined, { token, tokenV2 }: Tokens): Either.Either<void, string> => {
  const [keyword = "", value = "", ...rest] = (header ?? "").split(/\s+/).filter((part) => part !== "")
  if (!["token", "bearer"].includes(keyword.toLowerCase()))
    return Either.left("Authentication credentials were not provided.")
  if (value === "" || rest.length > 0) return Either.left(invalidHeader)
  if (!value.startsWith("nbt_")) return value === token ? Either.right(undefined) : Either.left("Invalid v1 token")
  if (!value.includes(".")) {
    return Either.left(
      "Invalid authorization header: Could not parse key from v2 token. Did you mean to use 'Token' instead of 'Bearer'?"
    )
  }
  return value === tokenV2 ? Either.right(undefined) : Either.left("Invalid v2 token")
}
