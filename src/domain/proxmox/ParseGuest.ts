import { Option } from "effect"
import * as Disk from "./Disk.ts"
import type { Guest } from "./Guest.ts"
import * as Nic from "./Nic.ts"
import type { GuestFacts } from "./Observation.ts"
import * as Reader from "./Reader.ts"
import { cleanText, parseInteger, parseNumber } from "./Scalar.ts"

const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/

/** Proxmox's own default for VMs and containers, in MiB. */
const defaultMemory = 512

const buses = ["rootfs", "mp", "scsi", "virtio", "sata", "ide", "net"]

/** By bus, then by number, so that `scsi2` comes before `scsi10`. */
const order = (key: string): number =>
  buses.findIndex((bus) => key.startsWith(bus)) * 1000 + Number(/\d+$/.exec(key)?.[0] ?? 0)

const byOrder = (a: string, b: string): number => order(a) - order(b)

const present = <A>(value: A | undefined): value is A => value !== undefined

const parseMemory = (config: Reader.Reader): number | undefined => {
  // From 8.1 on text: `4096` or `current=4096`.
  const value = config.text("memory")
  return value === undefined
    ? undefined
    : config.read("memory", "an amount of memory in MiB", () =>
        parseInteger(value.replace(/^current=/, ""), 1, 2_147_483_647)
      )
}

const parseVcpus = (type: GuestFacts["type"], config: Reader.Reader): number | null => {
  if (type === "qemu") {
    const count = (key: string) => config.integer(key, 1, 8192)
    const [plugged, sockets = 1, cores = 1] = [count("vcpus"), count("sockets"), count("cores")]
    return plugged ?? sockets * cores
  }
  const cores = config.integer("cores", 1, 8192)
  const limit = config.read("cpulimit", "a number of CPUs", (value) => parseNumber(value, 0, 8192))
  return cores ?? (limit === undefined || limit === 0 ? null : limit)
}

const agentIn = (config: Reader.Reader): boolean => config.properties("agent", "enabled")?.boolean("enabled") ?? false

const readerOf = ({ config = {} }: GuestFacts, warnings: Array<string>): Reader.Reader =>
  Reader.make((key) => (Object.hasOwn(config, key) ? config[key] : undefined), warnings)

/** Whether a VM is configured to have a guest agent; for a whole estate at once, as the rest of it is not looked at. */
export const hasAgent = (facts: GuestFacts): boolean => agentIn(readerOf(facts, []))

/**
 * Types the configuration of a guest. Total: whatever a value holds, it costs at most its own field, and a warning.
 * Without `facts.config` nothing is known of the guest; ask for that before taking an empty list for evidence.
 */
export const parseGuest = (facts: GuestFacts): Guest => {
  const warnings: Array<string> = []
  const config = facts.config ?? {}
  const reader = readerOf(facts, warnings)
  const isQemu = facts.type === "qemu"
  const keys = (pattern: RegExp) =>
    Object.keys(config)
      .filter((key) => pattern.test(key))
      .sort(byOrder)
  const nicKeys = keys(/^net\d{1,2}$/)
  const diskKeys = keys(isQemu ? /^(?:ide|sata|scsi|virtio)\d{1,3}$/ : /^(?:rootfs|mp\d{1,3})$/)
  const cloudInit = isQemu && diskKeys.some((key) => Disk.isCloudInit(config[key]))
  const maxMemory = facts.maxmem === undefined ? null : Math.floor(facts.maxmem / 1_048_576)
  const hasConfig = facts.config !== undefined
  const name = cleanText(reader.text(isQemu ? "name" : "hostname") ?? "")
  return {
    nics: nicKeys.map((key) => (isQemu ? Nic.qemu(key, reader, cloudInit) : Nic.lxc(key, reader))).filter(present),
    disks: diskKeys.map((key) => (isQemu ? Disk.qemu(key, reader) : Disk.lxc(key, reader))).filter(present),
    vcpus: hasConfig ? parseVcpus(facts.type, reader) : null,
    memory: parseMemory(reader) ?? (hasConfig && !reader.has("memory") ? defaultMemory : maxMemory),
    startOnBoot: reader.boolean("onboot") ?? false,
    ostype: reader.text("ostype") ?? null,
    uuid: isQemu
      ? (reader
          .properties("smbios1", "uuid")
          ?.read("uuid", "a UUID", (value) =>
            Option.filter(typeof value === "string" ? Option.some(value.toLowerCase()) : Option.none(), (text) =>
              uuid.test(text)
            )
          ) ?? null)
      : null,
    description: cleanText(reader.text("description") ?? ""),
    hostname: name === "" ? null : name,
    agent: isQemu && agentIn(reader),
    warnings
  }
}
