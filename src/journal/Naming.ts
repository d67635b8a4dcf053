import type { Event } from "../domain/Event.ts"
import { kindOf, type Ref } from "../domain/Ref.ts"

/** The objects that an event names. */
export const refsOf = (event: Event): ReadonlyArray<Ref> => {
  switch (event._tag) {
    case "OperationPlanned":
    case "ConflictFound":
      return [event.ref]
    case "ObjectsBound":
      return event.bindings.map(({ ref }) => ref)
    case "BindingsReleased":
      return event.bindings.flatMap(({ becomes, ref }) => (becomes === undefined ? [ref] : [ref, becomes]))
    case "BaselinesRecorded":
      return event.baselines.map(({ ref }) => ref)
    case "DriftFound":
      return event.drifts.map(({ ref }) => ref)
    default:
      return []
  }
}

/** The events that can name one. */
export const naming: ReadonlyArray<Event["_tag"]> = [
  "OperationPlanned",
  "ObjectsBound",
  "BindingsReleased",
  "BaselinesRecorded",
  "DriftFound",
  "ConflictFound"
]

export interface Named {
  readonly ref?: Ref
  readonly kind?: string
}

/** Texts of which the stored event holds at least one if it names the object; it may hold one and not name it. */
export const needles = ({ kind, ref }: Named): ReadonlyArray<string> => {
  const text = ref === undefined ? `${JSON.stringify(`${kind ?? ""}:`).slice(0, -1)}` : JSON.stringify(ref)
  return [`"ref":${text}`, `"becomes":${text}`]
}

export const names = (event: Event, { kind, ref }: Named): boolean =>
  refsOf(event).some((one) => (ref === undefined || one === ref) && (kind === undefined || kindOf(one) === kind))
