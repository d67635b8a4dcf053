import type { LookupFunction } from "node:net"
import { Context } from "effect"

/**
 * What the service may connect to, judged when a connection is made and on the very address that it goes to: between the
 * storing of a name and its use, whoever has the name may let it lead elsewhere.
 */
export class ConnectGuard extends Context.Tag("proxledger/ConnectGuard")<
  ConnectGuard,
  {
    readonly admits: (address: string) => boolean
    /** By which names are looked up, once for each connection. */
    readonly lookup: LookupFunction
  }
>() {}
