import type { Json, JsonObject } from "../../../src/domain/Json.ts"
import { framesOf } from "../legacy/sync/RecordedStream.ts"
import { differences, every, type Shape } from "./Shape.ts"
import type { Streamed } from "./Step.ts"

const progress: Shape = { current: "int", total: "int", percent: "number" }

const item: Shape = { name: "text", "netbox_id?": "int", "netbox_url?": "text", "item_type?": "text", "extra?": "any" }

const timing: Shape = { "elapsed_ms?": "number", "started_at?": "text", "finished_at?": "text" }

/** What a stage did so far as a plan goes. */
const planned: Shape = { create: "int", update: "int", delete: "int" }

const counters: Shape = {
  created: "int",
  updated: "int",
  deleted: "int",
  failed: "int",
  skipped: "int",
  total: "int",
  "planned+?": planned
}

export const bootstrap: Shape = {
  ok: "bool",
  skipped: "bool",
  reason: "text|null",
  warnings: every({ object: "text", error: "text" }),
  created: every("text"),
  patched: every("text"),
  unchanged: every("text"),
  "planned+?": every("text")
}

const stageStep: Shape = {
  step: "text",
  status: /^(started|completed|progress)$/,
  message: "text",
  "result?": "object",
  "duration_seconds?": "number",
  "metadata?": { operation_id: "text", delete_orphans: "bool", dry_run: "bool" },
  "note+?": "text"
}

const bridged = (payload: Shape): Shape => ({
  step: "text",
  status: /^(progress|completed|failed)$/,
  message: "text",
  rowid: "text|null",
  payload
})

/** An object that is worked on, the end of its kind, and what backups and snapshots wrap up. */
const payloads = {
  object: { object: "text", "type?": "text", data: "object" },
  end: { object: "text", end: true },
  wrapped: { step: "text", status: "text", message: "text", "count?": "int", "result?": "object" }
} as const

const shapes: { readonly [event: string]: Shape } = {
  bootstrap_done: bootstrap,
  discovery: {
    event: "=discovery",
    phase: "text",
    status: "=discovered",
    message: "text",
    count: "int",
    items: every(item),
    progress,
    "metadata?": "object",
    "omitted+?": "int"
  },
  substep: {
    event: "=substep",
    phase: "text",
    substep: "text",
    status: /^(started|processing|completed|failed|skipped)$/,
    message: "text",
    "item?": item,
    "timing?": timing,
    "result?": "any"
  },
  item_progress: {
    event: "=item_progress",
    phase: "text",
    status: /^(processing|completed|failed)$/,
    message: "text",
    item,
    operation: /^(created|updated|deleted|would_delete|skipped|failed|would_create|would_update)$/,
    progress,
    "timing?": timing,
    "error?": "text",
    "warning?": "text"
  },
  phase_summary: {
    event: "=phase_summary",
    phase: "text",
    status: /^completed(_with_errors)?$/,
    message: "text",
    result: counters,
    "timing?": timing
  },
  error_detail: {
    event: "=error_detail",
    "phase?": "text",
    "item?": { name: "text" },
    category: /^(connection|authentication|permission|validation|not_found|timeout|rate_limit|internal|unknown)$/,
    message: "text",
    "detail?": "text",
    "suggestion?": "text",
    "traceback?": "text"
  },
  error: { step: "text", status: "=failed", error: "text", detail: "text" }
}

const completeOf = ({ ok = true, result }: Streamed): Shape => ({
  ok,
  message: "text",
  result,
  ...(ok ? {} : { errors: [{ detail: "text" }] }),
  "outcome+": "text",
  "run_id+?": "text",
  "dry_run+?": true,
  "operations+": { ok: "int", failed: "int", skipped: "int", planned: "int" },
  "counters+": { "*": counters }
})

/** Of the event that lists the stages; the others list objects. */
const stages: Shape = {
  ...(shapes["discovery"] as { readonly [name: string]: Shape }),
  count: 12,
  items: every({ name: "text", type: "=stage" }),
  metadata: { operation_id: "text" }
}

const stepOf = (data: JsonObject): Shape => {
  if (!Object.hasOwn(data, "rowid")) return stageStep
  const payload = data["payload"] ?? null
  const has = (name: string) => payload !== null && typeof payload === "object" && Object.hasOwn(payload, name)
  return bridged(has("object") ? (has("end") ? payloads.end : payloads.object) : payloads.wrapped)
}

/** What an event of a run has to look like; those that are not in the contract are told of. */
const shapeOf = (event: string, data: JsonObject): Shape | undefined => {
  if (event === "step") return stepOf(data)
  return event === "discovery" && data["phase"] === "full-update" ? stages : shapes[event]
}

/** Frames as they stand on the wire: an id, the event and one line of data; or a comment. */
const grammar = /^(?:: keepalive\n\n|(?:id: [^\n]*\n)?event: \w+\ndata: \{[^\n]*\}\n\n)*$/

/** How a stream differs from what the contract says of its frames. */
export const frameDifferences = (streamed: Streamed, text: string): ReadonlyArray<string> => {
  if (!grammar.test(text)) return ["body: is no sequence of frames"]
  const frames = framesOf(text)
  const at = (index: number, event: string) => `frame ${index} ${event}`
  const inside = frames.flatMap(({ data, event }, index) => {
    const shape = event === "complete" ? completeOf(streamed) : shapeOf(event, data)
    return shape === undefined
      ? [`${at(index, event)}: not in the contract`]
      : differences(shape, data, at(index, event))
  })
  const ends = frames.filter(({ event }) => event === "complete").length
  const isFull = streamed.step === "full-update"
  const [first] = frames
  const before = frames.at(-2)
  const one = (got: Json | undefined, expected: Json, what: string) =>
    got === expected ? [] : [`${what}: expected ${String(expected)}, got ${String(got)}`]
  const isWell = streamed.ok ?? true
  return [
    ...inside,
    ...one(ends, 1, "number of complete frames"),
    ...one(frames.at(-1)?.event, "complete", "last frame"),
    ...one(first?.event, isFull ? "bootstrap_done" : isWell ? "step" : (first?.event ?? ""), "first frame"),
    ...(isFull || !isWell
      ? []
      : [
          ...one(first?.data["step"], streamed.step, "step of the first frame"),
          ...one(first?.data["status"], "started", "status of the first frame"),
          ...one(before?.data["step"], streamed.step, "step of the last but one frame"),
          ...one(before?.data["status"], "completed", "status of the last but one frame"),
          ...differences(streamed.result, before?.data["result"] ?? null, "result of the last but one frame"),
          ...differences("number", before?.data["duration_seconds"] ?? null, "duration of the last but one frame")
        ]),
    ...(isWell ? [] : one(before?.event, "error", "last but one frame"))
  ]
}

/** Every shape there is, for what is added in them. */
export const all: ReadonlyArray<Shape> = [...Object.values(shapes), stageStep, completeOf({ step: "", result: "any" })]
