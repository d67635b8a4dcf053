import { spawnSync } from "node:child_process"
import * as Path from "node:path"

/** Tests of the program run what users run: the build, made anew when the sources changed. */
export default () => {
  const root = Path.join(import.meta.dirname, "..", "..")
  const { status } = spawnSync(process.execPath, ["scripts/setup.mjs", "--build"], { cwd: root, stdio: "inherit" })
  if (status !== 0) throw new Error("the build failed")
}
