import { execFileSync } from "node:child_process"
import { X509Certificate } from "node:crypto"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"

export interface TestCertificate {
  /** PEM. */
  readonly key: string
  /** PEM. */
  readonly cert: string
  readonly fingerprint: string
}

/** A self-signed certificate made by openssl. */
export const certificate = (options: { readonly names: string; readonly days: number }): TestCertificate => {
  const folder = Fs.mkdtempSync(Path.join(Os.tmpdir(), "certificate-"))
  const openssl = (...args: ReadonlyArray<string>) => execFileSync("openssl", args, { cwd: folder, stdio: "ignore" })
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
  openssl("req", ...curve, "-keyout", "key.pem", "-out", "request.pem", "-subj", "/CN=test")
  Fs.writeFileSync(Path.join(folder, "names"), `subjectAltName=${options.names}\nbasicConstraints=critical,CA:TRUE\n`)
  const days = String(options.days)
  openssl(
    "x509",
    "-req",
    "-in",
    "request.pem",
    "-signkey",
    "key.pem",
    "-days",
    days,
    "-extfile",
    "names",
    "-out",
    "cert.pem"
  )
  const read = (name: string) => Fs.readFileSync(Path.join(folder, name), "utf8")
  const made = { key: read("key.pem"), cert: read("cert.pem") }
  Fs.rmSync(folder, { recursive: true })
  return { ...made, fingerprint: new X509Certificate(made.cert).fingerprint256 }
}
