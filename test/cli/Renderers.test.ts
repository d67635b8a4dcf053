import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import { paint } from "../../src/cli/Output.ts"
import { planFile, readPlanFile } from "../../src/cli/PlanFile.ts"
import { renderPlan, show, summary } from "../../src/cli/RenderPlan.ts"
import { renderApplied, renderRun, renderRuns } from "../../src/cli/RenderRun.ts"
import type { RunReport } from "../../src/cli/RunReport.ts"
import type { OperationPlanned, RunPace } from "../../src/domain/Event.ts"
import type { OperationRow, RunRow } from "../../src/journal/Projections.ts"

const machine = "virtualization.virtualmachine"

const operation = (op: number, rest: Partial<OperationPlanned>): OperationPlanned => ({
  _tag: "OperationPlanned",
  op,
  verb: "update",
  purpose: "reconcile",
  ref: `${machine}:lab/${100 + op}`,
  id: 7,
  label: `guest-${op}`,
  changes: [],
  needs: [],
  guard: null,
  ...rest
})

const quiet: RunReport = {
  run: "run-1",
  digest: "0123456789abcdef0123",
  operations: [],
  drifts: [],
  conflicts: [],
  warnings: [],
  held: [],
  unavailable: [],
  gaps: [],
  readings: []
}

const busy: RunReport = {
  ...quiet,
  operations: [
    operation(0, { verb: "create", ref: "extras.tag:proxmox", id: null, label: "proxmox" }),
    operation(1, {
      verb: "create",
      id: null,
      changes: [
        { field: "name", from: null, to: "guest-1", why: "config.name" },
        { field: "memory", from: null, to: 2048, why: "config.memory" },
        { field: "cluster", from: null, to: { $ref: "virtualization.cluster:lab" }, why: "source" }
      ]
    }),
    operation(2, {
      changes: [
        { field: "memory", from: 1024, to: 2048, why: "config.memory" },
        { field: "tags", from: null, to: { add: [{ $ref: "extras.tag:web" }], remove: [] }, why: "config.tags" }
      ]
    }),
    operation(3, { verb: "delete", purpose: "remove", changes: [{ field: "", from: null, to: null, why: "gone" }] })
  ],
  drifts: [
    { ref: `${machine}:lab/109`, label: "guest-9", field: "name", base: "guest-9", theirs: "by hand", ours: "guest-9" }
  ],
  conflicts: [{ _tag: "ConflictFound", ref: `${machine}:lab/108`, label: "guest-8", detail: "two rows have its name" }],
  warnings: [{ _tag: "WarningRaised", scope: "lab guest/107", detail: "net0: no MAC" }],
  held: [{ _tag: "RemovalsHeld", source: "lab", removals: 30, of: 60, limit: 12 }],
  unavailable: [{ _tag: "SourceUnavailable", source: "dr", detail: "no endpoint answers" }],
  gaps: [{ source: "lab", scope: "node/pve3", what: "guests", why: "offline" }],
  readings: [
    { side: "lab", read: "delta", why: "", again: 3 },
    { side: "netbox", read: "full", why: "an operation failed", again: 0 }
  ]
}

describe("a plan", () => {
  it("shows each object under its kind, with its fields, from and to, and why", () => {
    const lines = renderPlan(busy, false).split("\n")
    assert.deepStrictEqual(lines.slice(0, 10), [
      "Run run-1  sealed 0123456789abcdef",
      "  tag",
      "    + proxmox  proxmox",
      "  virtual machine",
      "    + guest-1  lab/101  memory=2048",
      "    ~ guest-2  lab/102",
      "        memory  1024 → 2048  (config.memory)",
      "        tags    +web  (config.tags)",
      "    - guest-3 remove  lab/103  (gone)",
      ""
    ])
  })

  it("says what was seen and left, and what was not seen", () => {
    const text = renderPlan(busy, false)
    for (const [title, line] of [
      [
        "Kept as edited in NetBox (drift)",
        'guest-9 name: NetBox has "by hand", Proxmox says "guest-9", last applied "guest-9"'
      ],
      ["Read", "lab: what has changed (3 guests read again)\n  netbox: all of it (an operation failed)"],
      ["Left undecided", "guest-8 (lab/108): two rows have its name"],
      ["Held back until approved (--approve-removals)", "30 of 60 removals in lab, limit 12"],
      ["Values that make no sense", "lab guest/107: net0: no MAC"],
      ["Not seen", "dr: no endpoint answers"]
    ]) {
      assert.include(text, `\n${title}\n  ${line}\n`)
    }
    assert.include(text, "\n  lab node/pve3: guests: offline\n")
  })

  it("ends in counts", () => {
    assert.strictEqual(
      summary(busy),
      "Plan: 2 to create, 1 to update, 1 to delete; 1 kept as edited in NetBox; 1 left undecided"
    )
    assert.strictEqual(summary(quiet), "Plan: nothing to do: NetBox holds what it should")
    assert.strictEqual(renderPlan(quiet, false).split("\n").at(-1), summary(quiet))
  })

  it("is coloured where colours show, with the same text", () => {
    const escape = String.fromCharCode(27)
    const colored = renderPlan(busy, true)
    assert.include(colored, `${escape}[32m+ guest-1${escape}[0m`)
    assert.strictEqual(colored.replaceAll(new RegExp(`${escape}\\[\\d+m`, "g"), ""), renderPlan(busy, false))
    assert.strictEqual(paint(false).red("a"), "a")
  })
})

describe("a value", () => {
  for (const [value, expected] of [
    [null, "nothing"],
    [true, "true"],
    [4, "4"],
    ["", '""'],
    ["two\nlines", '"two⏎lines"'],
    ["x".repeat(80), `"${"x".repeat(59)}…"`],
    [{ $ref: "dcim.site:dc1" }, "dc1"],
    [[{ $ref: "extras.tag:a" }, 1], "[a, 1]"],
    [{ add: ["a"], remove: ["b"] }, '+"a" -"b"']
  ] as const) {
    it(`${JSON.stringify(value).slice(0, 40)} reads ${expected.slice(0, 40)}`, () => {
      assert.strictEqual(show(value), expected)
    })
  }
})

const run: RunRow = {
  run: "run-1",
  trigger: "sync",
  origin: "cli",
  label: "sync",
  scope: {},
  actor: "cli ops@host",
  requestId: null,
  sources: ["lab"],
  state: "completed",
  interrupted: false,
  outcome: "partial",
  started: 1_700_000_000_000,
  ended: 1_700_000_002_500,
  operations: 3,
  ok: 1,
  failed: 1,
  skipped: 1,
  digest: "d",
  pace: null,
  detail: ""
}

const calm: RunPace = { inFlight: { low: 2, most: 2 }, batches: [], slowdowns: [], waitedMillis: 0 }

const busyPace: RunPace = {
  inFlight: { low: 1, most: 2 },
  batches: [{ method: "PATCH", path: "/api/virtualization/virtual-machines/", low: 12, most: 100 }],
  slowdowns: [
    { reason: "throttled", times: 3 },
    { reason: "slow", times: 1 }
  ],
  waitedMillis: 4000
}

const toldPace =
  "NetBox was busy (3 × throttled, 1 × slow; it asked for 4.0 s of rest), so there were at times only " +
  "1 of 2 requests at a time, 12 of 100 objects in a PATCH of /api/virtualization/virtual-machines/"

const row = (op: number, rest: Partial<OperationRow>): OperationRow => ({
  run: "run-1",
  op,
  verb: "create",
  ref: `${machine}:lab/${100 + op}`,
  label: `guest-${op}`,
  state: "ok",
  netboxId: null,
  detail: "",
  at: 0,
  ...rest
})

const rows = [
  row(0, { netboxId: 12 }),
  row(1, { state: "failed", detail: "name: too long" }),
  row(2, { state: "skipped", detail: "needs operation 1" })
]

describe("a run", () => {
  it("is one line in the list of runs", () => {
    assert.strictEqual(renderRuns([], false), "No run yet")
    assert.strictEqual(
      renderRuns([run], false),
      "run-1  2023-11-14T22:13:20Z  sync  partial    1/3 ok  1 failed, 1 skipped  2.5 s  lab"
    )
  })

  it("shows every operation with what became of it", () => {
    assert.deepStrictEqual(renderRun(run, rows, false).split("\n"), [
      "Run run-1",
      "  started 2023-11-14T22:13:20Z by cli ops@host (sync), sources lab",
      "  partial after 2.5 s",
      "  1 ok, 1 failed, 1 skipped of 3 operations",
      `      0 ok         create guest-0 ${machine}:lab/100 #12`,
      `      1 failed     create guest-1 ${machine}:lab/101: name: too long`,
      `      2 skipped    create guest-2 ${machine}:lab/102: needs operation 1`
    ])
  })

  it("ends with what failed, why, and the counts", () => {
    const applied = {
      run: "run-1",
      outcome: "partial",
      ok: 1,
      failed: 1,
      skipped: 1,
      open: 0,
      requests: 9,
      pace: calm,
      detail: "source dr was not read"
    } as const
    assert.deepStrictEqual(renderApplied(applied, rows, false).split("\n"), [
      `failed create guest-1 (${machine}:lab/101): name: too long`,
      `skipped create guest-2 (${machine}:lab/102): needs operation 1`,
      "source dr was not read",
      "partial: 1 ok, 1 failed, 1 skipped; 9 requests to NetBox (run run-1)"
    ])
  })
})

describe("the pace of a run", () => {
  const applied = { run: "run-1", outcome: "succeeded", ok: 3, failed: 0, skipped: 0, open: 0, requests: 9 } as const

  it("is told when NetBox was busy", () => {
    const summary = renderApplied({ ...applied, pace: busyPace, detail: "" }, [], false).split("\n")
    assert.deepStrictEqual(summary, [
      toldPace,
      "succeeded: 3 ok, 0 failed, 0 skipped; 9 requests to NetBox (run run-1)"
    ])
    assert.strictEqual(renderRun({ ...run, pace: busyPace }, [], false).split("\n")[4], `  ${toldPace}`)
    assert.match(renderRuns([{ ...run, pace: busyPace }], false), /lab {2}NetBox was busy$/)
  })

  it("is not mentioned when nothing was slowed down", () => {
    assert.notInclude(renderApplied({ ...applied, pace: calm, detail: "" }, [], false), "busy")
    for (const pace of [null, calm]) {
      assert.notInclude(renderRun({ ...run, pace }, rows, false), "busy")
      assert.notInclude(renderRuns([{ ...run, pace }], false), "busy")
    }
  })

  it("says only what is so: a limit of one cannot fall", () => {
    const pace: RunPace = { ...calm, inFlight: { low: 1, most: 1 }, slowdowns: [{ reason: "failing", times: 2 }] }
    assert.include(renderRun({ ...run, pace }, [], false), "  NetBox was busy (2 × failing)")
  })
})

describe("a plan file", () => {
  it("is read back as the run and the seal it was made of", () => {
    assert.deepStrictEqual(readPlanFile("p", planFile(busy, "seal")), Either.right({ run: "run-1", digest: "seal" }))
  })

  it("is refused when anything in it was altered, and when it is none", () => {
    const text = planFile(busy, "seal")
    for (const altered of [
      text.replace("guest-3", "guest-4"),
      text.replace('"to": 2048', '"to": 4096'),
      text.replace("run-1", "run-2"),
      text.replace('"seal"', '"other"')
    ]) {
      assert.notStrictEqual(altered, text)
      const read = readPlanFile("p", altered)
      assert.isTrue(Either.isLeft(read) && read.left.message === "Plan p was altered after it was sealed. Plan again")
    }
    const none = readPlanFile("p", "{}")
    assert.isTrue(Either.isLeft(none) && none.left.message === "Plan p is not a plan file. Make one with plan --out")
  })
})
