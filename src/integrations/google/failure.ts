import { isObject, textOf } from '../../domain/shape.ts'
import { headerReader, redirectFailure, retryAfterMs } from '../../kernel/http/read-header.ts'
import type { Redact } from '../../kernel/redaction.ts'
import { networkFailure, ServiceFailure } from '../../kernel/service-failure.ts'

/** The code of a call that the sign-in does not allow. */
const LACKS_SCOPE = 'insufficientPermissions'

/** Whether a failure says that the sign-in does not allow the call. */
export function isLackOfScope(error: unknown): boolean {
  return error instanceof ServiceFailure && error.code === LACKS_SCOPE
}

/** An answer with a good status that is not what was asked for. */
export function notGoogle(): ServiceFailure {
  return new ServiceFailure('what answered is not Google', { errorClass: 'transient', billed: 'unknown' })
}

/** What an error of the SDK means. Without a response no answer came: it wraps the network's error. */
export function fromSdk(error: unknown, redact: Redact): ServiceFailure {
  const response = isObject(error) && isObject(error['response']) ? error['response'] : null
  const status = response === null ? null : response['status']
  if (response === null || typeof status !== 'number') return networkFailure(error)
  const header = headerReader(response['headers'])
  const location = header('location')
  const redirect = redirectFailure(status, location === null ? null : redact(location), 'google.base_url')
  if (redirect !== null) return redirect
  const said = saidIn(response['data'])
  const words = redact(said.words ?? 'what answered is not Google')
    .replaceAll(/\s+/g, ' ')
    .slice(0, LONGEST)
  const message = `Google ${status}${said.code === null ? '' : ` ${said.code}`}: ${words}`
  return new ServiceFailure(message, {
    ...meaningOf(status, said.code),
    status,
    code: said.code,
    retryAfterMs: retryAfterMs(header),
  })
}

const LONGEST = 300

/** The reason and the words of an error: those of an API, or of the sign-in, which has a shape of its own. */
function saidIn(data: unknown): { readonly code: string | null; readonly words: string | null } {
  if (!isObject(data)) return { code: null, words: null }
  const error = data['error']
  if (!isObject(error))
    return { code: textOf(error), words: textOf(data['error_description']) ?? textOf(error) }
  const errors: readonly unknown[] = Array.isArray(error['errors']) ? error['errors'] : []
  const [first] = errors
  return { code: isObject(first) ? textOf(first['reason']) : null, words: textOf(error['message']) }
}

type Meaning = Pick<ServiceFailure, 'errorClass' | 'billed' | 'fix'>

const SIGN_IN = 'sign in again: echopilot auth google'

/** By the code alone, whatever the status. */
const BY_CODE: ReadonlyMap<string | null, Meaning> = new Map<string, Meaning>([
  ...['rateLimitExceeded', 'userRateLimitExceeded', 'dailyLimitExceeded', 'quotaExceeded'].map(
    (code): [string, Meaning] => [code, { errorClass: 'throttled', billed: 'no', fix: null }],
  ),
  // Only this is refused, and mails go on: what it was to be kept in says that it is full.
  ['storageQuotaExceeded', { errorClass: 'permanent', billed: 'no', fix: null }],
  // The sign-in was ended, has died of age, or was never one of this app: nothing but a new one helps.
  ['invalid_grant', credential(SIGN_IN)],
  ['invalid_client', credential('set GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET of one app')],
  ['unauthorized_client', credential('set GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET of one app')],
  [LACKS_SCOPE, credential(`${SIGN_IN}, and leave all boxes ticked`)],
])

function credential(fix: string): Meaning {
  return { errorClass: 'credential', billed: 'no', fix }
}

function meaningOf(status: number, code: string | null): Meaning {
  const known = BY_CODE.get(code)
  if (known !== undefined) return known
  if (status === 429) return { errorClass: 'throttled', billed: 'no', fix: null }
  const isPassing = status < 300 || status >= 500 || status === 408 || status === 409 || status === 425
  if (isPassing) return { errorClass: 'transient', billed: 'unknown', fix: null }
  if (status === 401 || status === 403) return credential(SIGN_IN)
  if (code === null) return credential('set google.base_url to where Google is, or leave it out')
  return { errorClass: 'permanent', billed: 'no', fix: null }
}
