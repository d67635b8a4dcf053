import { Redacted } from "effect"

/** Takes known secrets out of a text, in every form in which JSON or a URL may hold them. */
export type Scrub = (text: string) => string

const formsOf = (secret: string): ReadonlyArray<string> => [
  ...new Set([secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)])
]

/** Shorter texts occur by chance. */
const shortest = 6

/**
 * The last line of defence: clients strip what they know to be secret, and whatever is configured as a secret is taken out
 * here wherever it turns up, a note of a guest included.
 */
export const scrubOf = (secrets: ReadonlyArray<Redacted.Redacted>): Scrub => {
  const forms = secrets
    .map((secret) => Redacted.value(secret))
    .filter((secret) => secret.length >= shortest)
    .flatMap(formsOf)
    .sort((a, b) => b.length - a.length)
  return (text) =>
    forms.reduce((clean, form) => (clean.includes(form) ? clean.replaceAll(form, "<redacted>") : clean), text)
}
