import { type EndpointError, namesException, type RefusedItem } from "./EndpointError.ts"

/** What follows from the failure of a request that carried several objects. */
export type Verdict =
  /** The named objects failed, nothing was written; the others can be sent again. */
  | { readonly verdict: "named"; readonly items: ReadonlyArray<RefusedItem> }
  /** Nothing was written, and the server does not say because of which object. */
  | { readonly verdict: "unnamed"; readonly detail: string }
  /** Nothing was written: at least one object changed since it was read. */
  | { readonly verdict: "stale" }
  /** Nothing was written; the same request may do later. */
  | { readonly verdict: "later"; readonly waitMillis: number }
  /**
   * It may have been written. `settleMillis` overrides how long it may still take effect. `suspect`: one of the objects may
   * be to blame.
   */
  | { readonly verdict: "unknown"; readonly settleMillis?: number; readonly suspect?: true }
  /** Nothing was written, and no other request would fare better. */
  | { readonly verdict: "halt" }

/** The server undid the transaction, or never began it: it answers no more for this request. */
const overWithIt = { verdict: "unknown", settleMillis: 0 } as const

export const verdictOn = (error: EndpointError): Verdict => {
  switch (error._tag) {
    case "Refused":
      if (error.status === 412) return { verdict: "stale" }
      return error.items.length > 0
        ? { verdict: "named", items: error.items }
        : { verdict: "unnamed", detail: error.detail }
    case "Upstream":
      if (error.status === 500) {
        // NetBox names the exception: a lost database is for later, all else is about the objects of the request.
        if (/^OperationalError|^InterfaceError/.test(error.detail)) return overWithIt
        return namesException(error) ? { verdict: "unnamed", detail: error.detail } : { ...overWithIt, suspect: true }
      }
      return error.status === 504 ? { verdict: "unknown" } : overWithIt
    case "Cut":
    case "Undecodable":
      return { verdict: "unknown" }
    case "Throttled":
      return { verdict: "later", waitMillis: error.retryAfterMillis }
    case "Unreachable":
    case "TlsRejected":
    case "Denied":
      return { verdict: "halt" }
  }
}

/** NetBox's words for an object that exists already, whether from a validator or from the database. */
export const saysItExists = (detail: string): boolean =>
  /already exists|must be unique|must make a unique set|Duplicate .*address|duplicate key value|unique constraint|is already/i.test(
    detail
  )

export const saysItIsMissing = (detail: string): boolean => /does not exist|not found/i.test(detail)

/**
 * NetBox checks a virtual machine as it was read against the disks that are there: where disks were written between the two,
 * it refuses an update that speaks of neither.
 */
export const saysItChangedMeanwhile = (detail: string): boolean => /must match the aggregate size/i.test(detail)
