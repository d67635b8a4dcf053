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

/** Objects between two pauses: a millisecond or two. */
const stride = 16

/**
 * Made once for each computation; each call tells whether it is time to pause, which is so for one object in sixteen. A pause
 * costs as much as an object, the more the deeper it is in generators.
 */
export const pauses = (): (() => boolean) => {
  let left = stride
  return () => {
    left -= 1
    if (left > 0) return false
    left = stride
    return true
  }
}

/**
 * Does the same with each of many, and pauses now and then. What is done stands in a function of its own, which V8 compiles
 * better than the inside of a generator.
 */
export const each = function* <A>(items: Iterable<A>, work: (item: A, index: number) => void): Steps<void> {
  let left = stride
  let index = 0
  for (const item of items) {
    left -= 1
    if (left === 0) {
      left = stride
      yield
    }
    work(item, index)
    index += 1
  }
}
