import { createHash, generateKeyPairSync, sign } from "node:crypto"

/** A self-signed certificate for 127.0.0.1 and localhost, good as its own authority. */
export interface Certificate {
  /** PEM. */
  readonly key: string
  /** PEM. */
  readonly cert: string
  /** SHA-256 over the DER, upper-case hex pairs with colons. */
  readonly fingerprint: string
}

const der = (tag: number, ...contents: ReadonlyArray<Buffer>): Buffer => {
  const content = Buffer.concat(contents)
  const digits = content.length.toString(16)
  const length =
    content.length < 128
      ? Buffer.from([content.length])
      : Buffer.from([
          0x80 + Math.ceil(digits.length / 2),
          ...Buffer.from(digits.padStart(digits.length + (digits.length % 2), "0"), "hex")
        ])
  return Buffer.concat([Buffer.from([tag]), length, content])
}

const sequence = (...contents: ReadonlyArray<Buffer>): Buffer => der(0x30, ...contents)
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, "hex"))
const bits = (content: Buffer): Buffer => der(0x03, Buffer.from([0]), content)
const time = (text: string): Buffer => der(0x17, Buffer.from(text))
const yes = der(0x01, Buffer.from([0xff]))

const commonName = oid("550403")
const ecdsaWithSha256 = sequence(oid("2a8648ce3d040302"))
const basicConstraints = oid("551d13")
const subjectAltName = oid("551d11")

const extensions = (): Buffer =>
  der(
    0xa3,
    sequence(
      sequence(basicConstraints, yes, der(0x04, sequence(yes))),
      sequence(
        subjectAltName,
        der(0x04, sequence(der(0x82, Buffer.from("localhost")), der(0x87, Buffer.from([127, 0, 0, 1]))))
      )
    )
  )

/** `commonName` tells the certificates of several clusters apart. Valid from 2020 to 2049. */
export const make = (name: string): Certificate => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
  const subject = sequence(der(0x31, sequence(commonName, der(0x0c, Buffer.from(name)))))
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    ecdsaWithSha256,
    subject,
    sequence(time("200101000000Z"), time("491231235959Z")),
    subject,
    publicKey.export({ type: "spki", format: "der" }),
    extensions()
  )
  const certificate = sequence(body, ecdsaWithSha256, bits(sign("sha256", body, privateKey)))
  const base64 = certificate.toString("base64").replaceAll(/.{1,64}/g, "$&\n")
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${base64}-----END CERTIFICATE-----\n`,
    fingerprint: createHash("sha256")
      .update(certificate)
      .digest("hex")
      .toUpperCase()
      .replaceAll(/(..)(?=.)/g, "$1:")
  }
}
