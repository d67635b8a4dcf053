/**
 * A long computation in small steps, so that whoever drives it can give others a turn between them. It stays pure: how it
 * is driven changes nothing of its result.
 */
export type Steps<A> = Generator<undefined, A, undefined>

/** The result, without a pause. */
export const atOnce = <A>(steps: Steps<A>): A => {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}
