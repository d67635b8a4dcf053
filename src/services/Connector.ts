import { Duration } from "effect"
import { isIP, type LookupFunction } from "node:net"
import * as Tls from "node:tls"
import { buildConnector } from "undici"
import type { ConnectGuard } from "./ConnectGuard.ts"
import type { EndpointOptions } from "./Endpoint.ts"
import { TlsRejected, Unreachable } from "./EndpointError.ts"

/** Long enough for a lost SYN and its repetition. */
const connectTimeout = Duration.seconds(5)

/** What a socket's error says; of several addresses that were tried, that of the first. */
export const describe = (error: unknown): string => {
  if (error instanceof AggregateError && error.errors.length > 0) return describe(error.errors[0])
  return error instanceof Error ? error.message : String(error)
}

/** Node's, undici's or OpenSSL's code of an error; empty where it has none. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : ""

/** System and resolver errors; everything else that stops a connection speaks of certificates or of the TLS protocol. */
const isNetwork = (code: string) => /^(E[A-Z0-9]+|EAI_[A-Z]+|UND_ERR_[A-Z_]+)$/.test(code) && code !== "EPROTO"

class NotAdmitted extends Error {
  readonly code = "EACCES"

  constructor(host: string, address: string) {
    const where = host === address ? address : `${host} leads to ${address}, and that`
    super(`${where} is no address of a server, unless PROXLEDGER_ALLOWED_RANGES allows its network`)
  }
}

/** Fails for a name as soon as one of its addresses is not admitted: the others may be there to get it past the guard. */
const guarded =
  ({ admits, lookup }: ConnectGuard["Type"]): LookupFunction =>
  (host, options, done) =>
    lookup(host, options, (error, found, family) => {
      const addresses = typeof found === "string" ? [found] : (found ?? []).map(({ address }) => address)
      const bad = error === null ? addresses.find((address) => !admits(address)) : undefined
      done(bad === undefined ? error : new NotAdmitted(host, bad), found, family)
    })

const hex = (fingerprint: string) => fingerprint.replaceAll(":", "").toUpperCase()

/**
 * Connects and judges the certificate. What fails here fails before a byte of a request is sent, which is why the
 * errors of this stage, and only they, say that nothing was sent.
 */
export const makeConnector = (
  options: Pick<EndpointOptions, "name" | "tls" | "guard">,
  onOpen: () => void
): buildConnector.connector => {
  const { guard } = options
  const pins = new Set((options.tls.fingerprints ?? []).map(hex))
  const connect = buildConnector({
    timeout: Duration.toMillis(connectTimeout),
    rejectUnauthorized: options.tls.verify && pins.size === 0,
    ...(guard === undefined ? {} : { lookup: guarded(guard) }),
    // A resumed session does not show its certificate.
    ...(pins.size === 0 ? {} : { maxCachedSessions: 0 }),
    ...(options.tls.ca === undefined
      ? {}
      : { secureContext: Tls.createSecureContext({ ca: [...Tls.rootCertificates, options.tls.ca] }) })
  })
  const failure = (secure: boolean, error: Error) => {
    const endpoint = options.name
    const code = codeOf(error)
    if (!secure || isNetwork(code)) return new Unreachable({ endpoint, detail: describe(error) })
    const noTls = code === "EPROTO" || code.startsWith("ERR_SSL_")
    const reason =
      noTls && "reason" in error ? `no TLS came about (${error.reason}), perhaps the port speaks http` : null
    return new TlsRejected({ endpoint, detail: reason ?? describe(error) })
  }
  return (target, callback) => {
    const { hostname, protocol } = target
    // What is an address already is not looked up.
    if (guard !== undefined && isIP(hostname) !== 0 && !guard.admits(hostname)) {
      return callback(failure(false, new NotAdmitted(hostname, hostname)), null)
    }
    connect(target, (...[error, socket]) => {
      if (error !== null) return callback(failure(protocol === "https:", error), null)
      if (pins.size > 0 && socket instanceof Tls.TLSSocket) {
        const found: string | undefined = socket.getPeerCertificate().fingerprint256
        if (found === undefined || !pins.has(hex(found))) {
          socket.destroy()
          const detail = `its SHA-256 fingerprint is ${found ?? "not shown"}, which is not pinned`
          return callback(new TlsRejected({ endpoint: options.name, detail }), null)
        }
      }
      onOpen()
      callback(null, socket)
    })
  }
}
