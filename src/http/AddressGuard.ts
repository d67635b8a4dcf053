import { lookup } from "node:dns"
import type { LookupFunction } from "node:net"
import { Context, Effect, Either, Layer, Schema } from "effect"
import { ConnectGuard } from "../services/ConnectGuard.ts"
import { HttpSettings } from "./HttpSettings.ts"
import { type Address, embedded, isWithin, parseAddress, parseRange, type Range } from "./Ranges.ts"

/** An address that the service must not connect to, or a name that leads to one; status 400 with `detail`. */
export class AddressRefused extends Schema.TaggedError<AddressRefused>()("AddressRefused", { detail: Schema.String }) {
  override get message() {
    return this.detail
  }
}

/** Where a server is looked for, as a row has it. */
export interface Addressed {
  readonly ip_address: string
  readonly domain: string | null
}

/** What was sent of it: a row that is changed keeps the rest. */
type Sent = { readonly [name in keyof Addressed]?: Addressed[name] | undefined }

/** The names of the system, unless something else knows them. */
export class Names extends Context.Reference<Names>()("proxledger/Names", {
  defaultValue: (): LookupFunction => lookup
}) {}

/** Private networks are not among these: that is where Proxmox lives. */
const refusedKinds: ReadonlySet<string> = new Set([
  "unspecified",
  "loopback",
  "linkLocal",
  "multicast",
  "broadcast",
  "teredo"
])

/** Where clouds tell machines their credentials, as far as the address is not link-local anyway; and what nobody has. */
const nowhere: ReadonlyArray<Range> = [
  "fd00:ec2::254",
  "fd20:ce::254",
  "100.100.100.200",
  "168.63.129.16",
  "192.0.0.0/24",
  "240.0.0.0/4"
].flatMap((text) => Either.match(parseRange(text), { onLeft: () => [], onRight: (range) => [range] }))

const patience = "3 seconds"

/** As an HTTP client reads it: 127.1, 0x7f000001 and 2130706433 are one address. */
const normalised = (host: string): string => {
  const url = `http://${host.includes(":") && !host.startsWith("[") ? `[${host}]` : host}/`
  return URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$|\.$/g, "") : host
}

const textOf = (found: string | { readonly address: string }): string =>
  typeof found === "string" ? found : found.address

const unknown: Addressed = { ip_address: "", domain: null }

const refusal = (kind: "IP address" | "domain", host: string, why: string) =>
  new AddressRefused({
    detail: `Invalid ${kind}: ${host} ${why}. Use an address of the server itself, or allow its network with PROXLEDGER_ALLOWED_RANGES`
  })

/** Keeps the service from being sent to addresses that only it can reach. */
export class AddressGuard extends Effect.Service<AddressGuard>()("proxledger/AddressGuard", {
  effect: Effect.gen(function* () {
    const { allowedRanges } = yield* HttpSettings
    const names = yield* Names

    const addressesOf = (name: string) =>
      Effect.async<ReadonlyArray<string>, Error>((resume) =>
        names(name, { all: true }, (error, found) =>
          resume(error === null ? Effect.succeed([found].flat().map(textOf)) : Effect.fail(error))
        )
      )

    const isRefused = (address: Address): boolean =>
      !isWithin(address, allowedRanges) &&
      (refusedKinds.has(address.range()) ||
        isWithin(address, nowhere) ||
        embedded(address).some((inner) => isRefused(inner)))

    const admits = (text: string): boolean => {
      const address = parseAddress(text)
      return address !== undefined && !isRefused(address)
    }

    const judge = Effect.fnUntraced(function* (host: string) {
      const name = normalised(host)
      const address = parseAddress(name)
      if (address !== undefined) {
        return isRefused(address) ? yield* refusal("IP address", host, "is not an address of a server") : undefined
      }
      const found = yield* addressesOf(name).pipe(
        Effect.timeout(patience),
        Effect.mapError(() => refusal("domain", host, "cannot be resolved"))
      )
      return found.every(admits)
        ? undefined
        : yield* refusal("domain", host, "leads to an address that is not one of a server")
    })

    /** Without the length of a prefix, which may follow. */
    const bare = (text: string) => text.replace(/\/\d+$/, "")

    const isLoopback = (text: string) => parseAddress(bare(text))?.range() === "loopback"

    /** Of a row as it will be: where nothing of its address is sent, there is nothing to judge. */
    const judging =
      (hostsOf: (row: Addressed) => ReadonlyArray<string>) =>
      ({ domain, ip_address }: Sent, now: Addressed = unknown): Effect.Effect<void, AddressRefused> =>
        domain === undefined && ip_address === undefined
          ? Effect.void
          : Effect.forEach(
              hostsOf({ domain: domain === undefined ? now.domain : domain, ip_address: ip_address ?? now.ip_address }),
              judge,
              { discard: true }
            )

    const connections: ConnectGuard["Type"] = { admits, lookup: names }

    return {
      /** Of a NetBox the domain is used, or else the address. */
      netbox: judging(({ domain, ip_address }) => [domain !== null && domain !== "" ? domain : bare(ip_address)]),
      /** Of Proxmox both are used; a loopback address beside a domain stands for none. */
      proxmox: judging(({ domain, ip_address }) => {
        const named = domain !== null && domain !== ""
        return [
          ...(named ? [domain] : []),
          ...(ip_address === "" || (named && isLoopback(ip_address)) ? [] : [bare(ip_address)])
        ]
      }),
      connections
    }
  })
}) {}

/** Judges what is stored, and what is connected to. */
export const layer = Layer.effect(
  ConnectGuard,
  Effect.map(AddressGuard, ({ connections }) => connections)
).pipe(Layer.provideMerge(AddressGuard.Default))
