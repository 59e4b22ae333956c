/** Idempotency keys as Stripe takes them: remembered for 24 hours, a stored 500 too. */
import type { Database } from '../lib/db.ts'
import { idempotent, keysInUse, type IdempotencyRules } from '../lib/idempotency.ts'
import { isObject, stringOf } from '../lib/json.ts'
import type { Reply, Route, SandboxRequest } from '../lib/service.ts'
import { isLive } from './access.ts'
import type { Account } from './account.ts'
import { errorReply, requestId, statusReply } from './errors.ts'

const KEY_MEMORY_MS = 24 * 3_600_000

/** Makes handlers take keys. */
export function keyed(db: Database, account: Account): (handle: Route['handle']) => Route['handle'] {
  return idempotent(db, rulesOf(account))
}

/** For `Service.enter`: 409 while a call with the same key is being worked on. */
export function keyGuard(account: Account): (request: SandboxRequest) => Reply | (() => void) {
  return keysInUse(rulesOf(account), request => {
    const message = `There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): ${keyOf(request)}. Please try again later.`
    const parts = { message, type: 'idempotency_error', code: 'idempotency_key_in_use' }
    return errorReply(409, parts, { 'stripe-should-retry': 'true' })
  })
}

/** Live and test mode remember each their own. */
function rulesOf(account: Account): IdempotencyRules {
  return {
    header: 'idempotency-key',
    scope: request => (isLive(request) ? 'live' : 'test'),
    memory: { ms: KEY_MEMORY_MS, now: account.now },
    keeps: ({ status, body }) => status !== 400 || !isAboutParameters(body),
    conflict,
    replayed: ({ headers, ...reply }) => ({
      ...reply,
      headers: {
        ...headers,
        'original-request': headers?.['request-id'] ?? '',
        'idempotent-replayed': 'true',
        'request-id': requestId(),
      },
    }),
  }
}

function keyOf({ headers }: SandboxRequest): string {
  return String(headers['idempotency-key'])
}

function conflict(request: SandboxRequest, firstPath: string): Reply {
  const what =
    firstPath === request.path
      ? 'with the same parameters they were first used with.'
      : `for the same endpoint they were first used for ('${request.path}' vs '${firstPath}').`
  const message = `Keys for idempotent requests can only be used ${what} Try using a key other than '${keyOf(request)}' if you meant to execute a different request.`
  return errorReply(400, { message, type: 'idempotency_error' })
}

/** Such errors come before the work begins, and are not kept under a key. */
function isAboutParameters(body: unknown): boolean {
  const error = isObject(body) && isObject(body['error']) ? body['error'] : {}
  const code = stringOf(error, 'code')
  return code === undefined || /^parameter_|^resource_missing$|^amount_too_/.test(code)
}

/** A fault: the work is done, the answer is 500, and that is what the key remembers. */
export const KEPT_500 = 'kept-500'

/** The answer in place of that of the work that was done; undefined where {@link KEPT_500} is not armed. */
export function faultReply({ fault }: SandboxRequest): Reply | undefined {
  if (fault?.type !== KEPT_500) return undefined
  return { ...statusReply(500), headers: { 'stripe-should-retry': 'false' } }
}
