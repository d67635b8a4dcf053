import * as Migrator from "@effect/sql/Migrator"
import events from "./migrations/0001_events.ts"
import projections from "./migrations/0002_projections.ts"

/** Runs what a file has not seen yet, in one transaction; nothing when it is up to date. */
export const migrate = Migrator.make({})({
  loader: Migrator.fromRecord({
    "0001_events": events,
    "0002_projections": projections
  })
})
