/** What looks like a credential, wherever it stands: the name stays, so that a reader sees what it was. */
const patterns: ReadonlyArray<readonly [RegExp, string]> = [
  [/((?:x-proxbox-)?api[-_]?key["']?\s*[:=]\s*["']?)[^\s"',;&}]+/gi, "$1<redacted>"],
  [
    /((?:token|token_value|token_key|password|passwd|secret|authorization|cookie|key)["']?\s*[:=]\s*["']?)(?!<redacted>)(?:(?:Bearer|Basic|Token)\s+)?[^\s"',;&}]+/gi,
    "$1<redacted>"
  ],
  [/\b(Bearer|Basic|Token)\s+[A-Za-z0-9+/._=-]{8,}/g, "$1 <redacted>"],
  [/PVEAPIToken=\S+/g, "PVEAPIToken=<redacted>"],
  [/\bnbt_[A-Za-z0-9]+(?:\.[A-Za-z0-9]+)?/g, "nbt_<redacted>"],
  [/\bPVE:[^\s"']{8,}/g, "PVE:<redacted>"],
  [/\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}/g, "<redacted>"],
  [/\benc:[A-Za-z0-9_=-]{16,}/g, "enc:<redacted>"],
  [/(:\/\/[^\s/:@]+:)[^\s/@]+@/g, "$1<redacted>@"],
  [/\b[0-9a-f]{40}\b/g, "<redacted>"]
]

/** A text without what looks like a credential. */
export const redact = (text: string): string =>
  patterns.reduce((clean, [pattern, instead]) => clean.replace(pattern, instead), text)
