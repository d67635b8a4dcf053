import { assert, describe, it } from "@effect/vitest"
import { Duration, Either, FastCheck as fc, Redacted } from "effect"
import { rulesDigestInput, secretsOf } from "../../src/domain/Config.ts"
import { closest } from "../../src/domain/Closest.ts"
import { check, keyText } from "../../src/domain/ConfigCheck.ts"
import type { Json, JsonObject } from "../../src/domain/Json.ts"

const token = "sync@pve!ledger=aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"

const source: JsonObject = { name: "lab", urls: ["https://pve1:8006"], token }

const whole: JsonObject = {
  netbox: { url: "https://netbox.example", token: "nbt_key.verysecret" },
  proxmox: [source],
  journal: "./proxledger.sqlite"
}

const good = (document: Json) => {
  const checked = check(document)
  if (Either.isLeft(checked)) throw new Error(JSON.stringify(checked.left))
  return checked.right
}

const problems = (document: Json): ReadonlyArray<string> =>
  Either.match(check(document), {
    onRight: () => [],
    onLeft: (all) => all.map(({ path, problem }) => `${keyText(path)} ${problem}`)
  })

const withSource = (change: JsonObject): Json => ({ ...whole, proxmox: [{ ...source, ...change }] })

const withNetBox = (change: JsonObject): Json => ({
  ...whole,
  netbox: { url: "https://netbox.example", token: "0123456789abcdef", ...change }
})

const withRule = (rule: JsonObject): Json => ({ ...whole, rules: [{ name: "r", exclude: true, ...rule }] })

describe("a configuration", () => {
  it("needs NetBox, a source and a journal; the rest has its defaults", () => {
    const { journal, netbox, proxmox, removal, rules } = good(whole)
    assert.strictEqual(netbox.url, "https://netbox.example")
    assert.deepStrictEqual(netbox.tls, { verify: true })
    assert.strictEqual(Duration.toSeconds(netbox.settle), 120)
    assert.deepStrictEqual(
      proxmox.map(({ name, osInfo, tls, urls }) => ({ name, osInfo, tls, urls })),
      [{ name: "lab", osInfo: false, tls: { verify: true }, urls: ["https://pve1:8006"] }]
    )
    assert.strictEqual(journal, "./proxledger.sqlite")
    assert.deepStrictEqual(rules, [])
    assert.strictEqual(removal.policy, "mark")
    assert.strictEqual(Duration.toDays(removal.grace), 30)
    assert.strictEqual(removal.limitPercent, 20)
    assert.strictEqual(removal.limitCount, 5)
  })

  it("may log in by username and password", () => {
    const { proxmox } = good({
      ...whole,
      proxmox: [{ name: "lab", urls: ["https://pve1:8006"], username: "root@pam", password: "hunter22" }]
    })
    const auth = proxmox[0]?.auth
    assert.isTrue(auth !== undefined && "username" in auth && auth.username === "root@pam")
  })

  it("writes addresses without a final slash and without the path of the API", () => {
    assert.strictEqual(
      good(withNetBox({ url: "https://x.example/netbox/api/" })).netbox.url,
      "https://x.example/netbox"
    )
    assert.deepStrictEqual(good(withSource({ urls: ["https://pve1:8006/api2/json"] })).proxmox[0]?.urls, [
      "https://pve1:8006"
    ])
  })

  it("takes a site, a tenant or a vmid that YAML reads as a number", () => {
    assert.strictEqual(good(withSource({ site: 12 })).proxmox[0]?.site, "12")
    assert.strictEqual(good(withRule({ match: { vmid: 205 } })).rules[0]?.match?.vmid, "205")
  })
})

describe("what is wrong with a configuration", () => {
  const cases: ReadonlyArray<readonly [string, Json, string]> = [
    ["no mapping", "text", " must hold keys: netbox, proxmox, journal, rules, removal, observe"],
    ["a missing part", { netbox: whole["netbox"] ?? null, journal: "j" }, "proxmox is missing"],
    ["no source", { ...whole, proxmox: [] }, "proxmox must not be empty"],
    ["a source that is no list", { ...whole, proxmox: source }, "proxmox must be a list"],
    ["a mistyped key", withSource({ tsl: {} }), "proxmox[0].tsl is not a known key; did you mean tls?"],
    [
      "a key far from any other",
      withNetBox({ frobnicate: 1 }),
      "netbox.frobnicate is not a known key; known here are url, token, tls, settle"
    ],
    [
      "a mistyped key deep inside",
      withRule({ set: { tennant: "a" } }),
      "rules[0].set.tennant is not a known key; did you mean tenant?"
    ],
    ["no address", withNetBox({ url: "netbox" }), "netbox.url must be an address like https://host:8006"],
    ["another protocol", withNetBox({ url: "ftp://x" }), "netbox.url must begin with https:// or http://"],
    [
      "credentials in an address",
      withNetBox({ url: "https://a:b@x" }),
      "netbox.url must not hold credentials; they have keys of their own"
    ],
    ["a blank in a token", withNetBox({ token: "a b" }), "netbox.token must not hold blanks or control characters"],
    ["a token of Proxmox", withSource({ token: "abc" }), "proxmox[0].token must be like user@realm!name=uuid"],
    [
      "both ways to log in",
      withSource({ username: "root@pam" }),
      "proxmox[0] has a token and a username or password; keep one of both"
    ],
    [
      "half a way to log in",
      { ...whole, proxmox: [{ name: "a", urls: ["https://b"], username: "root@pam" }] },
      "proxmox[0] has no credentials; give it a token, or a username and a password"
    ],
    [
      "a name with a slash",
      withSource({ name: "a/b" }),
      "proxmox[0].name must begin with a letter or digit and go on with letters, digits, _ . or -"
    ],
    [
      "two sources of one name",
      { ...whole, proxmox: [source, source] },
      "proxmox[1].name is the name of another one; names are unique"
    ],
    [
      "a fingerprint that is too short",
      withSource({ tls: { fingerprint: "AB:CD" } }),
      "proxmox[0].tls.fingerprint must be a SHA-256 fingerprint: 32 pairs of hex digits, as the Proxmox GUI shows it"
    ],
    ["verify as a text", withSource({ tls: { verify: "no" } }), "proxmox[0].tls.verify must be true or false"],
    [
      "a name of all nodes",
      withSource({ nodeName: "hypervisor" }),
      "proxmox[0].nodeName must hold {node}, or all nodes have one name"
    ],
    [
      "an unknown placeholder",
      withSource({ nodeName: "{node}.{domain}" }),
      "proxmox[0].nodeName must not hold {domain}; {node}, {cluster}, {endpoint} are known"
    ],
    [
      "a bad regular expression",
      withRule({ match: { name: "(" } }),
      "rules[0].match.name is not a regular expression: /(/u: Unterminated group"
    ],
    [
      "a range that runs backwards",
      withRule({ match: { vmid: "200-100" } }),
      'rules[0].match.vmid must be vmids and ranges of them, like "100-199,205"'
    ],
    ["exclude: false", withRule({ exclude: false }), "rules[0].exclude must be true, or be left out"],
    [
      "a rule without effect",
      { ...whole, rules: [{ name: "r" }] },
      "rules[0] does nothing; give it include, exclude, set"
    ],
    [
      "a duration without unit",
      { ...whole, removal: { grace: 30 } },
      'removal.grace must be a duration like "30 days" or "90 seconds"'
    ],
    ["another policy", { ...whole, removal: { policy: "purge" } }, "removal.policy must be mark or delete"],
    [
      "a share above all",
      { ...whole, removal: { limitPercent: 120 } },
      "removal.limitPercent must be a number from 0 to 100"
    ],
    ["half a guest", { ...whole, removal: { limitCount: 1.5 } }, "removal.limitCount must be a whole number, 0 or more"]
  ]
  for (const [what, document, expected] of cases) {
    it(what, () => {
      assert.deepStrictEqual(problems(document), [expected])
    })
  }

  it("is told all at once", () => {
    assert.deepStrictEqual(
      problems({
        netbox: { url: "x", tokn: "a" },
        proxmox: [{ name: "a b", urls: [] }],
        journal: 5,
        rules: [{ name: "r", match: { node: "[" } }]
      }).map((problem) => problem.split(" ")[0]),
      [
        "netbox.tokn",
        "proxmox[0].urls",
        "netbox.url",
        "netbox.token",
        "proxmox[0].name",
        "journal",
        "rules[0].match.node",
        "proxmox[0]",
        "rules[0]"
      ]
    )
  })

  it.prop(
    "never repeats a value, whatever stands where",
    [
      fc.constantFrom("url", "token", "tls", "settle", "name", "username", "password", "site", "grace"),
      fc.constantFrom<(secret: string) => Json>(
        (secret) => secret,
        (secret) => [secret],
        (secret) => ({ verify: secret }),
        (secret) => [{ token: secret }]
      )
    ],
    ([key, shape]) => {
      const secret = "sekrit sekrit"
      const value = shape(secret)
      for (const document of [
        { ...whole, netbox: value },
        { ...whole, [key]: value },
        { ...whole, proxmox: [value] },
        { ...whole, removal: { [key]: value } },
        withNetBox({ [key]: value }),
        withSource({ [key]: value }),
        withRule({ set: { tags: value } }),
        value
      ]) {
        assert.notInclude(problems(document).join("\n"), "sekrit")
      }
    }
  )
})

describe("what is derived from a configuration", () => {
  it("shapes the desired state without secrets, in whatever order it is written", () => {
    const one = rulesDigestInput(good({ ...whole, rules: [{ name: "r", set: { tenant: "t", role: "s" } }] }))
    const other = rulesDigestInput(
      good({
        rules: [{ set: { role: "s", tenant: "t" }, name: "r" }],
        ...whole,
        netbox: { url: "http://b", token: "c" }
      })
    )
    assert.strictEqual(one, other)
    assert.notInclude(one, token)
    assert.notStrictEqual(one, rulesDigestInput(good(whole)))
    assert.notStrictEqual(rulesDigestInput(good(withSource({ site: "dc1" }))), rulesDigestInput(good(whole)))
    assert.notStrictEqual(
      rulesDigestInput(good({ ...whole, removal: { policy: "delete" } })),
      rulesDigestInput(good(whole))
    )
  })

  it("knows its secrets, and the half of a token that is one", () => {
    assert.deepStrictEqual(secretsOf(good(whole)).map(Redacted.value), [
      "nbt_key.verysecret",
      "verysecret",
      token,
      "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
    ])
  })
})

describe("the closest word", () => {
  it("is the one that was meant, or none", () => {
    const known = ["url", "token", "tls", "fingerprint"]
    assert.strictEqual(closest("tokne", known), "token")
    assert.strictEqual(closest("finger_print", known), "fingerprint")
    assert.strictEqual(closest("password", known), undefined)
  })

  it.prop("of a known word is itself", [fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1 })], ([known]) => {
    const [word = ""] = known
    assert.strictEqual(closest(word, known)?.toLowerCase(), word.toLowerCase())
  })
})
