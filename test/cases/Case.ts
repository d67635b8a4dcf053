import type { Effect, Scope } from "effect"
import type { SourceSettings } from "../../src/domain/mapping/Facts.ts"
import type { Rule } from "../../src/domain/Rules.ts"
import type * as SimulatedNetBox from "../../src/demo/SimulatedNetBox.ts"
import type * as SimulatedProxmox from "../../src/demo/SimulatedProxmox.ts"
import type { Engine, World } from "./World.ts"

/** A cluster of a case: two nodes and no guest unless it says otherwise. */
export interface Estate extends Partial<SimulatedProxmox.Options> {
  readonly settings?: Partial<SourceSettings>
}

/** One edge case: what happens on either side, and all that has to follow. After it, a further run has to write nothing. */
export interface Case {
  /** Of the list of edge cases; those with a letter are variants of one. */
  readonly number: number
  readonly variant?: string
  readonly title: string
  /** It depends on what NetBox does, so it runs on a real one as well. */
  readonly real?: true
  /** By the name of their source; one cluster with the source `lab` unless given. */
  readonly estates?: { readonly [source: string]: Estate }
  readonly rules?: ReadonlyArray<Rule>
  /** What is gone is deleted in the run after the one that marked it. */
  readonly deletes?: true
  /** Of the simulated NetBox. */
  readonly netbox?: SimulatedNetBox.Options
  /** Puts a proxy between engine and NetBox that cuts answers. */
  readonly cuts?: true
  readonly run: (world: World) => Effect.Effect<void, { readonly _tag: string }, Engine | Scope.Scope>
}
