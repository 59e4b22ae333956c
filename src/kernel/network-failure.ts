import { ServiceFailure } from './roles.ts'

/**
 * Errors of a connection that was never made: nothing was sent, so nothing can have happened. After any
 * other one the request may have arrived.
 */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

/** A request that got no whole answer: refused connection, cut, timed out. */
export function networkFailure(error: unknown): ServiceFailure {
  const code = codeOf(error)
  return new ServiceFailure(code === null ? messageOf(error) : `${messageOf(error)} (${code})`, {
    errorClass: 'transient',
    billed: code !== null && NEVER_SENT.has(code) ? 'no' : 'unknown',
    cause: error,
  })
}

function codeOf(error: unknown): string | null {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') return at.code
  }
  return null
}

function messageOf(error: unknown): string {
  let deepest = 'network error'
  for (let at: unknown = error; at instanceof Error; at = at.cause) deepest = at.message || deepest
  return deepest
}
