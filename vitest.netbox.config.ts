import { defineConfig } from "vitest/config"

/** Tests that need a real NetBox, at NETBOX_URL with NETBOX_TOKEN. */
export default defineConfig({
  test: {
    include: ["test/netbox/**/*.test.ts"],
    globalSetup: "./test/support/buildOnce.ts",
    pool: "forks",
    poolOptions: { forks: { singleFork: true, isolate: false } },
    fileParallelism: false,
    testTimeout: 1_200_000,
    hookTimeout: 600_000,
    reporters: ["default", "./test/support/ClosingLine.ts"]
  }
})
