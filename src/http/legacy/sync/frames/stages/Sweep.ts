import { discovery, itemProgress, phaseSummary, progressOf } from "../Data.ts"
import type { Frames } from "../Frame.ts"
import { isOrphan, nameOf, type Row, type Scene, type Teller, thingsOf } from "../Teller.ts"
import { typeOf } from "./VirtualMachines.ts"

const done = { created: "Marked", updated: "Marked", deleted: "Deleted", failed: "Could not remove", skipped: "Left" }

const settled = ({ thing }: Row, { outcomes, resultOf, rows, script }: Scene, position: number): Frames => {
  const name = nameOf(script, thing)
  const id = outcomes.idOf(thing)
  const result = resultOf(thing)
  const isPlanned = result === "would_create" || result === "would_update" || result === "would_delete"
  return [
    itemProgress({
      phase: "sweep_orphans",
      status: result === "failed" ? "failed" : "completed",
      message: `${isPlanned ? "Would remove" : done[result]} orphan '${name}'`,
      item: { name, ...(id === null ? {} : { netbox_id: id }), item_type: typeOf(script, thing) },
      // Clients know no other words for a machine that is marked as gone.
      operation: isPlanned ? "would_delete" : result === "updated" ? "deleted" : result,
      progress: progressOf(position, rows.length)
    })
  ]
}

/** Guests that are gone from their source: marked, or deleted after the grace time, as the policy of the engine says. */
export const Sweep: Teller = {
  rows: (script) =>
    thingsOf(script, "virtualization.virtualmachine")
      .filter(isOrphan)
      .map((thing) => ({ key: thing.ref, thing, members: [thing] })),
  rowOf: ({ ref }) => ref,
  open: ({ rows, script }) => [
    discovery(
      "sweep_orphans",
      `Discovered ${rows.length} orphaned virtual machine(s)`,
      rows.map(({ thing }) => ({ name: nameOf(script, thing), item_type: typeOf(script, thing) }))
    )
  ],
  settled,
  close: (_scene, tally) => [
    phaseSummary(
      "sweep_orphans",
      `Orphan sweep completed: ${tally.updated} marked, ${tally.deleted} deleted, ${tally.failed} failed`,
      tally
    )
  ],
  result: (tally, { script, telling }) => ({
    enabled: true,
    run_id: telling.runId ?? script.run,
    dry_run: telling.dryRun,
    candidates: tally.total,
    deleted: tally.deleted,
    soft_deleted: tally.updated,
    failed: tally.failed,
    skipped: tally.skipped
  }),
  note: ""
}
