import { execFile } from "node:child_process"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"

const release = "proxbox-api==0.0.30.post2"

/** Outside the tree, and kept: installing it takes minutes. */
const home = Path.join(Os.tmpdir(), `proxledger-${release.replace("==", "-")}`)

/** What it wrote to its error output when it failed; null when it did not. */
const run = (
  program: string,
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>> = {}
): Promise<string | null> =>
  new Promise((resolve) => {
    execFile(program, [...args], { env: { ...process.env, ...env } }, (error, _out, err) =>
      resolve(error === null ? null : `${error.message} ${err}`)
    )
  })

const findPython = async (): Promise<string | undefined> => {
  const pyenv = Path.join(Os.homedir(), ".pyenv", "versions")
  const own = Fs.existsSync(pyenv) ? Fs.readdirSync(pyenv).map((name) => Path.join(pyenv, name, "bin", "python3")) : []
  const check = "import sys, venv, ensurepip; assert (3, 12) <= sys.version_info < (3, 14)"
  for (const python of ["python3.13", "python3.12", "python3", ...own]) {
    if ((await run(python, ["-c", check])) === null) return python
  }
  return undefined
}

/** The python that has this release of proxbox-api, or why there is none here. */
export const proxboxApi = async (): Promise<{ readonly python: string } | { readonly missing: string }> => {
  const python = Path.join(home, "bin", "python")
  if ((await run(python, ["-c", "import proxbox_api.database"])) === null) return { python }
  const base = await findPython()
  if (base === undefined) return { missing: "there is no Python 3.12 or 3.13 with venv" }
  Fs.rmSync(home, { recursive: true, force: true })
  const bare = await run(base, ["-m", "venv", home])
  if (bare !== null) return { missing: `${base} makes no venv: ${bare.slice(-300)}` }
  const failed = await run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", release])
  return failed === null ? { python } : { missing: `pip does not install ${release}: ${failed.slice(-300)}` }
}

/** A database that this release made, with what `proxbox-api.py` stores. */
export const makeDatabase = async (python: string, file: string, key: string): Promise<void> => {
  const script = Path.join(import.meta.dirname, "proxbox-api.py")
  const failed = await run(python, [script], { PROXBOX_DATABASE_PATH: file, PROXBOX_ENCRYPTION_KEY: key })
  if (failed !== null) throw new Error(`proxbox-api made no database: ${failed.slice(-2000)}`)
}
