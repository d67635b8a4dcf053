import { assert, describe, it } from "@effect/vitest"
import type { JsonObject } from "../../../src/domain/Json.ts"
import type { Guest } from "../../../src/domain/proxmox/Guest.ts"
import type { GuestFacts } from "../../../src/domain/proxmox/Observation.ts"
import { parseGuest } from "../../../src/domain/proxmox/ParseGuest.ts"

const facts = (type: GuestFacts["type"], config?: JsonObject): GuestFacts => ({
  vmid: 100,
  type,
  node: "pve1",
  status: "running",
  ...(config === undefined ? {} : { config })
})
const qemu = (config: JsonObject) => parseGuest(facts("qemu", config))
const lxc = (config: JsonObject) => parseGuest(facts("lxc", config))

const cloudInit = { ide2: "local-lvm:vm-100-cloudinit,media=cdrom,size=4M" }

const nic = {
  key: "net0",
  name: "net0",
  model: "virtio",
  mac: "BC:24:11:AA:BB:CC",
  bridge: "vmbr0",
  tag: null,
  trunks: [],
  mtu: null,
  linkDown: false,
  addresses: [],
  dhcp: false,
  slaac: false
}

describe("NICs of a VM", () => {
  it.each([
    ["virtio=BC:24:11:AA:BB:CC,bridge=vmbr0", {}],
    ["virtio=bc:24:11:aa:bb:cc,bridge=vmbr0,firewall=1,queues=4,rate=12.5", {}],
    ["virtio=bc-24-11-aa-bb-cc,bridge=vmbr0", {}],
    ["bridge=vmbr0,virtio=BC:24:11:AA:BB:CC", {}],
    ["model=virtio,macaddr=BC:24:11:AA:BB:CC,bridge=vmbr0", {}],
    ["virtio,macaddr=BC:24:11:AA:BB:CC,bridge=vmbr0", {}],
    ["e1000=BC:24:11:AA:BB:CC,bridge=vmbr0", { model: "e1000" }],
    ["e1000-82545em=BC:24:11:AA:BB:CC,bridge=vmbr0", { model: "e1000-82545em" }],
    ["VMXNET3=BC:24:11:AA:BB:CC,bridge=vmbr0", { model: "vmxnet3" }],
    ["ne2k_pci=BC:24:11:AA:BB:CC,bridge=vmbr0", { model: "ne2k_pci" }],
    ["newcard=BC:24:11:AA:BB:CC,bridge=vmbr0", { model: "newcard" }],
    ["virtio=BC:24:11:AA:BB:CC", { bridge: null }],
    ["virtio=BC:24:11:AA:BB:CC,bridge=vmbr0,tag=10", { tag: 10 }],
    ["virtio=BC:24:11:AA:BB:CC,bridge=vmbr0,trunks=10;20;100-103", { trunks: [10, 20, 100, 101, 102, 103] }],
    ["virtio=BC:24:11:AA:BB:CC,bridge=vmbr0,mtu=1", {}],
    ["virtio=BC:24:11:AA:BB:CC,bridge=vmbr0,mtu=9000", { mtu: 9000 }],
    ["virtio=BC:24:11:AA:BB:CC,bridge=vmbr0,link_down=1", { linkDown: true }],
    ["virtio=BC:24:11:AA:BB:CC,bridge=vmbr0,link_down=off", {}]
  ])("reads %s", (net0, difference) => {
    assert.deepStrictEqual(qemu({ net0 }).nics, [{ ...nic, ...difference }])
    assert.deepStrictEqual(qemu({ net0 }).warnings, [])
  })

  it.each([
    ["virtio=nonsense,bridge=vmbr0", { mac: null }, "net0 virtio"],
    ["virtio=BC:24:11:AA:BB:CC,bridge=vmbr0,tag=abc", {}, "net0 tag"],
    ["virtio=BC:24:11:AA:BB:CC,bridge=vmbr0,tag=4095", {}, "net0 tag"],
    ["virtio=BC:24:11:AA:BB:CC,bridge=vmbr0,trunks=20-10", {}, "net0 trunks"],
    ["virtio=BC:24:11:AA:BB:CC,bridge=vmbr0,mtu=huge", {}, "net0 mtu"],
    ["virtio=BC:24:11:AA:BB:CC,bridge=vmbr0,link_down=maybe", {}, "net0 link_down"],
    ["virtio=BC:24:11:AA:BB:CC,bridge=vmbr0,tag=", {}, "net0"],
    ["nocard,macaddr=BC:24:11:AA:BB:CC,bridge=vmbr0", { model: null }, "net0 model"]
  ])("reads %s but for one value", (net0, difference, warned) => {
    const guest = qemu({ net0 })
    assert.deepStrictEqual(guest.nics, [{ ...nic, ...difference }])
    assert.strictEqual(guest.warnings.length, 1)
    assert.isTrue(guest.warnings[0]?.startsWith(`${warned}: `), guest.warnings[0])
  })

  it("does not stop at a gap, and sorts by number", () => {
    const value = "virtio=BC:24:11:AA:BB:CC,bridge=vmbr0"
    const { nics } = qemu({ net10: value, net2: value, net0: value, network: value, net: value })
    assert.deepStrictEqual(
      nics.map(({ key }) => key),
      ["net0", "net2", "net10"]
    )
  })

  it.each([
    ["ip=10.0.0.5/24,gw=10.0.0.1", { addresses: ["10.0.0.5/24"] }],
    ["gw=10.0.0.1,ip6=FD00:0::5/64,ip=10.0.0.5/24", { addresses: ["10.0.0.5/24", "fd00::5/64"] }],
    ["ip=dhcp", { dhcp: true }],
    ["ip=dhcp,ip6=auto", { dhcp: true, slaac: true }],
    ["ip6=dhcp", { dhcp: true }],
    ["ip6=manual", {}]
  ])("hands out ipconfig0 %s by cloud-init only", (ipconfig0, difference) => {
    const net0 = "virtio=BC:24:11:AA:BB:CC,bridge=vmbr0"
    assert.deepStrictEqual(qemu({ net0, ipconfig0, ...cloudInit }).nics, [{ ...nic, ...difference }])
    assert.deepStrictEqual(qemu({ net0, ipconfig0 }).nics, [nic])
    assert.deepStrictEqual(qemu({ net0, ipconfig0: "", ...cloudInit }).nics, [nic])
  })

  it.each(["ip=10.0.0.5", "ip=fd00::5/64", "ip6=10.0.0.5/24", "ip=auto", "ip=10.0.0.5/0", "ip=here"])(
    "warns of ipconfig0 %s",
    (ipconfig0) => {
      const guest = qemu({ net0: "virtio=BC:24:11:AA:BB:CC,bridge=vmbr0", ipconfig0, ...cloudInit })
      assert.deepStrictEqual(guest.nics, [nic])
      assert.strictEqual(guest.warnings.length, 1)
    }
  )
})

describe("NICs of a container", () => {
  it.each([
    [
      "name=eth0,bridge=vmbr0,hwaddr=bc:24:11:aa:bb:cc,ip=10.0.0.5/24,gw=10.0.0.1,type=veth",
      { addresses: ["10.0.0.5/24"] }
    ],
    ["name=eth0,bridge=vmbr0,hwaddr=BC:24:11:AA:BB:CC,ip=dhcp,ip6=auto", { dhcp: true, slaac: true }],
    ["name=eth0,bridge=vmbr0,hwaddr=BC:24:11:AA:BB:CC,ip=manual,ip6=manual", {}],
    ["name=eth0,bridge=vmbr0,hwaddr=BC:24:11:AA:BB:CC", {}],
    [
      "name=eth0,bridge=vmbr0,hwaddr=BC:24:11:AA:BB:CC,mtu=1450,tag=7,link_down=1",
      { mtu: 1450, tag: 7, linkDown: true }
    ],
    ["bridge=vmbr0,hwaddr=BC:24:11:AA:BB:CC,ip6=fd00::5/64", { name: "net0", addresses: ["fd00::5/64"] }],
    ["name=eth0,bridge=vmbr0,hwaddr=BC:24:11:AA:BB:CC,host-managed=1,rate=5,trunks=3;2", { trunks: [2, 3] }]
  ])("reads %s", (net0, difference) => {
    const guest = lxc({ net0 })
    assert.deepStrictEqual(guest.nics, [{ ...nic, name: "eth0", model: null, ...difference }])
    assert.deepStrictEqual(guest.warnings, [])
  })
})

describe("disks", () => {
  it.each([
    ["scsi0", "local-lvm:vm-100-disk-0,size=32G", { storage: "local-lvm", volume: "vm-100-disk-0" }],
    ["scsi0", "file=local-lvm:vm-100-disk-0,size=32G", { storage: "local-lvm", volume: "vm-100-disk-0" }],
    [
      "virtio15",
      "nfs:100/vm-100-disk-0.qcow2,size=32G",
      { storage: "nfs", volume: "100/vm-100-disk-0.qcow2", format: "qcow2" }
    ],
    [
      "sata0",
      "zfs:base-9000-disk-0/vm-100-disk-0,size=32G,ssd=1,discard=on",
      { storage: "zfs", volume: "base-9000-disk-0/vm-100-disk-0", ssd: true, discard: true }
    ],
    [
      "ide0",
      "local:100/x,format=raw,discard=ignore,cache=none,iothread=1,serial=abc,size=32G",
      { storage: "local", volume: "100/x", format: "raw" }
    ],
    ["scsi1", "/dev/disk/by-id/ata-1,size=32G", { storage: "", volume: "/dev/disk/by-id/ata-1" }],
    ["scsi2", "ceph:vm-100-disk-1,size=33554432K", { storage: "ceph", volume: "vm-100-disk-1" }]
  ])("reads %s: %s", (key, value, difference) => {
    const guest = qemu({ [key]: value })
    assert.deepStrictEqual(guest.disks, [
      { key, size: 32_768, format: null, ssd: false, discard: false, ...difference }
    ])
    assert.deepStrictEqual(guest.warnings, [])
  })

  it.each([
    ["ide2", "none,media=cdrom"],
    ["ide2", "cdrom,media=cdrom"],
    ["ide2", "local:iso/debian.iso,media=cdrom,size=658M"],
    ["ide2", "local-lvm:vm-100-cloudinit,media=cdrom,size=4M"],
    ["scsi1", "nfs:100/vm-100-cloudinit.qcow2,media=cdrom,size=4M"],
    ["scsi1", "local-lvm:vm-100-cloudinit,size=4M"],
    ["scsi1", "/dev/sdb"],
    ["efidisk0", "local-lvm:vm-100-disk-1,efitype=4m,size=4M"],
    ["tpmstate0", "local-lvm:vm-100-disk-2,size=4M,version=v2.0"],
    ["unused0", "local-lvm:vm-100-disk-3"],
    ["scsihw", "virtio-scsi-single"],
    ["scsi", "local-lvm:vm-100-disk-3,size=1G"]
  ])("leaves out %s: %s", (key, value) => {
    const guest = qemu({ [key]: value })
    assert.deepStrictEqual(guest.disks, [])
    assert.deepStrictEqual(guest.warnings, [])
  })

  it("reads volumes of containers and leaves out what is mounted from the host", () => {
    const guest = lxc({
      mp10: "zfs:subvol-100-disk-2,mp=/b,size=1.5T",
      mp2: "nfs:100/vm-100-disk-1.raw,mp=/a,backup=1,mountoptions=noatime;discard,size=500M",
      rootfs: "zfs:subvol-100-disk-0,acl=1,size=8G",
      mp0: "/mnt/shared,mp=/shared",
      mp1: "/dev/sdb1,mp=/raw,size=10G",
      unused0: "zfs:subvol-100-disk-9",
      scsi0: "zfs:vm-100-disk-0,size=1G"
    })
    assert.deepStrictEqual(
      guest.disks.map(({ key, size, storage }) => [key, size, storage]),
      [
        ["rootfs", 8192, "zfs"],
        ["mp2", 500, "nfs"],
        ["mp10", 1_572_864, "zfs"]
      ]
    )
    assert.deepStrictEqual(guest.warnings, [])
  })

  it.each(["local-lvm:vm-100-disk-0,size=big", "local-lvm:vm-100-disk-0", "local-lvm:vm-100-disk-0,size=0x1F"])(
    "warns of a volume whose size it cannot tell: %s",
    (scsi0) => {
      const guest = qemu({ scsi0 })
      assert.deepStrictEqual(guest.disks, [])
      assert.strictEqual(guest.warnings.length, 1)
    }
  )

  it("sorts by bus and number", () => {
    const value = "l:v,size=1G"
    const keys = qemu({ ide0: value, scsi10: value, virtio0: value, scsi2: value, sata1: value }).disks.map(
      (d) => d.key
    )
    assert.deepStrictEqual(keys, ["scsi2", "scsi10", "virtio0", "sata1", "ide0"])
  })
})

describe("scalars", () => {
  const of = (field: keyof Guest, type: GuestFacts["type"], config: JsonObject) => {
    const guest = parseGuest(facts(type, config))
    assert.deepStrictEqual(guest.warnings, [])
    return guest[field]
  }

  it.each<[GuestFacts["type"], JsonObject, number | null]>([
    ["qemu", {}, 1],
    ["qemu", { cores: 4 }, 4],
    ["qemu", { cores: "4", sockets: "2" }, 8],
    ["qemu", { cores: 4, sockets: 2, vcpus: 3 }, 3],
    ["lxc", {}, null],
    ["lxc", { cores: 2 }, 2],
    ["lxc", { cores: 2, cpulimit: "1.5" }, 2],
    ["lxc", { cpulimit: "1.5" }, 1.5],
    ["lxc", { cpulimit: 0 }, null]
  ])("vCPUs of %s %j", (type, config, expected) => {
    assert.strictEqual(of("vcpus", type, config), expected)
  })

  it.each<[GuestFacts["type"], JsonObject, number]>([
    ["qemu", {}, 512],
    ["lxc", {}, 512],
    ["qemu", { memory: 4096 }, 4096],
    ["qemu", { memory: "4096" }, 4096],
    ["qemu", { memory: "current=4096" }, 4096],
    ["lxc", { memory: 2048 }, 2048]
  ])("memory of %s %j", (type, config, expected) => {
    assert.strictEqual(of("memory", type, config), expected)
  })

  it("falls back on the live maximum where the memory cannot be read or nobody could read the config", () => {
    const seen = { ...facts("qemu"), maxmem: 2 * 1024 ** 3 + 1 }
    assert.strictEqual(parseGuest(seen).memory, 2048)
    assert.strictEqual(parseGuest({ ...seen, config: { memory: "lots" } }).memory, 2048)
    assert.isNull(qemu({ memory: "lots" }).memory)
    assert.strictEqual(qemu({ memory: "lots" }).warnings.length, 1)
    assert.isNull(parseGuest(facts("qemu")).vcpus)
  })

  it.each([
    [undefined, false],
    ["1", true],
    [1, true],
    ["0", false],
    [0, false],
    ["enabled=1,fstrim_cloned_disks=1,type=isa,freeze-fs-on-backup=0", true],
    ["enabled=0,fstrim_cloned_disks=1", false],
    ["1,fstrim_cloned_disks=1", true],
    ["fstrim_cloned_disks=1", false]
  ])("agent %s", (agent, expected) => {
    assert.strictEqual(of("agent", "qemu", agent === undefined ? {} : { agent }), expected)
  })

  it("reads the rest", () => {
    const guest = qemu({
      name: " web-01\n",
      ostype: "l26",
      onboot: 1,
      smbios1: "uuid=4C41CA4F-F0F9-42E6-876D-3972D87EC626,serial=YQ==,base64=1",
      description: "# Zürich\r\n\r\n100%25 🚀\n"
    })
    assert.deepStrictEqual(
      [guest.hostname, guest.ostype, guest.startOnBoot, guest.uuid, guest.description],
      ["web-01", "l26", true, "4c41ca4f-f0f9-42e6-876d-3972d87ec626", "# Zürich\n\n100%25 🚀"]
    )
    assert.deepStrictEqual(guest.warnings, [])
    assert.strictEqual(lxc({ hostname: "ct-01" }).hostname, "ct-01")
    assert.isNull(lxc({ name: "ct-01" }).hostname)
    assert.isNull(qemu({ name: " " }).hostname)
  })

  it("takes nothing from the prototype of the config", () => {
    assert.isNull(qemu({}).ostype)
    assert.deepStrictEqual(qemu(JSON.parse('{"__proto__":{"ostype":"l26","net0":"virtio"}}')).nics, [])
  })
})
