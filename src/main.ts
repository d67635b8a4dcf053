#!/usr/bin/env node
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import type { Teardown } from "@effect/platform/Runtime"
import { Cause, Effect, Exit } from "effect"
import { cli } from "./cli/Cli.ts"

/** The code that the command has set; 1 for arguments that it did not get to; 130 when it was stopped, unless a stop is its end. */
const teardown: Teardown = (exit, onExit) => {
  if (Exit.isSuccess(exit)) onExit(Number(process.exitCode ?? 0))
  else onExit(Cause.isInterruptedOnly(exit.cause) ? Number(process.exitCode ?? 130) : 1)
}

// Whoever reads the output may leave, as `head` does: that stops the command as cleanly as a signal.
process.stdout.once("error", () => process.kill(process.pid, "SIGTERM")).on("error", () => {})

cli(process.argv).pipe(
  Effect.provide(NodeContext.layer),
  NodeRuntime.runMain({ disableErrorReporting: true, teardown })
)
