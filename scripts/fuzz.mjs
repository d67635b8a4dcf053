// Sends generated requests to a live service over the simulators, by what its OpenAPI document says: no answer may be a 5xx that
// is not documented, nor any other status, content type or body that is not. Schemathesis comes from PyPI into a folder outside of
// this tree. Ends with `N passed, N failed`: each operation of the document counts as one.
import { spawn, spawnSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { Effect } from "effect"
import * as SimulatedNetBox from "../src/demo/SimulatedNetBox.ts"
import * as SimulatedProxmox from "../src/demo/SimulatedProxmox.ts"

const version = "4.32.5"
const leastRequests = 2000
const seed = process.env.FUZZ_SEED ?? "20261126"

/** What begins work on NetBox and Proxmox: with endpoints that were generated it would knock at strange doors. */
const works =
  "^/(v1/(runs|plans)|full-update|dcim|virtualization|extras|sync|clear-cache|netbox/(status|openapi))|/probe$"

/** What takes keys away, the fuzzer's own among them. */
const takesKeys = "/keys/"

/** Never ends. */
const endless = "^/admin/logs/stream$"

const ended = (status) => {
  console.log(status)
  process.exit(status.endsWith(" 0 failed") ? 0 : 1)
}

/** Schemathesis in an environment of its own, made once. */
const schemathesis = () => {
  const folder = join(tmpdir(), `proxledger-schemathesis-${version}`)
  const program = join(folder, "bin", "schemathesis")
  if (existsSync(program)) return program
  const steps = [
    ["python3", ["-m", "venv", folder]],
    [join(folder, "bin", "pip"), ["install", "--quiet", `schemathesis==${version}`]]
  ]
  for (const [command, args] of steps) {
    const { status } = spawnSync(command, args, { stdio: ["ignore", 2, 2] })
    if (status === 0) continue
    rmSync(folder, { recursive: true, force: true })
    console.error(
      `Schemathesis cannot be installed: ${command} ${args.join(" ")} failed. It needs python3 with venv, and PyPI`
    )
    ended("0 passed, 1 failed")
  }
  return program
}

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })

const key = randomBytes(32).toString("hex")

/** The service as users start it; it answers when this returns. */
const serve = async (folder) => {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const service = spawn(process.execPath, ["dist/main.js", "serve", "--port", String(port), "--data", folder], {
    stdio: ["ignore", "ignore", "inherit"],
    env: {
      ...process.env,
      PROXBOX_LOG_LEVEL: "ERROR",
      PROXBOX_ENCRYPTION_KEY: `${randomBytes(32).toString("base64url")}=`,
      PROXBOX_RATE_LIMIT: "1000000",
      PROXLEDGER_ALLOWED_RANGES: "127.0.0.0/8"
    }
  })
  for (let tries = 0; tries < 100; tries++) {
    const lives = await fetch(`${url}/livez`).then(
      ({ ok }) => ok,
      () => false
    )
    if (lives) return { service, url }
    await sleep(200)
  }
  service.kill()
  console.error("The service did not start within 20 seconds")
  return ended("0 passed, 1 failed")
}

const asking = (url) => async (method, path, body, headers) => {
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: { "x-proxbox-api-key": key, "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) })
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
  return { etag: answer.headers.get("etag") ?? "", body: text === "" ? undefined : JSON.parse(text) }
}

/** The endpoints are the simulators, whatever they were made to be. */
const settle = async (ask, { netbox, proxmox }) => {
  for (const side of ["netbox", "proxmox"]) {
    for (const { id } of (await ask("GET", `/v1/endpoints/${side}`)).body.items) {
      await ask("DELETE", `/v1/endpoints/${side}/${id}`, undefined, { "if-match": "*" })
    }
  }
  const at = (url) => ({ ip_address: "127.0.0.1", port: Number(new URL(url).port), verify_ssl: false })
  await ask("POST", "/v1/endpoints/netbox", { name: "netbox", token: netbox.token, ...at(netbox.url) })
  const [user, value] = proxmox.token.split("=")
  const [username, token] = user.split("!")
  await ask("POST", "/v1/endpoints/proxmox", {
    name: "lab",
    username,
    token_name: token,
    token_value: value,
    ...at(proxmox.urls[0])
  })
}

/** A run to read about. */
const worked = async (ask) => {
  const { body } = await ask("POST", "/v1/runs")
  for (let tries = 0; tries < 100; tries++) {
    const { state } = (await ask("GET", `/v1/runs/${body.run}`)).body
    if (state === "completed") return
    await sleep(200)
  }
  throw new Error(`run ${body.run} did not end within 20 seconds`)
}

const fuzz = (program, url, { name, phases, examples, args }) => {
  const reports = mkdtempSync(join(tmpdir(), "proxledger-fuzz-"))
  const report = join(reports, "report.json")
  // A status that nothing documents is an error, and 500 is documented nowhere.
  const checks = "status_code_conformance,content_type_conformance,response_schema_conformance"
  console.log(`\n== ${name}`)
  const run = ["run", `${url}/openapi.json`, "--header", `X-Proxbox-API-Key: ${key}`, "--checks", checks]
  const how = [
    "--phases",
    "examples,coverage,fuzzing",
    "--max-examples",
    String(examples),
    "--seed",
    seed,
    "--no-shrink"
  ]
  const told = ["--report", "json", "--report-json-path", report, "--no-color", "--warnings", "off"]
  const rest = ["--generation-database", "none", "--request-timeout", "20", "--suppress-health-check", "all"]
  return new Promise((resolve) => {
    const child = spawn(program, [...run, ...how, ...told, ...rest, ...args], {
      cwd: reports,
      stdio: ["ignore", "inherit", "inherit"]
    })
    child.on("exit", () => {
      if (!existsSync(report)) ended("0 passed, 1 failed")
      const { errors, failures, operations, test_cases: cases } = JSON.parse(readFileSync(report, "utf8"))
      rmSync(reports, { recursive: true, force: true })
      const failed = new Set([...failures, ...errors].flatMap((one) => one.operations ?? [one.operation ?? one.title]))
      resolve({ requests: cases.generated, tested: operations.tested, failed })
    })
  })
}

const simulators = Effect.all({
  netbox: SimulatedNetBox.make({}),
  proxmox: SimulatedProxmox.make({ name: "lab", nodes: 1, guests: 2, seed: 7, tls: true })
})

const main = (around) =>
  Effect.promise(async () => {
    const program = schemathesis()
    const folder = mkdtempSync(join(tmpdir(), "proxledger-fuzz-data-"))
    const { service, url } = await serve(folder)
    const ask = asking(url)
    await ask("POST", "/auth/register-key", { api_key: key, label: "fuzz" })
    await settle(ask, around)
    await worked(ask)
    const without = (regex) => ["--exclude-path-regex", regex]
    const only = (regex) => ["--include-path-regex", regex, "--exclude-path-regex", endless]
    // What works takes long: it gets no combinations of all that a parameter may be.
    const passes = [
      {
        name: "configuration and reading",
        phases: "examples,coverage,fuzzing",
        examples: 3,
        args: without(`${works}|${takesKeys}|${endless}`)
      },
      {
        name: "work",
        phases: "examples,fuzzing",
        examples: 1,
        args: [...only(works), "--mode", "positive", "--max-time", "40"]
      },
      { name: "keys", phases: "examples,coverage,fuzzing", examples: 3, args: only(takesKeys) }
    ]
    let [requests, tested] = [0, 0]
    const failed = new Set()
    for (const pass of passes) {
      await settle(ask, around)
      const found = await fuzz(program, url, pass)
      requests += found.requests
      tested += found.tested
      for (const one of found.failed) failed.add(one)
    }
    const lives = service.exitCode === null
    service.kill()
    rmSync(folder, { recursive: true, force: true })
    const problems = failed.size + (lives ? 0 : 1) + (requests < leastRequests ? 1 : 0)
    console.log(`\n${requests} requests to ${tested} operations; ${lives ? "the service lives" : "the service died"}`)
    for (const one of failed) console.log(`  failed: ${one}`)
    ended(`${tested - failed.size} passed, ${problems} failed`)
  })

// By itself, so that whoever cannot have it learns that before anything else.
if (process.argv.includes("--install")) schemathesis()
else await Effect.runPromise(Effect.scoped(Effect.flatMap(simulators, main)))
