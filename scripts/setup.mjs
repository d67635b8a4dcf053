// Installs the dependencies when package-lock.json is not the one they were installed from, and with --build makes dist
// when the sources are not those it was made from. Needs nothing but Node and npm; does nothing when all is there.
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const root = join(dirname(fileURLToPath(import.meta.url)), "..")
const at = (...parts) => join(root, ...parts)

const filesIn = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesIn(join(folder, entry.name)) : [join(folder, entry.name)]
  )

const digest = (files) => {
  const hash = createHash("sha256")
  for (const file of files.sort()) hash.update(file.slice(root.length)).update("\0").update(readFileSync(file))
  return hash.digest("hex")
}

const once = (stamp, made, files, what, args) => {
  const wanted = `${process.version.split(".")[0]} ${digest(files)}`
  if (existsSync(made) && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return
  console.error(`${what}: npm ${args.join(" ")}`)
  const { status } = spawnSync("npm", args, { cwd: root, stdio: ["ignore", 2, 2], shell: process.platform === "win32" })
  if (status !== 0) process.exit(status ?? 1)
  writeFileSync(stamp, wanted)
}

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)
if (major < 20 || (major === 20 && minor < 20)) {
  console.error(`Node ${process.versions.node} is too old: install 20.20 or newer`)
  process.exit(1)
}

const lock = at("package-lock.json")
once(at("node_modules", ".installed"), at("node_modules", "effect"), [lock], "Installing, once (a minute or two)", [
  "ci",
  "--no-audit",
  "--no-fund"
])

if (process.argv.includes("--build")) {
  const sources = [
    ...filesIn(at("src")),
    at("scripts", "bundle.mjs"),
    at("tsconfig.json"),
    at("tsconfig.build.json"),
    lock
  ]
  once(at("dist", ".built"), at("dist", "main.js"), sources, "Building, once", ["run", "build"])
}
