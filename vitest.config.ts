import { defineConfig } from "vitest/config"

/** `--mode netbox` runs the tests that need a real NetBox, one file after the other, as they share it. */
export default defineConfig(({ mode }) => ({
  test: {
    include: mode === "netbox" ? ["test/netbox/**/*.test.ts"] : ["test/**/*.test.ts"],
    exclude: mode === "netbox" ? [] : ["test/netbox/**"],
    fileParallelism: mode !== "netbox",
    globalSetup: "./test/support/buildOnce.ts",
    pool: "forks",
    poolOptions: { forks: { maxForks: 2 } },
    testTimeout: mode === "netbox" ? 300_000 : 30_000,
    hookTimeout: 60_000,
    reporters: ["default", "./test/support/ClosingLine.ts"]
  }
}))
