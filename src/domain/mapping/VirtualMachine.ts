import { refTo, want, type Wanted } from "../Desired.ts"
import type { Json } from "../Json.ts"
import { type Owner, uidField } from "../Kind.ts"
import { legacyNames } from "../Legacy.ts"
import { type Facts, type GuestView, understood } from "./Facts.ts"
import type { Mapping } from "./Mapping.ts"
import { setBy } from "./Named.ts"
import { withSuffix } from "./Naming.ts"
import { addressRef, clusterRef, deviceRef, machineRef, platformRef, tagRef, siteRef } from "./Refs.ts"
import { platformOf } from "./Platform.ts"
import { primaries } from "./Primaries.ts"
import { marker, tagsOf } from "./Tag.ts"
import { typeOf } from "./VirtualMachineType.ts"

const statuses: { readonly [status: string]: string } = {
  running: "active",
  stopped: "offline",
  paused: "paused",
  suspended: "paused",
  prelaunch: "paused",
  "io-error": "failed",
  "internal-error": "failed",
  "guest-panicked": "failed"
}

const nameOf = ({ facts, guest }: GuestView): string => {
  const name = (guest?.hostname ?? facts.name ?? "").replaceAll(/\p{Cc}/gu, "").trim()
  return name === "" ? `${facts.type === "qemu" ? "vm" : "ct"}-${facts.vmid}` : [...name].slice(0, 64).join("").trim()
}

/** A name that could not be read is made up for a new machine, and changes nothing of one that is there. */
const nameOwner = ({ facts, guest }: GuestView): Owner =>
  facts.name !== undefined || (guest !== undefined && understood(guest, "name", "hostname")) ? "three-way" : "initial"

/** The first line says what it is; the whole note is kept where that line does not hold it. */
const notes = ({ facts, guest }: GuestView): { readonly [field: string]: Wanted } => {
  if (guest === undefined || !understood(guest, "description")) return {}
  const [first = ""] = guest.description
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
  const description = [...first].slice(0, 200).join("")
  return {
    description:
      description === ""
        ? want(`Proxmox ${facts.type} ${facts.vmid}`, "vmid")
        : want(description, "config.description, first line"),
    ...(guest.description === description ? {} : { comments: want(guest.description, "config.description") })
  }
}

const primariesOf = ({ addresses, guest, key }: GuestView): { readonly [field: string]: Wanted } => {
  if (guest === undefined) return {}
  const allKnown = guest.nics.every((nic) => addresses.covered.has(nic.key)) && understood(guest, "net")
  return primaries(
    addresses.list.map(({ cidr, host, nic, why }) => ({
      ref: addressRef(key, nic, host),
      family: cidr.address.family,
      why
    })),
    { whole: addresses.whole, clears: addresses.whole && allKnown && guest.nics.length > 0 }
  )
}

/** What the configuration tells; a key that was not understood leaves its field alone. */
const hardware = ({ guest }: GuestView): { readonly [field: string]: Wanted } => {
  if (guest === undefined) return {}
  return {
    ...(understood(guest, "cores", "sockets", "vcpus", "cpulimit") ? { vcpus: want(guest.vcpus, "config.cores") } : {}),
    ...(understood(guest, "memory") && guest.memory !== null ? { memory: want(guest.memory, "config.memory") } : {}),
    ...(understood(guest, "onboot") ? { start_on_boot: want(guest.startOnBoot ? "on" : "off", "config.onboot") } : {}),
    ...(guest.uuid === null ? {} : { serial: want(guest.uuid, "config.smbios1 uuid") })
  }
}

const software = (facts: Facts, view: GuestView): { readonly [field: string]: Wanted } => {
  const platform = platformOf(view)
  return {
    ...(platform === undefined ? {} : { platform: want(refTo(platformRef(platform.name)), platform.why) }),
    ...setBy(facts, view, "platform"),
    ...typeOf(facts, view),
    ...setBy(facts, view, "role"),
    ...setBy(facts, view, "tenant")
  }
}

const siteOf = ({ deviceSites }: Facts, { facts: { node } }: GuestView): { readonly [field: string]: Wanted } => {
  const place = deviceSites.get(node)
  return place === undefined ? {} : { site: want(refTo(siteRef(place.slug)), place.why) }
}

const tagList = (view: GuestView): Json => [refTo(marker), ...tagsOf(view).map((name) => refTo(tagRef(name)))]

export const VirtualMachine: Mapping = {
  kind: "virtualization.virtualmachine",
  ofGuest: (view, facts) => {
    const { facts: seen, guest, key } = view
    const source = facts.settings.name
    const name = nameOf(view)
    const alternative = withSuffix(name, ` (${seen.vmid})`, 64)
    const status = Object.hasOwn(statuses, seen.status) ? statuses[seen.status] : undefined
    return [
      {
        ref: machineRef(key),
        source,
        label: name,
        hints: {
          cluster: source,
          macs: (guest?.nics ?? []).flatMap(({ mac }) => mac ?? []),
          macsKnown: guest !== undefined && understood(guest, "net")
        },
        alternatives: { name: alternative },
        fields: {
          name: want(name, seen.type === "qemu" ? "config.name" : "config.hostname", {
            accepts: facts.legacy ? [alternative, ...legacyNames(name)] : [alternative],
            owner: nameOwner(view)
          }),
          ...(status === undefined ? {} : { status: want(status, "status") }),
          cluster: want(refTo(clusterRef(source)), "cluster of the guest"),
          ...siteOf(facts, view),
          device: want(refTo(deviceRef(source, seen.node)), "node of the guest"),
          ...hardware(view),
          ...notes(view),
          ...software(facts, view),
          ...primariesOf(view),
          ...(view.knowsTags ? { tags: want(tagList(view), "tags") } : {}),
          [uidField]: want(key, "identity"),
          "custom_fields.proxmox_vm_id": want(seen.vmid, "vmid"),
          "custom_fields.proxmox_vm_type": want(seen.type, "type")
        }
      }
    ]
  },
  covered: ({ observation, settings }) => (observation.complete ? [settings.name] : [])
}
