import { refTo, want, type Wanted } from "../Desired.ts"
import type { Ref } from "../Ref.ts"

/** An address that may become primary. */
export interface Candidate {
  readonly ref: Ref
  readonly family: 4 | 6
  readonly why: string
}

/**
 * Per family the first of the candidates; any other of them that is set already stays. Unless the candidates are the
 * `whole` of it, an address that is set may be one that was not seen, and stays. `clears`: a family without any has none.
 */
export const primaries = (
  candidates: ReadonlyArray<Candidate>,
  { clears, whole }: { readonly clears: boolean; readonly whole: boolean }
): { readonly [field: string]: Wanted } => {
  const fields: { [field: string]: Wanted } = {}
  for (const family of [4, 6] as const) {
    const fit = candidates.filter((one) => one.family === family)
    const [first] = fit
    if (first !== undefined) {
      const accepts = fit.map(({ ref }) => refTo(ref))
      fields[`primary_ip${family}`] = want(refTo(first.ref), `preferred address, ${first.why}`, {
        accepts,
        ...(whole ? {} : { whenBlank: true })
      })
    } else if (clears) {
      fields[`primary_ip${family}`] = want(null, "no address is left")
    }
  }
  return fields
}
