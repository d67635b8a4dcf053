import { Effect } from "effect"

type Restore = <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

/** So many at a time as the moment allows, first come, first served. Where there is room, coming in costs nothing. */
export interface Turns {
  /** What is made of `restore`, once it is let in. It can be interrupted while it waits, and in what it restores. */
  readonly pass: <A, E, R>(body: (restore: Restore) => Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Lets in those that may enter now. */
  readonly admit: () => void
}

/** `mayEnter` tells from how many are inside whether another one may come. */
export const make = (mayEnter: (inside: number) => boolean): Turns => {
  const waiting = new Set<() => void>()
  let inside = 0

  const admit = () => {
    for (const enter of waiting) {
      if (!mayEnter(inside)) return
      waiting.delete(enter)
      inside += 1
      enter()
    }
  }

  const leave = Effect.sync(() => {
    inside -= 1
    admit()
  })

  /** An interrupted fiber may have been let in already: then it has to leave again. */
  const wait = Effect.async<void>((resume) => {
    let entered = false
    const enter = () => {
      entered = true
      resume(Effect.void)
    }
    waiting.add(enter)
    return Effect.suspend(() => {
      waiting.delete(enter)
      return entered ? leave : Effect.void
    })
  })

  return {
    admit,
    pass: (body) =>
      Effect.uninterruptibleMask((restore) => {
        const passing = Effect.ensuring(
          Effect.suspend(() => body(restore)),
          leave
        )
        if (waiting.size > 0 || !mayEnter(inside)) return Effect.zipRight(restore(wait), passing)
        inside += 1
        return passing
      })
  }
}

/** At most `most` at a time. */
export const atMost = (most: number): (<A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>) => {
  const turns = make((inside) => inside < most)
  return (self) => turns.pass((restore) => restore(self))
}
