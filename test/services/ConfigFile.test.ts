import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as NodeContext from "@effect/platform-node/NodeContext"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Redacted } from "effect"
import * as Certificate from "../../src/demo/proxmox/Certificate.ts"
import { load } from "../../src/services/ConfigFile.ts"

const folder = mkdtempSync(join(tmpdir(), "proxledger-config-"))
afterAll(() => rmSync(folder, { recursive: true }))

const environment: { readonly [name: string]: string } = {
  NETBOX_TOKEN: "nbt_key.one,two",
  PVE_TOKEN: "sync@pve!ledger=aaaaaaaa-bbbb",
  HOST_PART: "pve1"
}

const write = (name: string, text: string): string => {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

const loaded = (file: string) =>
  load(file).pipe(
    Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(environment)))),
    Effect.provide(NodeContext.layer)
  )

/** What is wrong with a text, a line each, without the path of the file. */
const complaints = (text: string) => {
  const file = write("wrong.yaml", text)
  return loaded(file).pipe(
    Effect.flip,
    Effect.map(({ message }) => message.replaceAll(`${file}:`, "").split("\n"))
  )
}

const text = `
netbox:
  url: http://127.0.0.1:8000
  token: \${NETBOX_TOKEN}
proxmox:
  - name: lab
    urls: ["https://\${HOST_PART}.example:8006"]
    token: \${PVE_TOKEN}
    site: $\${HOST_PART}
journal: ./state/proxledger.sqlite
`

describe("ConfigFile", () => {
  it.effect("takes values from the environment, and paths relative to the file", () =>
    Effect.gen(function* () {
      const { config } = yield* loaded(write("good.yaml", text))
      const [source] = config.proxmox
      assert.strictEqual(Redacted.value(config.netbox.token), environment["NETBOX_TOKEN"])
      assert.deepStrictEqual(source?.urls, ["https://pve1.example:8006"])
      assert.strictEqual(source?.site, "${HOST_PART}")
      assert.isTrue(source !== undefined && "token" in source.auth)
      assert.strictEqual(config.journal, join(folder, "state/proxledger.sqlite"))
    })
  )

  it.effect("shows no secret when it is printed", () =>
    Effect.gen(function* () {
      const shown = JSON.stringify(yield* loaded(write("good.yaml", text)))
      assert.notInclude(shown, "one,two")
      assert.notInclude(shown, "aaaaaaaa")
    })
  )

  it.effect("reads the certificates that it names", () =>
    Effect.gen(function* () {
      const { cert } = Certificate.make("lab")
      const path = write("ca.pem", cert)
      const { authorities, config } = yield* loaded(
        write("ca.yaml", text.replace("    site:", "    tls: { caFile: ca.pem }\n    site:"))
      )
      assert.strictEqual(config.proxmox[0]?.tls.caFile, path)
      assert.strictEqual(authorities.get(path), cert)
    })
  )

  it.effect("names the file that is not there", () =>
    Effect.gen(function* () {
      const file = join(folder, "nowhere.yaml")
      const error = yield* Effect.flip(loaded(file))
      assert.strictEqual(error.message, `${file}: does not exist; --config names another`)
    })
  )

  it.effect("names the line, the key and the cause of everything that is wrong, in order of lines", () =>
    Effect.gen(function* () {
      write("empty.pem", "nothing")
      const lines = yield* complaints(`netbox:
  url: nope
  tokn: abc
  token: [1, 2]
  tls: { caFile: gone.pem }
proxmox:
  - name: lab
    urls: [https://pve1:8006]
    token: \${PVE_MISSING}
    tls:
      caFile: empty.pem
      verfy: true
  - name: lab
    urls:
      - https://pve2:8006
      - pve3
    username: root@pam
    password: \${PASS WORD}
journal: ./proxledger.sqlite
rules:
  - name: x
    match:
      node: "["
    set: { tennant: a }
removal: { grace: 5 lightyears }
`)
      assert.deepStrictEqual(lines, [
        "2: netbox.url must be an address like https://host:8006",
        "3: netbox.tokn is not a known key; did you mean token?",
        "4: netbox.token must be a text; put it in quotes",
        `5: netbox.tls.caFile names ${join(folder, "gone.pem")}, which cannot be read`,
        "9: proxmox[0].token names the environment variable PVE_MISSING, which is not set; set it, or write $${ for a literal ${",
        `11: proxmox[0].tls.caFile names ${join(folder, "empty.pem")}, which holds no certificate in PEM`,
        "12: proxmox[0].tls.verfy is not a known key; did you mean verify?",
        "13: proxmox[1].name is the name of another one; names are unique",
        "16: proxmox[1].urls[1] must be an address like https://host:8006",
        "18: proxmox[1].password has ${…} around something that is no name of a variable; write $${ for a literal ${",
        "23: rules[0].match.node is not a regular expression: /[/u: Unterminated character class",
        "24: rules[0].set.tennant is not a known key; did you mean tenant?",
        '25: removal.grace must be a duration like "30 days" or "90 seconds"'
      ])
    })
  )

  it.effect("says of a missing key where it belongs", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* complaints("netbox:\n  url: http://a\nproxmox:\n  - {}\njournal: j\n"), [
        "1: netbox.token is missing",
        "4: proxmox[0].name is missing",
        "4: proxmox[0].urls is missing",
        "4: proxmox[0] has no credentials; give it a token, or a username and a password"
      ])
    })
  )

  for (const [what, line] of [
    ["an alias", "  token: *sekrit"],
    ["a tag", "  token: !sekrit x"],
    ["a reserved character", "  token: @sekrit"],
    ["a text that goes on after its quotes", '  token: "a" sekrit'],
    ["a mapping in one line", "  sekrit: b: c"],
    ["quotes that stay open", '  token: "sekrit'],
    ["a key that is there twice", "  url: sekrit"]
  ] as const) {
    it.effect(`does not repeat ${what} that YAML stumbles over`, () =>
      Effect.gen(function* () {
        const lines = yield* complaints(`netbox:\n  url: http://a\n${line}\n`)
        assert.isTrue(
          lines.some((one) => /^[34]: (is not YAML|netbox\.token is a YAML alias)/.test(one)),
          lines.join("\n")
        )
        assert.notInclude(lines.join("\n"), "sekrit")
      })
    )
  }

  it.effect("does not repeat the value of a variable that is not what it has to be", () =>
    Effect.gen(function* () {
      const lines = yield* complaints(text.replace("http://127.0.0.1:8000", "${PVE_TOKEN}"))
      assert.deepStrictEqual(lines, ["3: netbox.url must be an address like https://host:8006"])
    })
  )
})
