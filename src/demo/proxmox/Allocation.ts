/** Hands out addresses that no other guest of the cluster, nor of a cluster with another block, has. */
export interface Allocation {
  readonly next: () => {
    readonly mac: string
    readonly v4: { readonly address: string; readonly prefix: number; readonly gateway: string }
    readonly v6: { readonly address: string; readonly prefix: number; readonly gateway: string }
  }
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0")

/** `block` (0 to 15) is the cluster's sixteenth of 10.0.0.0/8, of the MACs BC:24:11:… and its own fd00:block::/32. */
export const make = (block: number): Allocation => {
  let count = 0
  return {
    next: () => {
      const subnet = Math.floor(count / 240)
      const host = 10 + (count % 240)
      const number = block * 0x100000 + count
      count += 1
      const network = `10.${block * 16 + (subnet >> 8)}.${subnet & 255}`
      const network6 = `fd00:${hex(block + 1, 1)}:${hex(subnet + 1, 1)}`
      return {
        mac: `BC:24:11:${hex(number, 6)
          .toUpperCase()
          .replaceAll(/(..)(?=.)/g, "$1:")}`,
        v4: { address: `${network}.${host}`, prefix: 24, gateway: `${network}.1` },
        v6: { address: `${network6}::${hex(host, 1)}`, prefix: 64, gateway: `${network6}::1` }
      }
    }
  }
}
