import { assert, describe, it } from "@effect/vitest"
import type { Step } from "./History.ts"
import { played } from "./Shard.ts"

/** Histories that went wrong once, as they were shrunk. */
const remembered: { readonly [title: string]: ReadonlyArray<Step> } = {
  "a vmid is given again after its former guest was marked as gone": [
    { do: "create", lxc: false, node: 0, name: 0, nics: 1 },
    { sync: [] },
    { do: "delete", who: 0 },
    { sync: [] },
    { do: "reuse", who: 0, lxc: false }
  ],
  "two guests exchange their addresses while others come": [
    { do: "create", lxc: false, node: 0, name: 0, nics: 1 },
    { do: "create", lxc: false, node: 0, name: 0, nics: 0 },
    { sync: [] },
    { do: "removeNic", who: 0 },
    { do: "swapAddress", who: 0 },
    { do: "create", lxc: false, node: 0, name: 0, nics: 0 },
    { do: "addNic", who: 0 },
    { do: "tags", who: 0, tags: [] }
  ],
  "the primary address is deleted by hand": [
    { do: "create", lxc: false, node: 0, name: 0, nics: 1 },
    { sync: [] },
    { hand: "delete", who: 0, what: "address" }
  ],
  "a guest has the address of one that is gone": [
    { do: "create", lxc: false, node: 0, name: 0, nics: 1 },
    { do: "create", lxc: false, node: 0, name: 0, nics: 0 },
    { sync: [] },
    { do: "swapAddress", who: 0 },
    { do: "vlan", who: 0, tag: null },
    { do: "delete", who: 0 },
    { sync: [] }
  ],
  "the primary address goes with its interface, and the machine is edited before it is written": [
    { do: "create", lxc: false, node: 0, name: 0, nics: 1 },
    { sync: [] },
    { hand: "delete", who: 0, what: "interface" },
    { sync: [{ crash: "before", append: 6 }] },
    { hand: "name", who: 0 },
    { do: "reuse", who: 0, lxc: false },
    { do: "create", lxc: false, node: 0, name: 0, nics: 0 },
    { hand: "delete", who: 0, what: "address" }
  ],
  "an operator gives a machine that is marked as gone another status": [
    { do: "create", lxc: false, node: 0, name: 0, nics: 1 },
    { sync: [] },
    { do: "delete", who: 0 },
    { sync: [] },
    { do: "create", lxc: false, node: 0, name: 0, nics: 0 },
    { hand: "planned", who: 0 },
    { hand: "name", who: 0 }
  ],
  "the only MAC address of a container with a suffix to its name changes": [
    { do: "create", lxc: true, node: 0, name: 0, nics: 0 },
    { do: "create", lxc: true, node: 0, name: 0, nics: 0 },
    { sync: [] },
    { do: "changeMac", who: 1 },
    { sync: [] }
  ],
  "an operator makes the address primary that another guest has by now": [
    { do: "create", lxc: false, node: 0, name: 0, nics: 1 },
    { sync: [] },
    { do: "clone", who: 6, sameName: true },
    { do: "swapAddress", who: 3 },
    { hand: "primary", who: 2 }
  ],
  "the primary address that an operator chose is deleted by hand, and later leaves the guest": [
    { do: "create", lxc: false, node: 0, name: 0, nics: 1 },
    { sync: [] },
    { hand: "primary", who: 0 },
    { sync: [] },
    { hand: "delete", who: 0, what: "address" },
    { hand: "delete", who: 0, what: "address" },
    { sync: [] },
    { hand: "primary", who: 0 },
    { sync: [] },
    { do: "readdress", who: 0 },
    { sync: [] }
  ],
  "two guests exchange their addresses, and one is off before that is seen: what it had stays its own": [
    { do: "create", lxc: false, node: 0, name: 0, nics: 1 },
    { do: "clone", who: 0, sameName: true },
    { sync: [] },
    { do: "swapAddress", who: 0 },
    { do: "power", who: 1 }
  ],
  "a guest gets a card back without a word after a run that did not find it and died": [
    { do: "create", lxc: false, node: 0, name: 0, nics: 1 },
    { do: "changeMac", who: 3 },
    { do: "reuse", who: 8, lxc: false },
    { sync: [] },
    { sync: [] },
    {
      sync: [
        { netbox: 429, nth: 4, method: "any" },
        { netbox: "cut", nth: 4, method: "any" }
      ]
    },
    {
      sync: [
        { proxmox: "half", path: "/config$", times: 1 },
        { proxmox: 595, path: "/agent/network-get-interfaces$", times: 9 }
      ]
    },
    { do: "readdress", who: 1 },
    { do: "node", node: 0, online: false },
    { do: "removeNic", who: 8 },
    {
      sync: [
        { crash: "before", append: 5 },
        { netbox: 403, nth: 4, method: "DELETE" }
      ]
    },
    { do: "clone", who: 9, sameName: true },
    { do: "addNic", who: 4 },
    { do: "reuse", who: 7, lxc: false },
    { sync: [{ proxmox: "truncated", path: "/interfaces$", times: 9 }] },
    { do: "restore", who: 8 },
    { hand: "role", who: 9 }
  ]
}

describe("histories that went wrong once", () => {
  it.each(Object.entries(remembered))("%s", async (_, steps) => assert.deepStrictEqual(await played(steps), []))
})
