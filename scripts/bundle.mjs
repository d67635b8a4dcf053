// The command line as few files: dist/main.js, and chunks that are loaded when a command needs them.
import { chmodSync, rmSync } from "node:fs"
import { build } from "esbuild"

rmSync("dist", { recursive: true, force: true })
await build({
  entryPoints: ["src/main.ts"],
  outdir: "dist",
  bundle: true,
  splitting: true,
  minify: true,
  keepNames: true,
  legalComments: "none",
  platform: "node",
  target: "node20",
  format: "esm",
  chunkNames: "chunks/[name]-[hash]",
  // A native addon finds its binary beside its own sources.
  external: ["better-sqlite3"],
  // CommonJS packages inside call require, which a module does not have.
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);'
  },
  logLevel: "warning"
})
chmodSync("dist/main.js", 0o755)
