import { createServer } from "node:http"
import { Effect } from "effect"

/** Node's own server beneath the routes, with limits against clients that are slow on purpose. */
export class NodeServer extends Effect.Service<NodeServer>()("proxledger/NodeServer", {
  sync: () =>
    createServer({
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      keepAliveTimeout: 75_000,
      connectionsCheckingInterval: 2_000
    })
}) {}
