import { Failed, Refused } from "./Refused.ts"

/** A rule of the rows, or the guard of addresses, says no. */
export const rowRefused = ({ detail }: { readonly detail: string }) => new Refused({ status: 400, detail })

export const rowNotFound = ({ message }: { readonly message: string }) => new Refused({ status: 404, detail: message })

/** There is no key that opens or closes credentials. */
export const keyMissing = ({ message }: { readonly message: string }) =>
  new Failed({ status: 400, message: "Credentials cannot be encrypted.", detail: message })
