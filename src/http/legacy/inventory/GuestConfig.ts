import { Option } from "effect"
import type { Json, JsonObject } from "../../../domain/Json.ts"
import { parse } from "../../../domain/proxmox/PropertyString.ts"
import { withoutSecrets } from "../../../domain/proxmox/Secrets.ts"
import * as Size from "../../../domain/proxmox/Size.ts"

const isDisk = (key: string): boolean => /^(scsi|virtio|sata|ide|mp|efidisk|tpmstate|unused)\d+$|^rootfs$/.test(key)

const diskOf = (name: string, raw: string): JsonObject => {
  const parts = parse(raw, "volume")
  const volume = parts.get("volume") ?? parts.get("file") ?? ""
  const colon = volume.indexOf(":")
  const size = Option.getOrNull(Size.parse(parts.get("size") ?? ""))
  const storage = colon < 0 ? null : volume.slice(0, colon)
  return {
    name,
    raw_value: raw,
    size,
    size_mb: size,
    storage,
    storage_name: storage,
    description: parts.entries.map(([key, value]) => `${key}=${value}`).join(", ")
  }
}

const networkOf = (name: string, raw: string): JsonObject => ({
  name,
  raw_value: raw,
  ...Object.fromEntries(parse(raw, "model").entries)
})

const texts = (config: JsonObject, is: (key: string) => boolean): ReadonlyArray<readonly [string, string]> =>
  Object.entries(config)
    .flatMap(([key, value]) => (is(key) && typeof value === "string" ? [[key, value] as const] : []))
    .toSorted(([one], [other]) => one.localeCompare(other, "en", { numeric: true }))

/** A guest's configuration without credentials and empty members, with its disks and networks taken apart. Sizes in MiB. */
export const guestConfigOf = (config: JsonObject): Json => ({
  ...Object.fromEntries(Object.entries(withoutSecrets(config)).filter(([, value]) => value !== null)),
  disks: texts(config, isDisk).map(([key, value]) => diskOf(key, value)),
  networks: texts(config, (key) => /^net\d+$/.test(key)).map(([key, value]) => networkOf(key, value))
})
