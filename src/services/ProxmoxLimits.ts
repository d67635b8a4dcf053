import { Duration, Effect } from "effect"
import type { EndpointError } from "./EndpointError.ts"
import { meaningOf } from "./ProxmoxAnswer.ts"
import * as Turns from "./Turns.ts"

/** `plain` calls are served by pveproxy, `protected` ones by pvedaemon: three workers each on every node. */
export type Lane = "plain" | "protected"

/** What a source may be asked at the same time. */
export interface ProxmoxLimits {
  /** Holds a permit of the node's lane and one of the whole source. */
  readonly permit: (
    node: string | undefined,
    lane: Lane
  ) => <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /**
   * After three failures in a row that point to the node, it is left alone for a minute: calls for it fail at once,
   * since each one would otherwise wait up to 30 s for the forwarding node.
   */
  readonly guard: (
    node: string | undefined,
    lane: Lane
  ) => <A, R>(self: Effect.Effect<A, EndpointError, R>) => Effect.Effect<A, EndpointError, R>
}

const inFlight = { source: 16, plain: 3, protected: 2 }
const failuresBeforeRest = 3
const rest = Duration.toMillis("1 minute")

type Permit = <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

interface Node {
  readonly lanes: { readonly [lane in Lane]: Permit }
  failures: number
  restsUntil: number
  last: EndpointError | undefined
}

/** A protected call may stay without answer because of its guest. */
const pointsToNode = (error: EndpointError, lane: Lane) =>
  meaningOf(error) === "node" || (error._tag === "Cut" && lane === "plain")

export const make: Effect.Effect<ProxmoxLimits> = Effect.map(Effect.clock, (clock) => {
  const source = Turns.atMost(inFlight.source)
  const nodes = new Map<string, Node>()

  /** Calls that name no node stand under `""`: the node that answers them itself. */
  const nodeNamed = (name: string): Node => {
    const known = nodes.get(name)
    if (known !== undefined) return known
    const node: Node = {
      lanes: { plain: Turns.atMost(inFlight.plain), protected: Turns.atMost(inFlight.protected) },
      failures: 0,
      restsUntil: 0,
      last: undefined
    }
    nodes.set(name, node)
    return node
  }

  const guarded = <A, R>(
    node: Node,
    lane: Lane,
    self: Effect.Effect<A, EndpointError, R>
  ): Effect.Effect<A, EndpointError, R> =>
    Effect.suspend(() => {
      if (node.last !== undefined && clock.unsafeCurrentTimeMillis() < node.restsUntil) return Effect.fail(node.last)
      return Effect.matchEffect(self, {
        onSuccess: (value) => {
          node.failures = 0
          return Effect.succeed(value)
        },
        onFailure: (error) => {
          if (pointsToNode(error, lane)) {
            node.failures += 1
            node.last = error
            if (node.failures >= failuresBeforeRest) node.restsUntil = clock.unsafeCurrentTimeMillis() + rest
          }
          return Effect.fail(error)
        }
      })
    })

  return {
    permit: (node, lane) => {
      const ofLane = nodeNamed(node ?? "").lanes[lane]
      return (self) => ofLane(source(self))
    },
    guard: (node, lane) => (self) => (node === undefined ? self : guarded(nodeNamed(node), lane, self))
  }
})
