import type Sqlite from "better-sqlite3"

const columns = [
  { table: "netbox_endpoints", column: "token", owner: "endpoint/netbox" },
  { table: "netbox_endpoints", column: "token_key", owner: "endpoint/netbox" },
  { table: "proxmox_endpoints", column: "password", owner: "endpoint/proxmox" },
  { table: "proxmox_endpoints", column: "token_value", owner: "endpoint/proxmox" }
] as const

/** One credential as it is stored, and where. */
export interface StoredSecret {
  readonly stored: string
  /** `endpoint/proxmox/3 password`: names it in errors. */
  readonly subject: string
  readonly replace: (stored: string) => void
}

/** Every credential that is stored. */
export const storedSecrets = (db: Sqlite.Database): ReadonlyArray<StoredSecret> =>
  columns.flatMap(({ column, owner, table }) =>
    db
      .prepare<[], { readonly id: number; readonly stored: string }>(
        `SELECT id, ${column} AS stored FROM ${table} WHERE ${column} IS NOT NULL ORDER BY id`
      )
      .all()
      .map(({ id, stored }) => ({
        stored,
        subject: `${owner}/${id} ${column}`,
        replace: (next: string) => {
          db.prepare(`UPDATE ${table} SET ${column} = ? WHERE id = ?`).run(next, id)
        }
      }))
  )
