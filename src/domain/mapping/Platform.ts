import { want } from "../Desired.ts"
import type { Facts, GuestView } from "./Facts.ts"
import type { Mapping } from "./Mapping.ts"
import { namedObjects } from "./Named.ts"
import { slugOf } from "./Naming.ts"
import { platformRef } from "./Refs.ts"

/** `ostype` of guests; what is not here says nothing of the system. */
const systems: { readonly [ostype: string]: string } = {
  l24: "Linux (kernel 2.4)",
  l26: "Linux (kernel 2.6 or newer)",
  wxp: "Windows XP",
  w2k: "Windows 2000",
  w2k3: "Windows Server 2003",
  wvista: "Windows Vista",
  w2k8: "Windows Server 2008",
  win7: "Windows 7",
  win8: "Windows 8",
  win10: "Windows 10",
  win11: "Windows 11",
  solaris: "Solaris",
  debian: "Debian",
  devuan: "Devuan",
  ubuntu: "Ubuntu",
  centos: "CentOS",
  fedora: "Fedora",
  opensuse: "openSUSE",
  archlinux: "Arch Linux",
  alpine: "Alpine Linux",
  gentoo: "Gentoo",
  nixos: "NixOS"
}

/** What the guest runs, as the agent says, else as it was configured. */
export const platformOf = ({
  facts,
  guest
}: GuestView): { readonly name: string; readonly why: string } | undefined => {
  if (facts.os !== undefined) {
    const { name, version } = facts.os
    return { name: version === undefined ? name : `${name} ${version}`, why: "reported by the guest" }
  }
  const ostype = guest?.ostype
  const name = ostype !== undefined && ostype !== null && Object.hasOwn(systems, ostype) ? systems[ostype] : undefined
  return name === undefined ? undefined : { name, why: "config.ostype" }
}

export const Platform: Mapping = {
  kind: "dcim.platform",
  objects: (facts: Facts) => [
    ...[...new Set(facts.guests.flatMap((guest) => platformOf(guest)?.name ?? []))].map((name) => ({
      ref: platformRef(name),
      source: null,
      label: name,
      lazy: true,
      fields: { name: want(name, "platform"), slug: want(slugOf(name), "platform") }
    })),
    ...namedObjects(facts, "platform")
  ]
}
