import { defineConfig } from "vitest/config"

/** Killed runs and cut answers, CHAOS of each: on the NetBox at NETBOX_URL with NETBOX_TOKEN, else on the simulated one. */
export default defineConfig({
  test: {
    include: ["test/chaos/**/*.test.ts"],
    globalSetup: "./test/support/buildOnce.ts",
    pool: "forks",
    testTimeout: 3_600_000,
    reporters: ["default", "./test/support/ClosingLine.ts"]
  }
})
