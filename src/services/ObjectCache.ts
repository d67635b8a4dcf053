import { Deferred, Duration, Effect, Exit, FiberId, type Scope } from "effect"

export interface CacheOptions<A> {
  /** Zero keeps nothing. */
  readonly ttl: Duration.Duration
  readonly maxEntries: number
  readonly maxBytes: number
  readonly weigh: (value: A) => number
}

/** Counts since the last `clear`, and what is held now. */
export interface CacheStats {
  readonly hits: number
  readonly misses: number
  /** Entries dropped because of a write. */
  readonly invalidations: number
  readonly evictionsTtl: number
  readonly evictionsSize: number
  readonly evictionsBytes: number
  readonly entries: number
  readonly bytes: number
  readonly maxEntries: number
  readonly maxBytes: number
  readonly ttlSeconds: number
  readonly oldestAgeSeconds: number
}

/**
 * What reads of a REST API answered: least recently used entries go first, by number and by bytes. Entries are known
 * by path and query.
 */
export interface ObjectCache<A, E> {
  /**
   * The kept answer, or that of `lookup`. Equal reads at one time share a lookup, which the interruption of one of
   * them does not end. Failures are not kept, nor is an answer that was invalidated while it was on its way.
   */
  readonly get: (path: string, query: string, lookup: Effect.Effect<A, E>) => Effect.Effect<A, E>
  /** After a write to `path`: forgets it under every query, the list it is in, and the objects directly in it. */
  readonly invalidate: (path: string) => Effect.Effect<void>
  /** Forgets everything and counts from zero. */
  readonly clear: Effect.Effect<void>
  readonly stats: Effect.Effect<CacheStats>
  /** What is held, so many at most. */
  readonly sample: (most: number) => Effect.Effect<ReadonlyArray<{ readonly path: string; readonly query: string }>>
}

interface Entry<A> {
  readonly path: string
  readonly value: A
  readonly bytes: number
  readonly stored: number
}

interface Flight<A, E> {
  readonly path: string
  readonly done: Deferred.Deferred<A, E>
  /** False once its path was invalidated: its answer may be older than the write. */
  live: boolean
}

/** `/api/dcim/sites/7/` is in `/api/dcim/sites/`; a list is in itself. */
const listOf = (path: string) => path.replace(/\d+\/$/, "")

const zero = { hits: 0, misses: 0, invalidations: 0, evictionsTtl: 0, evictionsSize: 0, evictionsBytes: 0 }

/** Lookups under way end with the scope. */
export const make = Effect.fnUntraced(function* <A, E>(
  options: CacheOptions<A>
): Effect.fn.Return<ObjectCache<A, E>, never, Scope.Scope> {
  const clock = yield* Effect.clock
  const scope = yield* Effect.scope
  const ttl = Duration.toMillis(options.ttl)
  // Insertion order is order of use.
  const entries = new Map<string, Entry<A>>()
  const keysOfList = new Map<string, Set<string>>()
  const flights = new Map<string, Flight<A, E>>()
  let bytes = 0
  let counts = { ...zero }

  const drop = (key: string, entry: Entry<A>) => {
    entries.delete(key)
    bytes -= entry.bytes
    const list = listOf(entry.path)
    const keys = keysOfList.get(list)
    keys?.delete(key)
    if (keys?.size === 0) keysOfList.delete(list)
  }

  const store = (key: string, path: string, value: A) => {
    const weight = options.weigh(value)
    if (weight > options.maxBytes) return
    entries.set(key, { path, value, bytes: weight, stored: clock.unsafeCurrentTimeMillis() })
    bytes += weight
    const list = listOf(path)
    const keys = keysOfList.get(list)
    if (keys === undefined) keysOfList.set(list, new Set([key]))
    else keys.add(key)
    for (const [oldest, entry] of entries) {
      if (entries.size > options.maxEntries) counts.evictionsSize += 1
      else if (bytes > options.maxBytes) counts.evictionsBytes += 1
      else break
      drop(oldest, entry)
    }
  }

  const kept = (key: string): Entry<A> | undefined => {
    const entry = entries.get(key)
    if (entry === undefined) return undefined
    if (clock.unsafeCurrentTimeMillis() - entry.stored >= ttl) {
      drop(key, entry)
      counts.evictionsTtl += 1
      return undefined
    }
    entries.delete(key)
    entries.set(key, entry)
    return entry
  }

  const fly = (key: string, path: string, lookup: Effect.Effect<A, E>) =>
    Effect.uninterruptibleMask((restore) => {
      const flight: Flight<A, E> = { path, done: Deferred.unsafeMake(FiberId.none), live: true }
      flights.set(key, flight)
      return restore(lookup).pipe(
        Effect.onExit((exit) => {
          if (flights.get(key) === flight) flights.delete(key)
          if (Exit.isSuccess(exit) && flight.live) store(key, path, exit.value)
          return Deferred.done(flight.done, exit)
        }),
        Effect.forkIn(scope),
        Effect.zipRight(restore(Deferred.await(flight.done)))
      )
    })

  /** A write to an object is seen in it and in its list, one to a list in all that is in it. */
  const isTouched = (written: string, path: string) =>
    path === written || path === listOf(written) || listOf(path) === written

  return {
    get: (path, query, lookup) =>
      Effect.suspend(() => {
        if (ttl === 0) return lookup
        const key = `${path}?${query}`
        const entry = kept(key)
        if (entry !== undefined) {
          counts.hits += 1
          return Effect.succeed(entry.value)
        }
        const flight = flights.get(key)
        if (flight !== undefined) {
          counts.hits += 1
          return Deferred.await(flight.done)
        }
        counts.misses += 1
        return fly(key, path, lookup)
      }),
    invalidate: (path) =>
      Effect.sync(() => {
        for (const key of [...(keysOfList.get(listOf(path)) ?? [])]) {
          const entry = entries.get(key)
          if (entry === undefined || !isTouched(path, entry.path)) continue
          drop(key, entry)
          counts.invalidations += 1
        }
        for (const [key, flight] of flights) {
          if (!isTouched(path, flight.path)) continue
          flight.live = false
          flights.delete(key)
        }
      }),
    clear: Effect.sync(() => {
      for (const flight of flights.values()) flight.live = false
      flights.clear()
      entries.clear()
      keysOfList.clear()
      bytes = 0
      counts = { ...zero }
    }),
    stats: Effect.sync(() => {
      const now = clock.unsafeCurrentTimeMillis()
      let oldest = now
      for (const { stored } of entries.values()) oldest = Math.min(oldest, stored)
      return {
        ...counts,
        entries: entries.size,
        bytes,
        maxEntries: options.maxEntries,
        maxBytes: options.maxBytes,
        ttlSeconds: ttl / 1000,
        oldestAgeSeconds: (now - oldest) / 1000
      }
    }),
    sample: (most) =>
      Effect.sync(() =>
        [...entries].slice(-most).map(([key, { path }]) => ({ path, query: key.slice(path.length + 1) }))
      )
  }
})
