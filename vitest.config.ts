import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/netbox/**", "test/chaos/**"],
    globalSetup: "./test/support/buildOnce.ts",
    pool: "forks",
    poolOptions: { forks: { maxForks: 2 } },
    testTimeout: 300_000,
    hookTimeout: 60_000,
    reporters: ["default", "./test/support/ClosingLine.ts"]
  }
})
