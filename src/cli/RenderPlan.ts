import type { Change, EventOf } from "../domain/Event.ts"
import { isJsonObject, type Json } from "../domain/Json.ts"
import { kindNamed } from "../domain/Kinds.ts"
import { isRefValue, keyOf, kindOf } from "../domain/Ref.ts"
import { paint } from "./Output.ts"
import type { Reading, RunReport } from "./RunReport.ts"

type Operation = EventOf<"OperationPlanned">

/** A value as a reader wants it: refs by key, tags by what comes and goes, long texts cut. */
export const show = (value: Json): string => {
  if (isRefValue(value)) return keyOf(value.$ref)
  if (Array.isArray(value)) return `[${value.map(show).join(", ")}]`
  if (isJsonObject(value)) {
    const added = Array.isArray(value["add"]) ? value["add"].map((tag: Json) => `+${show(tag)}`) : []
    const removed = Array.isArray(value["remove"]) ? value["remove"].map((tag: Json) => `-${show(tag)}`) : []
    return [...added, ...removed].join(" ")
  }
  if (typeof value !== "string") return value === null ? "nothing" : String(value)
  const line = value.replaceAll("\n", "⏎")
  return JSON.stringify(line.length > 60 ? `${line.slice(0, 59)}…` : line)
}

const signs = { create: "+", update: "~", delete: "-" } as const

const changeLine = (change: Change, width: number, colors: boolean): string => {
  const { dim } = paint(colors)
  const values =
    isJsonObject(change.to) && !isRefValue(change.to) ? show(change.to) : `${show(change.from)} → ${show(change.to)}`
  return `        ${change.field.padEnd(width)}  ${values}  ${dim(`(${change.why})`)}`
}

const operationLines = (operation: Operation, colors: boolean): ReadonlyArray<string> => {
  const { cyan, dim, green, red, yellow } = paint(colors)
  const color = { create: green, update: yellow, delete: red }[operation.verb]
  const purpose = operation.purpose === "reconcile" ? "" : ` ${cyan(operation.purpose)}`
  const head = `    ${color(`${signs[operation.verb]} ${operation.label}`)}${purpose}  ${dim(keyOf(operation.ref))}`
  if (operation.verb === "delete") return [`${head}  ${dim(`(${operation.changes[0]?.why ?? ""})`)}`]
  if (operation.verb === "create") {
    const fields = operation.changes
      .filter(({ field, to }) => field !== "name" && !isRefValue(to) && !Array.isArray(to))
      .map(({ field, to }) => `${field}=${show(to)}`)
    return [fields.length === 0 ? head : `${head}  ${dim(fields.join(" "))}`]
  }
  const width = Math.max(...operation.changes.map(({ field }) => field.length))
  return [head, ...operation.changes.map((change) => changeLine(change, width, colors))]
}

const section = (title: string, lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.length === 0 ? [] : ["", title, ...lines.map((line) => `  ${line}`)]

/** How many of what; "nothing to do" when there is none. */
export const summary = ({ conflicts, drifts, operations }: RunReport): string => {
  const count = (verb: Operation["verb"]) => operations.filter((operation) => operation.verb === verb).length
  const rest = [
    drifts.length === 0 ? [] : [`${drifts.length} kept as edited in NetBox`],
    conflicts.length === 0 ? [] : [`${conflicts.length} left undecided`]
  ].flat()
  const work =
    operations.length === 0
      ? "nothing to do: NetBox holds what it should"
      : `${count("create")} to create, ${count("update")} to update, ${count("delete")} to delete`
  return [`Plan: ${work}`, ...rest].join("; ")
}

const readingLine = ({ again, read, side, why }: Reading): string => {
  if (read === "full") return `${side}: all of it${why === "" ? "" : ` (${why})`}`
  const what = side === "netbox" ? "objects" : "guests"
  return `${side}: what has changed (${again} ${what} read again)`
}

/** The plan by kind, then everything the engine saw and did not do, then the counts. */
export const renderPlan = (report: RunReport, colors: boolean): string => {
  const { bold, dim } = paint(colors)
  const byKind = new Map<string, Array<Operation>>()
  for (const operation of report.operations) {
    const kind = kindOf(operation.ref)
    const same = byKind.get(kind)
    if (same === undefined) byKind.set(kind, [operation])
    else same.push(operation)
  }
  const plan = [...byKind].flatMap(([kind, operations]) => [
    `  ${bold(kindNamed(kind).label)}`,
    ...operations.flatMap((operation) => operationLines(operation, colors))
  ])
  return [
    `${bold("Run")} ${report.run}${report.digest === null ? "" : dim(`  sealed ${report.digest.slice(0, 16)}`)}`,
    ...plan,
    ...section("Read", report.readings.map(readingLine)),
    ...section(
      "Kept as edited in NetBox (drift)",
      report.drifts.map(
        ({ base, field, label, ours, theirs }) =>
          `${label} ${field}: NetBox has ${show(theirs)}, Proxmox says ${show(ours)}, last applied ${show(base)}`
      )
    ),
    ...section(
      "Left undecided",
      report.conflicts.map(({ detail, label, ref }) => `${label} (${keyOf(ref)}): ${detail}`)
    ),
    ...section(
      "Held back until approved (--approve-removals)",
      report.held.map(({ limit, of, removals, source }) => `${removals} of ${of} removals in ${source}, limit ${limit}`)
    ),
    ...section(
      "Values that make no sense",
      report.warnings.map(({ detail, scope }) => `${scope}: ${detail}`)
    ),
    ...section("Not seen", [
      ...report.unavailable.map(({ detail, source }) => `${source}: ${detail}`),
      ...report.gaps.map(({ scope, source, what, why }) => `${source} ${scope}: ${what}: ${why}`)
    ]),
    "",
    summary(report)
  ].join("\n")
}
