import * as SqlClient from "@effect/sql/SqlClient"
import { Effect } from "effect"

/** Times are seconds since 1970, booleans 0 and 1; what is secret stands encrypted, and keys as bcrypt hashes. */
export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE TABLE netbox_endpoints (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    one INTEGER NOT NULL DEFAULT 1 UNIQUE CHECK (one = 1),
    name TEXT NOT NULL UNIQUE,
    ip_address TEXT NOT NULL,
    domain TEXT NOT NULL,
    port INTEGER NOT NULL,
    token_version TEXT NOT NULL,
    token_key TEXT,
    token TEXT NOT NULL,
    verify_ssl INTEGER NOT NULL,
    enabled INTEGER NOT NULL
  )`
  yield* sql`CREATE TABLE proxmox_endpoints (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source TEXT NOT NULL UNIQUE COLLATE NOCASE,
    name TEXT NOT NULL UNIQUE,
    ip_address TEXT NOT NULL,
    domain TEXT,
    port INTEGER NOT NULL,
    username TEXT NOT NULL,
    password TEXT,
    token_name TEXT,
    token_value TEXT,
    verify_ssl INTEGER NOT NULL,
    enabled INTEGER NOT NULL,
    allow_writes INTEGER NOT NULL,
    access_methods TEXT NOT NULL,
    site_id INTEGER,
    site_slug TEXT,
    site_name TEXT,
    tenant_id INTEGER,
    tenant_slug TEXT,
    tenant_name TEXT,
    timeout INTEGER,
    max_retries INTEGER,
    retry_backoff REAL,
    node_device_name_template TEXT NOT NULL,
    allow_packer_template_builds INTEGER NOT NULL,
    ssh_target_node TEXT,
    ssh_host TEXT,
    ssh_username TEXT,
    ssh_port INTEGER NOT NULL,
    ssh_identity_file TEXT,
    ssh_known_host_fingerprint TEXT
  )`
  yield* sql`CREATE TABLE api_keys (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    label TEXT NOT NULL,
    key_hash TEXT NOT NULL UNIQUE,
    is_active INTEGER NOT NULL,
    created_at REAL NOT NULL,
    scopes TEXT NOT NULL,
    expires_at REAL,
    last_used_at REAL
  )`
  yield* sql`CREATE TABLE bootstrap_claim (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    initialized_at REAL NOT NULL
  )`
  yield* sql`CREATE TABLE idempotency (
    caller INTEGER NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    process TEXT NOT NULL,
    begun_at REAL NOT NULL,
    response TEXT,
    PRIMARY KEY (caller, key)
  ) WITHOUT ROWID`
  yield* sql`CREATE INDEX idempotency_by_age ON idempotency (begun_at)`
  yield* sql`CREATE TABLE schedules (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    cron TEXT NOT NULL,
    timezone TEXT NOT NULL,
    scope TEXT NOT NULL,
    approve_removals INTEGER NOT NULL,
    enabled INTEGER NOT NULL,
    next_at REAL,
    last_run TEXT,
    last_fired_at REAL,
    last_missed_at REAL
  )`
  // Version of the last event of the journal's stream `configuration` whose change is kept here.
  yield* sql`CREATE TABLE journaled (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL
  )`
})
