import { Option } from "effect"
import type { Disk } from "./Guest.ts"
import type { Reader } from "./Reader.ts"
import * as Size from "./Size.ts"

const cloudInitVolume = /[:/](?:vm-\d+-)?cloudinit(?:\.\w+)?$/

/** Whether the value of a drive key is a cloud-init drive. */
export const isCloudInit = (value: unknown): boolean =>
  typeof value === "string" && cloudInitVolume.test(value.split(",")[0] ?? "")

const extension = /\.(raw|qcow2|vmdk|subvol)$/

const disk = (key: string, location: string, parts: Reader): Disk | undefined => {
  const isDevice = location.startsWith("/")
  if (!parts.has("size") && !isDevice) return parts.reject("size", "missing")
  const size = parts.read("size", "a size", (value) => (typeof value === "string" ? Size.parse(value) : Option.none()))
  if (size === undefined) return undefined
  const colon = location.indexOf(":")
  const volume = isDevice ? location : location.slice(colon + 1)
  return {
    key,
    storage: isDevice ? "" : location.slice(0, Math.max(0, colon)),
    volume,
    size,
    format: parts.text("format") ?? extension.exec(volume)?.[1] ?? null,
    ssd: parts.boolean("ssd") ?? false,
    discard:
      parts.read("discard", "on or ignore", (value) =>
        value === "on" || value === "ignore" ? Option.some(value === "on") : Option.none()
      ) ?? false
  }
}

/**
 * A drive of a VM that is capacity of the guest: not an optical drive, the cloud-init drive or a passed-through device
 * of unknown size. (The EFI and TPM state and detached volumes have keys of their own and are not asked for.)
 */
export const qemu = (key: string, config: Reader): Disk | undefined => {
  const parts = config.properties(key, "file")
  if (parts === undefined) return undefined
  const file = parts.text("file") ?? parts.text("volume")
  if (file === undefined) return parts.reject("file", "missing")
  if (parts.text("media") === "cdrom" || file === "none" || file === "cdrom" || isCloudInit(file)) return undefined
  return disk(key, file, parts)
}

/** A volume of a container; directories and devices of the host mounted into it are not its own. */
export const lxc = (key: string, config: Reader): Disk | undefined => {
  const parts = config.properties(key, "volume")
  if (parts === undefined) return undefined
  const volume = parts.text("volume")
  if (volume === undefined) return parts.reject("volume", "missing")
  return volume.startsWith("/") ? undefined : disk(key, volume, parts)
}
