import { defineConfig } from "vitest/config"

/** Random histories, as many as prove something: MODEL_HISTORIES, from MODEL_SEED. */
export default defineConfig({
  test: {
    include: ["test/model/**/*.test.ts"],
    env: { MODEL_HISTORIES: process.env["MODEL_HISTORIES"] ?? "2000" },
    pool: "forks",
    testTimeout: 3_600_000,
    reporters: ["default", "./test/support/ClosingLine.ts"]
  }
})
