import type { Json } from "../../src/domain/Json.ts"
import type { JsonPath } from "./JsonPaths.ts"

const isText = (value: Json) => typeof value === "string" || typeof value === "number"

const number = (value: Json): number =>
  typeof value === "number" ? value : typeof value === "string" && /^\d+(\.\d+)?$/.test(value) ? Number(value) : NaN

const within = (min: number, max: number) => (value: Json) => number(value) >= min && number(value) <= max

const whole = (min: number, max: number) => (value: Json) => within(min, max)(value) && Number.isInteger(number(value))

const isFlag = (value: Json) => typeof value === "boolean" || value === 0 || value === 1

const isNothing = (value: Json) => value === ""

const never = () => false

type IsProper = (value: Json) => boolean

/**
 * What the engine reads of a guest, by answer, and which values Proxmox could mean: those are changes, any other one
 * has to be told and to cost nothing. A place that is not here is not read: whatever stands there is no matter.
 */
const read: { readonly [answer: string]: ReadonlyArray<readonly [place: RegExp, isProper: IsProper]> } = {
  qemu: [
    [/^(name|description|ostype)$/, isText],
    [/^(cores|sockets|vcpus)$/, whole(1, 8192)],
    [/^memory$/, whole(1, 2_147_483_647)],
    [/^onboot$/, isFlag],
    [/^(smbios1|ipconfig\d)$/, isNothing],
    [/^agent$/, (value) => value === "" || value === 0],
    [/^(net|ide|scsi|virtio|sata)\d$/, never],
    [/^$/, never]
  ],
  lxc: [
    [/^(hostname|description|ostype)$/, isText],
    [/^cores$/, whole(1, 8192)],
    [/^cpulimit$/, within(0, 8192)],
    [/^memory$/, whole(1, 2_147_483_647)],
    [/^onboot$/, isFlag],
    [/^(net|mp)\d|rootfs$/, never],
    [/^$/, never]
  ],
  row: [
    [/^(vmid|type|node)$/, never],
    [/^(status|name|tags|pool)$/, isText],
    [/^template$/, (value) => isFlag(value) || value === ""],
    [/^maxmem$/, (value) => within(0, Number.MAX_VALUE)(value)],
    [/^$/, never]
  ],
  interfaces: [
    // What a container says that was stopped meanwhile.
    [/^$/, (value) => value === null],
    [/^result$/, never],
    [/^(result\.)?\d+$/, never],
    [/^(result\.)?\d+\.name$/, (value) => typeof value === "string" && value !== ""],
    // Tunnels have hardware addresses of other kinds, or none.
    [/^(result\.)?\d+\.hardware-address$/, (value) => typeof value === "string" || value === null],
    [/^(result\.)?\d+\.ip-addresses$/, (value) => value === null || (Array.isArray(value) && value.length === 0)],
    [/^(result\.)?\d+\.ip-addresses\.\d+$/, never],
    [/^(result\.)?\d+\.ip-addresses\.\d+\.ip-address$/, never],
    [/^(result\.)?\d+\.ip-addresses\.\d+\.prefix$/, (value) => value === null || whole(1, 32)(value)]
  ],
  hostname: [
    [/^(result)?$/, never],
    [/^result\.host-name$/, (value) => typeof value === "string" && value !== ""]
  ],
  os: [
    [/^(result)?$/, never],
    [/^result\.name$/, (value) => typeof value === "string" && value !== ""],
    [/^result\.version(-id)?$/, (value) => typeof value === "string" || value === null]
  ]
}

export type Reading = "unread" | "proper" | "odd"

/** Whether that value in that place of an answer is to be told. */
export const readingOf = (answer: string, path: JsonPath, value: Json): Reading => {
  const found = read[answer]?.find(([place]) => place.test(path.join(".")))
  return found === undefined ? "unread" : found[1](value) ? "proper" : "odd"
}
