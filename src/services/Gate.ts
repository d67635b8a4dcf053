import { Duration, Effect, Exit, type Scope } from "effect"
import type { RunPace } from "../domain/Event.ts"
import { type Bulk, type BulkMethod, Pace, type PaceOptions, type Sign, type Strain } from "../domain/Pace.ts"
import * as Turns from "./Turns.ts"

/** Told of every change of what an endpoint is asked at a time. */
export interface GateWatcher {
  readonly inFlight: (endpoint: string, most: number) => void
  readonly batch: (endpoint: string, method: BulkMethod, path: string, size: number) => void
  readonly slowed: (endpoint: string, strain: Strain) => void
}

/** What the end of a request showed. */
export interface Shown {
  readonly sign: Sign
  /** How long the endpoint asks to be left alone. */
  readonly pauseMillis: number
}

/** Lets as many requests to an endpoint as its pace allows, first come, first served, and none while it asks to wait. */
export interface Gate {
  /** The request, once it is its turn. `read` tells from its end and the milliseconds it took what that shows. */
  readonly pass: <A, E, R>(
    request: Effect.Effect<A, E, R>,
    read: (exit: Exit.Exit<A, E>, took: number, now: number) => Shown,
    bulk?: Bulk
  ) => Effect.Effect<A, E, R>
  /** Requests in flight at most, now. */
  readonly inFlight: () => number
  /** Objects in a list at most, now. */
  readonly size: (method: BulkMethod, path: string, most: number) => number
  /** Begins an account, which is kept until the scope ends. The effect reads it. */
  readonly account: Effect.Effect<Effect.Effect<RunPace>, never, Scope.Scope>
}

interface Account {
  inFlight: number
  readonly batches: Map<string, RunPace["batches"][number]>
  readonly slowdowns: Map<Strain, number>
  waited: number
}

/** Belongs outside of deadlines, so that waiting for a turn does not count, and inside of retries, so that a pause takes none. */
export const make = Effect.fnUntraced(function* (
  endpoint: string,
  options: PaceOptions,
  watcher?: GateWatcher
): Effect.fn.Return<Gate, never, Scope.Scope> {
  const clock = yield* Effect.clock
  const scope = yield* Effect.scope
  const pace = new Pace(options)
  const accounts = new Set<Account>()
  let closedUntil = 0
  const turns = Turns.make((inside) => inside < pace.inFlight && clock.unsafeCurrentTimeMillis() >= closedUntil)
  watcher?.inFlight(endpoint, pace.inFlight)

  const note = (account: Account) => {
    account.inFlight = Math.min(account.inFlight, pace.inFlight)
    for (const batch of pace.shrunk) {
      const key = `${batch.method} ${batch.path}`
      if (batch.low < (account.batches.get(key)?.low ?? batch.most)) account.batches.set(key, batch)
    }
  }

  const tell = (strain: Strain | null, bulk: Bulk | undefined) => {
    watcher?.inFlight(endpoint, pace.inFlight)
    if (bulk !== undefined) {
      const { method, path } = bulk
      const size = pace.known(method, path)
      if (size !== undefined) watcher?.batch(endpoint, method, path, size)
    }
    if (strain === null) return
    watcher?.slowed(endpoint, strain)
    for (const account of accounts) {
      note(account)
      account.slowdowns.set(strain, (account.slowdowns.get(strain) ?? 0) + 1)
    }
  }

  /** Timers may be early by a moment, and the time may have been put off meanwhile. */
  const reopen: Effect.Effect<void> = Effect.suspend(() => {
    const left = closedUntil - clock.unsafeCurrentTimeMillis()
    return left > 0 ? Effect.zipRight(clock.sleep(Duration.millis(left)), reopen) : Effect.sync(turns.admit)
  })

  const close = (now: number, millis: number) =>
    Effect.suspend(() => {
      const [open, until] = [Math.max(now, closedUntil), now + millis]
      if (until <= open) return Effect.void
      closedUntil = until
      for (const account of accounts) account.waited += until - open
      return Effect.asVoid(Effect.forkIn(Effect.interruptible(reopen), scope))
    })

  const pass: Gate["pass"] = (request, read, bulk) =>
    turns.pass((restore) => {
      const { turn } = pace
      const began = clock.unsafeCurrentTimeMillis()
      return Effect.flatMap(Effect.exit(restore(request)), (exit) => {
        if (Exit.isFailure(exit) && Exit.isInterrupted(exit)) return exit
        const now = clock.unsafeCurrentTimeMillis()
        const took = now - began
        const { pauseMillis, sign } = read(exit, took, now)
        tell(pace.ended({ sign, turn, now, took, ...(bulk === undefined ? {} : { bulk }) }), bulk)
        return pauseMillis > 0 ? Effect.zipRight(close(now, pauseMillis), exit) : exit
      })
    })

  return {
    pass,
    inFlight: () => pace.inFlight,
    size: (method, path, most) => pace.size(method, path, most),
    account: Effect.acquireRelease(
      Effect.sync(() => {
        const account: Account = {
          inFlight: pace.most,
          batches: new Map(),
          slowdowns: new Map(),
          waited: 0
        }
        note(account)
        accounts.add(account)
        return account
      }),
      (account) => Effect.sync(() => accounts.delete(account))
    ).pipe(
      Effect.map((account) =>
        Effect.sync(() => ({
          inFlight: { low: account.inFlight, most: pace.most },
          batches: [...account.batches.values()],
          slowdowns: [...account.slowdowns].map(([reason, times]) => ({ reason, times })),
          waitedMillis: Math.round(account.waited)
        }))
      )
    )
  }
})
