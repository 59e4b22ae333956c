import { ServiceFailure } from './service-failure.ts'

/** Errors of a connection that was never made, by the code that any client has for them: most likely. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

/**
 * A request that got no whole answer: refused connection, cut, timed out. It may have arrived, and what was
 * wanted may have happened, unless nothing of it was sent.
 */
export function networkFailure(error: unknown): ServiceFailure {
  const code = codeOf(error)
  const message = messageOf(error)
  return new ServiceFailure(code === null || message.includes(code) ? message : `${message} (${code})`, {
    errorClass: 'transient',
    billed: wasNeverSent(error, code) ? 'no' : 'unknown',
    cause: error,
  })
}

/**
 * Our own fetch saw it, and says `sent`. Its word stands before the code: the system has some of these also for
 * a connection that was there, and broke down when the way to it was gone.
 */
function wasNeverSent(error: unknown, code: string | null): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ('sent' in at && typeof at.sent === 'boolean') return !at.sent
  }
  return code !== null && NEVER_SENT.has(code)
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
