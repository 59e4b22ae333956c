/** Who may come in: keys and versions, before anything else is looked at. */
import type { Reply, SandboxRequest } from '../lib/service.ts'
import { errorReply } from './errors.ts'
import {
  ACCOUNT_ID,
  API_VERSION,
  EXPIRED_KEY,
  LIVE_KEY,
  OTHER_KEYS,
  READING_KEY,
  TEST_KEY,
} from './identity.ts'

const KNOWN: ReadonlySet<string> = new Set([TEST_KEY, LIVE_KEY, READING_KEY, ...OTHER_KEYS])

/** Whether the call is one of live mode; its key says so, and nothing else. */
export function isLive(request: SandboxRequest): boolean {
  return /^[sr]k_live_/.test(keyOf(request) ?? '')
}

/** The answer that refuses a call, if it is refused. */
export function refuse(request: SandboxRequest): Reply | undefined {
  return refuseKey(request) ?? refuseVersion(request) ?? refuseBody(request)
}

function keyOf({ headers }: SandboxRequest): string | undefined {
  return /^bearer\s+(\S+)$/i.exec(headers.authorization ?? '')?.[1]
}

function refuseKey(request: SandboxRequest): Reply | undefined {
  const key = keyOf(request)
  const challenge = { 'www-authenticate': 'Basic realm="Stripe"' }
  if (key === undefined) return errorReply(401, { message: NO_KEY }, challenge)
  if (key === EXPIRED_KEY) {
    const message = `Expired API Key provided: ${masked(key)}`
    return errorReply(401, { message, code: 'api_key_expired' }, challenge)
  }
  if (key.startsWith('pk_')) return errorReply(403, { message: PUBLISHABLE, code: 'secret_key_required' })
  if (!KNOWN.has(key))
    return errorReply(401, { message: `Invalid API Key provided: ${masked(key)}` }, challenge)
  if (key !== READING_KEY || request.method === 'GET') return undefined
  return errorReply(403, {
    message: `The provided key '${masked(key)}' does not have the required permissions for this endpoint on account '${ACCOUNT_ID}'.`,
    code: 'more_permissions_required',
  })
}

function masked(key: string): string {
  return key.length <= 12 ? '*'.repeat(key.length) : `${key.slice(0, 8)}${'*'.repeat(8)}${key.slice(-4)}`
}

/** Calls that name no version are of the account's own, as those of the command-line tool are. */
function refuseVersion({ headers }: SandboxRequest): Reply | undefined {
  const given = headers['stripe-version']
  if (given === undefined || given === API_VERSION) return undefined
  const known = typeof given === 'string' && /^\d{4}-\d\d-\d\d(?:\.[a-z]+)?$/.test(given)
  const message = known
    ? `The sandbox speaks Stripe-Version ${API_VERSION} only, not ${given}.`
    : `Invalid Stripe API version: ${String(given)}`
  return errorReply(400, { message })
}

function refuseBody({ method, headers, rawBody }: SandboxRequest): Reply | undefined {
  const type = headers['content-type'] ?? 'application/x-www-form-urlencoded'
  if (method !== 'POST' || rawBody.length === 0 || type.startsWith('application/x-www-form-urlencoded'))
    return undefined
  return errorReply(400, { message: NO_FORM })
}

const NO_KEY =
  "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for details, or we can help at https://support.stripe.com/."

const PUBLISHABLE =
  'This API call cannot be made with a publishable API key. Please use a secret API key. You can find a list of your API keys at https://dashboard.stripe.com/account/apikeys.'

const NO_FORM =
  'Invalid request (check that your POST content type is application/x-www-form-urlencoded). If you have any questions, we can help at https://support.stripe.com/.'
