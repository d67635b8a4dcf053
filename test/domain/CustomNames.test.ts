import { assert, describe, it } from "@effect/vitest"
import { bodyOf } from "../../src/domain/Body.ts"
import { customFieldRef, namesInUse, namesOf } from "../../src/domain/CustomNames.ts"
import { kinds } from "../../src/domain/Kinds.ts"
import type { Plan } from "../../src/domain/Plan.ts"
import { kindOf } from "../../src/domain/Ref.ts"
import { current, type Current } from "../../src/domain/Target.ts"
import { guest, observation, PureWorld } from "../support/PureWorld.ts"

const fields = "extras.customfield"
const machine = "virtualization.virtualmachine"
const uid = "proxledger_uid"

const definition = (name: string, type: string): Current => ({ id: 1, updated: null, fields: { name, type } })

/** Names that are not their own, by what NetBox has and what was applied last. */
const chosen = (definitions: ReadonlyArray<Current>, applied?: string) =>
  Object.fromEntries(
    namesOf(namesInUse(kinds, definitions, (ref) => (ref === customFieldRef(uid) ? applied : undefined)).kinds)
  )

const ofFields = (made: Plan) =>
  made.operations.flatMap(({ changes, ref, verb }) =>
    kindOf(ref) === fields ? [`${verb} ${String(changes.find(({ field }) => field === "name")?.to)}`] : []
  )

const seen = [observation([guest(101)])]

const withClash = () => {
  const world = new PureWorld()
  const clash = world.add(fields, { name: uid, type: "integer", object_types: [machine] })
  const made = world.plan(seen)
  world.apply(made)
  return { world, clash, made }
}

describe("names of custom fields", () => {
  it("are their own where nothing of another type has them", () => {
    assert.deepStrictEqual(chosen([]), {})
    assert.deepStrictEqual(chosen([definition(uid, "text")]), {})
  })

  it("are the next ones that are free or serve where another type has them", () => {
    assert.deepStrictEqual(chosen([definition(uid, "integer")]), { [uid]: "proxledger2_uid" })
    assert.deepStrictEqual(chosen([definition("proxmox_vm_id", "text")]), { proxmox_vm_id: "proxmox2_vm_id" })
    assert.deepStrictEqual(chosen([definition(uid, "integer"), definition("proxledger2_uid", "select")]), {
      [uid]: "proxledger3_uid"
    })
  })

  it("stay what was applied last, and where nothing is known what nobody else makes", () => {
    const both = [definition(uid, "text"), definition("proxledger2_uid", "text")]
    assert.deepStrictEqual(chosen(both, uid), {})
    assert.deepStrictEqual(chosen(both, "proxledger2_uid"), { [uid]: "proxledger2_uid" })
    assert.deepStrictEqual(chosen(both), { [uid]: "proxledger2_uid" })
    assert.deepStrictEqual(chosen([definition(uid, "text")], "proxledger2_uid"), {})
  })

  it("are read, written and looked for", () => {
    const [kind] = namesInUse(kinds, [definition(uid, "json")], () => undefined).kinds.filter(
      ({ name }) => name === machine
    )
    if (kind === undefined) assert.fail(machine)
    const row = current(kind, {
      id: 1,
      custom_fields: { [uid]: { a: 1 }, proxledger2_uid: "lab/101", proxmox_vm_id: 5 }
    })
    assert.strictEqual(row.fields["custom_fields.proxledger_uid"], "lab/101")
    assert.strictEqual(row.fields["custom_fields.proxmox_vm_id"], 5)
    assert.deepStrictEqual(kind.lookup, [{ field: "custom_fields.proxledger_uid", filter: "cf_proxledger2_uid" }])
    const [operation] = withClash().made.operations.filter(({ ref }) => kindOf(ref) === machine)
    if (operation === undefined) assert.fail("no machine is created")
    assert.deepInclude(
      bodyOf(kind, operation, () => 1, true),
      { custom_fields: { proxledger2_uid: "lab/101", proxmox_vm_id: 101, proxmox_vm_type: "qemu" } }
    )
  })
})

describe("a custom field whose name belongs to one of another type", () => {
  it("is made under another name, with a warning, once", () => {
    const { made, world } = withClash()
    assert.deepStrictEqual(ofFields(made), ["create proxledger2_uid", "create proxmox_vm_id", "create proxmox_vm_type"])
    assert.deepStrictEqual(made.conflicts, [])
    assert.deepStrictEqual(made.warnings, [
      {
        scope: "netbox",
        detail:
          "custom field proxledger_uid is of type integer and not text, so proxledger2_uid is used instead, and stays in use; rename or remove proxledger_uid if nothing needs it"
      }
    ])
    const again = world.plan(seen)
    assert.deepStrictEqual(again.operations, [])
    assert.deepStrictEqual(again.settled, [])
    assert.deepStrictEqual(again.warnings, made.warnings)
  })

  it("is found again by a journal that knows nothing, and known from then on", () => {
    const { world } = withClash()
    world.bindings.clear()
    world.baselines.clear()
    const lost = world.plan(seen)
    assert.deepStrictEqual(lost.operations, [])
    assert.deepInclude(lost.settled, { ref: customFieldRef(uid), field: "name", value: "proxledger2_uid" })
    world.apply(lost)
    assert.deepStrictEqual(world.plan(seen).settled, [])
  })

  it("keeps its name when the other one goes, and when one that would serve comes", () => {
    const { clash, world } = withClash()
    world.rows.get(fields)?.delete(clash)
    for (const _ of ["gone", "come"]) {
      const made = world.plan(seen)
      assert.deepStrictEqual([made.operations, made.warnings, made.drifts], [[], [], []])
      if (world.find(fields, uid) === undefined) world.add(fields, { name: uid, type: "text", object_types: [machine] })
    }
  })

  it("is a conflict where all names are taken", () => {
    const world = new PureWorld()
    for (const count of ["", 2, 3, 4, 5, 6, 7, 8, 9]) {
      world.add(fields, { name: `proxledger${count}_uid`, type: "integer", object_types: [machine] })
    }
    assert.deepStrictEqual(
      world.plan(seen).conflicts.map(({ detail, ref }) => `${ref}: ${detail}`),
      [`${customFieldRef(uid)}: NetBox has a custom field of this name with type integer; rename or remove it`]
    )
  })
})
