import { isObject, textOf } from '../../domain/shape.ts'
import type { Redact } from '../../kernel/redaction.ts'
import { ServiceFailure } from '../../kernel/service-failure.ts'

const LONGEST = 300

/**
 * What an error of nodemailer means: an answer of the server with its code, or no answer. Where none came the mail may
 * have been taken: nodemailer names the same command for a connection that was never made and for one that was cut
 * after the mail.
 */
export function fromSmtp(error: unknown, redact: Redact): ServiceFailure {
  const facts = isObject(error) ? error : {}
  const code = textOf(facts['code'])
  const status = typeof facts['responseCode'] === 'number' ? facts['responseCode'] : null
  const words = error instanceof Error ? error.message : String(error)
  const message = `SMTP: ${redact(words).replaceAll(/\s+/g, ' ').slice(0, LONGEST)}`
  const fix = fixOf(status, code)
  const about = { status, code, fix, cause: error }
  if (fix !== null) return new ServiceFailure(message, { ...about, errorClass: 'credential', billed: 'no' })
  if (status === null)
    return new ServiceFailure(message, { ...about, errorClass: 'transient', billed: 'unknown' })
  // RFC 5321, 4.2.1: a 4yz may be tried again, a 5yz not.
  const errorClass = status >= 500 ? 'permanent' : 'transient'
  return new ServiceFailure(message, { ...about, errorClass, billed: 'no' })
}

/** RFC 4954, 6: about signing in. */
const NOT_SIGNED_IN = new Set<number | null>([530, 534, 535, 538])

/** Where only the operator can help. */
function fixOf(status: number | null, code: string | null): string | null {
  if (code === 'ETLS') return 'use smtps:// in SMTP_URL, or the port on which the server encrypts'
  if (code !== 'EAUTH' && !NOT_SIGNED_IN.has(status)) return null
  return 'set SMTP_URL with a user name and password that the server takes'
}
