import { Context } from "effect"

/** The address that the request comes from: that of the peer, or what a trusted proxy says of it. */
export class Source extends Context.Reference<Source>()("proxledger/Source", { defaultValue: () => "" }) {}
