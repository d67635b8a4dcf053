import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import type { JsonObject } from "../../../src/domain/Json.ts"
import type { GuestFacts } from "../../../src/domain/proxmox/Observation.ts"
import { parseGuest } from "../../../src/domain/proxmox/ParseGuest.ts"

const facts = (type: GuestFacts["type"], config: JsonObject): GuestFacts => ({
  vmid: 100,
  type,
  node: "pve1",
  status: "running",
  config
})
const sound: { readonly [type in GuestFacts["type"]]: JsonObject } = {
  qemu: {
    name: "web",
    ostype: "l26",
    cores: 2,
    sockets: 2,
    vcpus: 3,
    memory: "4096",
    onboot: 1,
    agent: "1",
    smbios1: "uuid=4c41ca4f-f0f9-42e6-876d-3972d87ec626",
    description: "note",
    net0: "virtio=BC:24:11:AA:BB:CC,bridge=vmbr0,tag=10",
    ipconfig0: "ip=10.0.0.5/24",
    net3: "e1000=BC:24:11:AA:BB:CD,bridge=vmbr1",
    scsi0: "local-lvm:vm-100-disk-0,size=32G",
    virtio1: "local-lvm:vm-100-disk-1,size=8G",
    ide2: "local-lvm:vm-100-cloudinit,media=cdrom,size=4M"
  },
  lxc: {
    hostname: "ct",
    ostype: "debian",
    cores: 2,
    cpulimit: "1",
    memory: 1024,
    onboot: 0,
    description: "note\n",
    net0: "name=eth0,bridge=vmbr0,hwaddr=BC:24:11:AA:BB:CC,ip=dhcp",
    rootfs: "local-lvm:vm-100-disk-0,size=8G",
    mp0: "local-lvm:vm-100-disk-1,mp=/srv,size=8G"
  }
}

const type = FastCheck.constantFrom<GuestFacts["type"]>("qemu", "lxc")
const json = FastCheck.jsonValue().map((value) => JSON.parse(JSON.stringify(value)))
const parts = FastCheck.array(
  FastCheck.tuple(
    FastCheck.constantFrom(
      "",
      "virtio=",
      "model=",
      "bridge=",
      "tag=",
      "trunks=",
      "mtu=",
      "ip=",
      "ip6=",
      "size=",
      "uuid="
    ),
    FastCheck.oneof(FastCheck.string(), FastCheck.constantFrom("1", "0", "10.0.0.1/24", "dhcp", "32G", "local:x"))
  ).map((pair) => pair.join(""))
).map((list) => list.join(","))

describe("any odd value costs one warning, never the guest", () => {
  it.prop(
    "whatever JSON a key holds, only its own field is lost",
    [type, FastCheck.nat(), json],
    ([guestType, pick, value]) => {
      const config = sound[guestType]
      const keys = Object.keys(config)
      const key = keys[pick % keys.length] ?? "name"
      // A VM without its cloud-init drive has other addresses too.
      FastCheck.pre(key !== "ide2" && typeof value !== "string")
      const guest = parseGuest(facts(guestType, { ...config, [key]: value }))
      const { [key]: _, ...others } = config
      const without = parseGuest(facts(guestType, others))
      assert.isTrue(guest.warnings.length <= 1, guest.warnings.join("\n"))
      const isOther = ({ key: name }: { readonly key: string }) => name !== key
      assert.deepStrictEqual(guest.disks.filter(isOther), without.disks)
      assert.deepStrictEqual(
        key.startsWith("ipconfig") ? [] : guest.nics.filter(isOther),
        key.startsWith("ipconfig") ? [] : without.nics
      )
    },
    { fastCheck: { numRuns: 1000 } }
  )

  it.prop(
    "whatever text a key holds, every warning names that key and there are no more than parts",
    [type, FastCheck.nat(), FastCheck.oneof(FastCheck.string({ unit: "binary" }), parts)],
    ([guestType, pick, value]) => {
      const config = sound[guestType]
      const keys = Object.keys(config)
      const key = keys[pick % keys.length] ?? "name"
      const { warnings } = parseGuest(facts(guestType, { ...config, [key]: value }))
      assert.isTrue(warnings.every((warning) => warning.startsWith(key)))
      assert.isTrue(warnings.length <= Math.max(1, value.split(",").length), warnings.join("\n"))
    },
    { fastCheck: { numRuns: 2000 } }
  )

  it.prop(
    "any object is a config",
    [
      type,
      FastCheck.dictionary(
        FastCheck.oneof(FastCheck.string(), FastCheck.constantFrom(...Object.keys({ ...sound.qemu, ...sound.lxc }))),
        FastCheck.oneof(json, parts)
      )
    ],
    ([guestType, config]) => {
      const guest = parseGuest(facts(guestType, config))
      assert.deepStrictEqual(parseGuest(facts(guestType, config)), guest)
      assert.isTrue(guest.disks.every(({ size }) => Number.isInteger(size) && size >= 1))
      assert.isTrue(guest.nics.every(({ mac }) => mac === null || /^([0-9A-F]{2}:){5}[0-9A-F]{2}$/.test(mac)))
      assert.isTrue(guest.vcpus === null || guest.vcpus > 0)
    },
    { fastCheck: { numRuns: 500 } }
  )
})
