import { Option, Schema } from "effect"
import type { StageName } from "../frames/Stage.ts"

/** What a client may ask for on `/ws`. */
export interface Command {
  readonly name: "Sync Nodes" | "Sync Virtual Machines" | "Full Update Sync"
  readonly stages: ReadonlyArray<StageName>
  /** By which the client tells the answers apart; null where it gave none. */
  readonly runId: string | null
}

const stages: { readonly [name in Command["name"]]: Command["stages"] } = {
  "Sync Nodes": ["devices"],
  "Sync Virtual Machines": ["virtual-machines"],
  "Full Update Sync": ["devices", "virtual-machines"]
}

const isName = (text: string): text is Command["name"] => Object.hasOwn(stages, text)

const Correlated = Schema.parseJson(
  Schema.Struct({ command: Schema.String, run_id: Schema.String.pipe(Schema.pattern(/^[A-Za-z0-9_-]{8,64}$/)) })
)

const correlated = Schema.decodeUnknownOption(Correlated, { onExcessProperty: "error" })

const named = (text: string, runId: string | null): Option.Option<Command> => {
  const name = text === "Full Update" ? "Full Update Sync" : text
  return isName(name) ? Option.some({ name, stages: stages[name], runId }) : Option.none()
}

/** A command by its name, or with the id of the run, exactly these two members. */
export const parse = (text: string): Option.Option<Command> =>
  Option.orElse(named(text, null), () =>
    Option.flatMap(correlated(text), ({ command, run_id }) => named(command, run_id))
  )
