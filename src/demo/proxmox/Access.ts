import { createHmac } from "node:crypto"
import type { Json } from "../../domain/Json.ts"
import type { Version } from "./Cluster.ts"

/** Who may ask, and for what: one user with a password and one API token, with the rights of an auditor. */
export interface Access {
  readonly username: string
  readonly password: string
  /** `user@realm!name=uuid`. */
  readonly token: string
  readonly grant: (privilege: string, path: string) => void
  readonly revoke: (privilege: string, path: string) => void
  readonly allowed: (privilege: string, path: string) => boolean
  /** Body of `/access/permissions`. */
  readonly permissions: () => Json
  readonly issue: (now: number) => { readonly ticket: string; readonly csrf: string }
  readonly accepts: (ticket: string, now: number) => boolean
  readonly acceptsCsrf: (csrf: string | undefined, now: number) => boolean
}

/** Seconds for which a ticket is good. */
const lifetime = 7200

const auditor = ["Datastore.Audit", "Mapping.Audit", "Pool.Audit", "SDN.Audit", "Sys.Audit", "VM.Audit"]

const isBelow = (path: string, root: string): boolean => root === "/" || path === root || path.startsWith(`${root}/`)

/** The paths that Proxmox lists whether or not somebody has a rule there. */
const standardPaths = ["/", "/access", "/nodes", "/pool", "/sdn", "/storage", "/vms"]

export const make = (seed: number, version: Version): Access => {
  const key = `ticket-key-${seed}`
  const username = "proxledger@pve"
  const sign = (text: string): string => createHmac("sha256", key).update(text).digest("base64").replace(/=+$/, "")
  const digits = sign("token").replaceAll(/[^0-9a-f]/gi, "") + createHmac("sha256", key).update("uuid").digest("hex")
  const uuid = digits.toLowerCase().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5")
  const rules: Array<{ readonly privilege: string; readonly path: string; readonly allow: boolean }> = [
    ...auditor,
    version.major >= 9 ? "VM.GuestAgent.Audit" : "VM.Monitor"
  ].map((privilege) => ({ privilege, path: "/", allow: true }))
  const allowed: Access["allowed"] = (privilege, path) =>
    rules.findLast((rule) => rule.privilege === privilege && isBelow(path, rule.path))?.allow ?? false
  const isFresh = (hex: string | undefined, now: number): boolean => {
    const age = Math.floor(now / 1000) - Number.parseInt(hex ?? "", 16)
    return age >= -300 && age < lifetime
  }
  return {
    username,
    password: `password-${seed}`,
    token: `${username}!sync=${uuid}`,
    grant: (privilege, path) => void rules.push({ privilege, path, allow: true }),
    revoke: (privilege, path) => void rules.push({ privilege, path, allow: false }),
    allowed,
    permissions: () => {
      const paths = new Set([...standardPaths, ...rules.map(({ path }) => path)])
      const privileges = new Set(rules.map(({ privilege }) => privilege))
      return Object.fromEntries(
        [...paths]
          .map((path): [string, Json] => [
            path,
            Object.fromEntries([...privileges].filter((privilege) => allowed(privilege, path)).map((name) => [name, 1]))
          ])
          .filter(([, held]) => Object.keys(held ?? {}).length > 0)
      )
    },
    issue: (now) => {
      const time = Math.floor(now / 1000)
        .toString(16)
        .toUpperCase()
      const plain = `PVE:${username}:${time}`
      return { ticket: `${plain}::${sign(plain)}`, csrf: `${time}:${sign(`csrf:${time}`)}` }
    },
    accepts: (ticket, now) => {
      const [plain = "", signature] = ticket.split("::")
      return signature === sign(plain) && plain.startsWith(`PVE:${username}:`) && isFresh(plain.split(":")[2], now)
    },
    acceptsCsrf: (csrf, now) => {
      const [time, signature] = csrf?.split(":") ?? []
      return time !== undefined && signature === sign(`csrf:${time}`) && isFresh(time, now)
    }
  }
}
