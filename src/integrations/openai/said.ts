import type { Redact } from '../../kernel/redaction.ts'

/** What a service says of an error, on one line and not too long: a plain-text body may be a whole page. */
export function tidy(message: string, redact: Redact): string {
  return redact(message.slice(0, 10_000)).replaceAll(/\s+/g, ' ').slice(0, 300)
}

/** The text without secrets, or null. */
export function orNull(redact: Redact, text: string | null): string | null {
  return text === null ? null : redact(text)
}
