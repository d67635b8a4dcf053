import { it, layer, type Vitest } from "@effect/vitest"
import type { Duration, Layer } from "effect"

/** `layer` makes the methods of `it` those of its world, and files of a process share them. */
const methods = { ...it }

/** Cases that share one world, on the real clock. */
export const sharing =
  <R, E>(world: Layer.Layer<R, E>, options: { readonly timeout?: Duration.DurationInput } = {}) =>
  (name: string, cases: (it: Vitest.MethodsNonLive<R, true>) => void): void =>
    layer(world, { ...options, excludeTestServices: true })(name, (own) => {
      cases(own)
      Object.assign(it, methods)
    })
