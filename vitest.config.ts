import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/netbox/**", "test/chaos/**"],
    globalSetup: "./test/support/buildOnce.ts",
    pool: "forks",
    // No test leaves anything behind in its process, and to load the engine anew for each file costs more than most tests.
    poolOptions: { forks: { maxForks: 2, isolate: false } },
    testTimeout: 300_000,
    hookTimeout: 60_000,
    reporters: ["default", "./test/support/ClosingLine.ts"]
  }
})
