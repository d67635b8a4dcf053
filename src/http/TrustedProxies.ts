import { isWithin, parseAddress, type Range } from "./Ranges.ts"

/**
 * The source of a request: the peer, unless that is a trusted proxy; then the right-most address it was forwarded for that is
 * not a trusted proxy itself. What stands left of that anybody may have written.
 */
export const sourceOf = (peer: string, forwardedFor: string | undefined, trusted: ReadonlyArray<Range>): string => {
  const hops = [...(forwardedFor ?? "").split(",").map((hop) => hop.trim()), peer]
  let source = peer
  for (const hop of hops.reverse()) {
    const address = parseAddress(hop)
    if (address === undefined) return source
    source = address.toString()
    if (!isWithin(address, trusted)) return source
  }
  return source
}
