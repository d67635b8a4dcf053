import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import { DateTime, Effect, Option } from "effect"
import { Runs } from "../../../../services/Runs.ts"
import { LegacyApi } from "../../LegacyApi.ts"
import type { SyncQuery } from "../ask/Query.ts"
import { type StageName, stageNames } from "../frames/Stage.ts"
import { refusals } from "../Refusals.ts"
import { Sync } from "../Sync.ts"

interface Asking {
  readonly urlParams: SyncQuery
}

export const FullHttp = HttpApiBuilder.group(LegacyApi, "full", (handlers) =>
  Effect.map(Sync, ({ answer, stream }) => {
    const full = ({ urlParams: query }: Asking) => ({ title: "full-update", stages: stageNames, query })
    const alone =
      (stage: StageName) =>
      ({ urlParams: query }: Asking) =>
        stream({ title: stage, stages: [stage], query })
    return handlers
      .handle("fullUpdate", (asking) => answer(full(asking)))
      .handle("fullUpdateByPost", (asking) => answer(full(asking)))
      .handle("fullUpdateStream", (asking) => stream(full(asking)))
      .handle("fullUpdateStreamByPost", (asking) => stream(full(asking)))
      .handle("replications", alone("replications"))
      .handle("replicationsByPost", alone("replications"))
      .handle("backupRoutines", alone("backup-routines"))
      .handle("backupRoutinesByPost", alone("backup-routines"))
      .handle("sdn", alone("sdn"))
      .handle("sdnByPost", alone("sdn"))
  })
)

export const ProgressHttp = HttpApiBuilder.group(LegacyApi, "progress", (handlers) =>
  Effect.gen(function* () {
    const runs = yield* Runs
    const { bootstrap } = yield* Sync
    return handlers
      .handle("active", () =>
        runs.active.pipe(
          Effect.map(
            Option.match({
              onNone: () => ({ active: false, started_at: null, id: null, kind: null, runs: [] }),
              onSome: ({ label: kind, run: id, started }) => {
                const started_at = DateTime.formatIso(DateTime.unsafeMake(started))
                return { active: true, started_at, id, kind, runs: [{ id, kind, started_at }] }
              }
            })
          ),
          Effect.catchTags({ JournalFailed: refusals.JournalFailed })
        )
      )
      .handle("bootstrapStatus", () => bootstrap)
  })
)
