// The command line as few files, dist/main.js and chunks that are loaded when a command needs them; with `bench`, the
// programs of the benchmark instead, which so measure what is shipped rather than a compiler at work, and beside them what they start.
import { chmodSync, rmSync } from "node:fs"
import { build } from "esbuild"

const shared = {
  bundle: true,
  splitting: true,
  legalComments: "none",
  platform: "node",
  target: "node20",
  format: "esm",
  chunkNames: "chunks/[name]-[hash]",
  // A native addon finds its binary beside its own sources.
  external: ["bcrypt", "better-sqlite3"],
  // CommonJS packages inside call require, which a module does not have.
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);'
  },
  logLevel: "warning"
}

// Names stay as they are written: shorter ones would have to be told from those of functions at run time, at a cost for each.
const cli = { ...shared, entryPoints: ["src/main.ts"], outdir: "dist", minifySyntax: true, minifyWhitespace: true }

const bench = {
  ...shared,
  entryPoints: ["main", "EstateProcess", "SimulatorProcess", "Journal", "Service", "KeylessProcess"].map(
    (name) => `bench/${name}.ts`
  ),
  outdir: ".cache/bench"
}

const wanted = process.argv.includes("bench") ? [bench, { ...cli, outdir: ".cache/bench/cli" }] : [cli]
for (const one of wanted) {
  rmSync(one.outdir, { recursive: true, force: true })
  await build(one)
}
if (wanted.includes(cli)) chmodSync("dist/main.js", 0o755)
