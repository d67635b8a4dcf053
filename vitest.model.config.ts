import { defineConfig } from "vitest/config"

/** Random histories, as many as prove something unless MODEL_HISTORIES says how many; MODEL_SEED tells which. */
export default defineConfig({
  test: {
    include: ["test/model/**/*.test.ts"],
    provide: { histories: 2000 },
    pool: "forks",
    // Little of what a history makes outlives it, and room for it spares collections.
    poolOptions: { forks: { minForks: 2, maxForks: 2, execArgv: ["--max-semi-space-size=64"] } },
    testTimeout: 7_200_000,
    reporters: ["default", "./test/support/ClosingLine.ts"]
  }
})
