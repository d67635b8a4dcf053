import type { Json, JsonObject } from "../../../../domain/Json.ts"
import type { Frame } from "./Frame.ts"
import type { Failure, Result } from "./Outcomes.ts"
import { countersOf, type Tally } from "./Tally.ts"

/** The data of each event, key by key as clients of proxbox-api know them. */
export interface Progress {
  readonly current: number
  readonly total: number
  readonly percent: number
}

export const progressOf = (current: number, total: number): Progress => ({
  current,
  total,
  percent: total === 0 ? 0 : Math.round((current / total) * 1000) / 10
})

/** A stage begins or ends. */
export const stage = (
  step: string,
  status: "started" | "completed",
  message: string,
  more: JsonObject = {}
): Frame => ({
  event: "step",
  data: { step, status, message, ...more }
})

/** What the WebSocket sends of an object, and a stream wraps up. */
export interface Payload extends JsonObject {
  readonly object: string
}

const verbs = { progress: "Processing", completed: "Synced", failed: "Failed" }

/** An object is worked on, or done. */
export const object = (
  status: "progress" | "completed" | "failed",
  row: string,
  payload: Payload & { readonly data: JsonObject }
): Frame => ({
  event: "step",
  data: {
    step: payload.object,
    status,
    message: `${verbs[status]} ${payload.object} ${row}`,
    rowid: row,
    payload
  }
})

/** No more objects of this kind. */
export const objectsEnd = (name: string): Frame => ({
  event: "step",
  data: {
    step: name,
    status: "completed",
    message: `${name} stream completed`,
    rowid: null,
    payload: { object: name, end: true }
  }
})

/** Events that backups and snapshots wrap up once more. */
export const wrapped = (payload: JsonObject): Frame => ({
  event: "step",
  data: { step: "sync", status: "progress", message: "sync progress", rowid: null, payload }
})

export interface Item {
  readonly name: string
  readonly item_type: string
}

export const discovery = (
  phase: string,
  message: string,
  items: ReadonlyArray<Item>,
  metadata?: JsonObject
): Frame => ({
  event: "discovery",
  data: {
    event: "discovery",
    phase,
    status: "discovered",
    message,
    count: items.length,
    items: items.map(({ item_type, name }) => ({ name, item_type })),
    progress: { current: 0, total: items.length, percent: 0 },
    ...(metadata === undefined ? {} : { metadata })
  }
})

export interface ItemProgress {
  readonly phase: string
  readonly status: "processing" | "completed" | "failed"
  readonly message: string
  readonly item: { readonly name: string; readonly netbox_id?: number; readonly item_type: string }
  readonly operation: Result
  readonly progress: Progress
  readonly error?: string
  readonly warning?: string
}

export const itemProgress = ({ item, message, operation, phase, progress, status, ...rest }: ItemProgress): Frame => ({
  event: "item_progress",
  data: {
    event: "item_progress",
    phase,
    status,
    message,
    item: { ...item },
    operation,
    progress: { ...progress },
    ...rest
  }
})

export const phaseSummary = (phase: string, message: string, tally: Tally): Frame => ({
  event: "phase_summary",
  data: {
    event: "phase_summary",
    phase,
    status: tally.failed > 0 ? "completed_with_errors" : "completed",
    message,
    result: countersOf(tally)
  }
})

const suggestions: { readonly [Category in Failure["category"]]: string } = {
  validation: "Correct what NetBox names, or the object in Proxmox, and run again",
  not_found: "Run again: what is gone from NetBox is looked for anew",
  internal: "Resolve the failure that it waits for, and run again"
}

export const errorDetail = (phase: string, { category, detail, operation }: Failure): Frame => ({
  event: "error_detail",
  data: {
    event: "error_detail",
    phase,
    item: { name: operation.label },
    category,
    message: `${operation.verb} of ${operation.label} (${operation.ref}) was not done`,
    detail,
    suggestion: suggestions[category]
  }
})

/** What ends a run that could not be carried out, before `error`. */
export const runError = (phase: string, category: "connection" | "internal", message: string): Frame => ({
  event: "error_detail",
  data: {
    event: "error_detail",
    phase,
    category,
    message,
    suggestion: "Read the detail, remove its cause, and run again: what was done stays, the rest is done then"
  }
})

export const error = (step: string, text: string, detail: string): Frame => ({
  event: "error",
  data: { step, status: "failed", error: text, detail }
})

/** The last frame of every stream, once. */
export const complete = (ok: boolean, message: string, rest: JsonObject): Frame => ({
  event: "complete",
  data: { ok, message, ...rest }
})

/** How a link to an object is written in the old frames: a fragment of HTML, relative to NetBox. */
export const anchor = (path: string, id: number | null, text: string): Json => {
  const shown = text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
  return id === null ? shown : `<a href='${path}${id}/'>${shown}</a>`
}

const intents: { readonly [Of in Result]?: string } = {
  would_create: "Would create",
  would_update: "Would update",
  would_delete: "Would delete",
  skipped: "Unchanged"
}

/** What happened to an object, in a few words. */
export const saying = (result: Result, noun: string, name: string): string =>
  result === "failed" ? `Failed to sync ${noun} '${name}'` : `${intents[result] ?? "Synced"} ${noun} '${name}'`
