/** Removes secrets from text on its way out. Built once from the values that were read, passed to each outlet. */
export type Redact = (text: string) => string

/** Shorter values would blank out ordinary words; no real credential is that short. */
const SHORTEST_SECRET = 8

/**
 * A function that replaces each secret, as it is, as base64 (either alphabet), in JSON and as URL-encoded
 * text, by `[redacted]`.
 * E-mail addresses stay: they are redacted where they are logged, not where the operator asked to see them.
 */
export function redactor(secrets: readonly string[]): Redact {
  const long = secrets.filter(secret => secret.length >= SHORTEST_SECRET)
  const forms = long.flatMap(secret => [
    secret,
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    Buffer.from(secret).toString('base64url'),
    encodeURIComponent(secret),
  ])
  const longestFirst = [...new Set(forms)].toSorted((a, b) => b.length - a.length)
  return text => longestFirst.reduce((rest, form) => rest.replaceAll(form, '[redacted]'), text)
}

const EMAIL = /[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu

/** Hides e-mail addresses, for log lines (SPEC §13). */
export function hideEmails(text: string): string {
  return text.replaceAll(EMAIL, '[e-mail]')
}
