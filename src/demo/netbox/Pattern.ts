/** How a text is checked; the names follow NetBox's own validators. */
export type Pattern = "slug" | "unicodeSlug" | "color" | "dnsName" | "customFieldName"

export const slugMessage = 'Enter a valid "slug" consisting of letters, numbers, underscores or hyphens.'

export const patterns: Readonly<
  Record<Pattern, { readonly accepts: RegExp; readonly messages: ReadonlyArray<string> }>
> = {
  slug: { accepts: /^[-a-zA-Z0-9_]+$/, messages: [slugMessage] },
  unicodeSlug: {
    accepts: /^[-\p{L}\p{N}_]+$/u,
    messages: [
      "Enter a valid “slug” consisting of Unicode letters, numbers, underscores, or hyphens.",
      'Enter a valid "slug" consisting of Unicode letters, numbers, underscores, or hyphens.'
    ]
  },
  color: { accepts: /^[0-9a-f]{6}$/, messages: ["Enter a valid hexadecimal RGB color code."] },
  dnsName: {
    accepts: /^([0-9A-Za-z_-]+|\*)(\.[0-9A-Za-z_-]+)*\.?$/,
    messages: ["Only alphanumeric characters, asterisks, hyphens, periods, and underscores are allowed in DNS names"]
  },
  customFieldName: {
    accepts: /^[a-zA-Z0-9_]+$/,
    messages: ["Only alphanumeric characters and underscores are allowed."]
  }
}
