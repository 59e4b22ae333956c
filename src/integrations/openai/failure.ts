import { redirectFailure, type ReadHeader, retryAfterMs } from '../../kernel/http/read-header.ts'
import { ServiceFailure } from '../../kernel/service-failure.ts'
import { isOfAccount, isOfCredit, isOfKey, isTooLarge, isUnknownModel } from './words.ts'

/** Where a request went: what the operator may have to set otherwise. */
export interface Place {
  readonly baseUrl: string
  /** The model that was asked; null for the list of models. */
  readonly model: string | null
}

/** What an HTTP error of a model server means: its status, the code in its body, and how long to wait. */
export interface HttpFailure {
  readonly status: number
  readonly code: string | null
  /** The kind of error in the body's own word, such as `overloaded_error`. */
  readonly type?: string | null
  readonly message: string
  /** Whether what was sent is at fault, and not the key or the account, where the status could mean either. */
  readonly isOfRequest?: boolean
  readonly header: ReadHeader
  readonly place: Place
}

/**
 * Statuses whose cause only the operator can remove: a key, what it may do, an account without credit (402 at OpenRouter
 * and DeepSeek), a proxy that wants a password.
 */
const OF_ACCOUNT = new Set([401, 402, 403, 407])

/** Statuses of an address that is wrong, or of a model that is not there, or not any more. */
const OF_ADDRESS = new Set([404, 405, 410])

/** Refusals that may be of a model that the service does not know, where they say so. */
const MAY_BE_OF_MODEL = new Set([400, 403, 404, 410, 422])

/** Statuses that may say that no work was done. A 500, 502 or 504 may come when the work was done, and billed. */
const MAY_HAVE_DONE_NOTHING = new Set([503, 529])

/** Words of a server that did not begin: it is overloaded, has no model loaded, or no backend. */
const SAYS_NOT_BEGUN =
  /overload|capacity|unavailable|busy|too many|\brate\b|rate.?limit|slow ?down|queue|loading|no healthy upstream|maintenance/i

/** Words of a gateway whose connection to the server broke or waited too long: what it had sent may be worked on. */
const SAYS_CUT_OFF = /timed?[ -]?out|reset|disconnect|terminat|closed|aborted|interrupted/i

/**
 * Statuses as documented by OpenAI; compatible servers follow them. A 4xx was refused before any work, unless it
 * `isWithinAnswer`: then the model had started, and what it did may be billed (OpenRouter).
 */
export function fromHttp(failure: HttpFailure, isWithinAnswer = false): ServiceFailure {
  const { status, code, header } = failure
  const redirect = redirectFailure(status, header('location'), 'openai.base_url (or judge.base_url)')
  if (redirect !== null) return redirect
  const message = `${status}${code === null ? '' : ` ${code}`}: ${failure.message}`
  const facts = { retryAfterMs: retryAfterMs(header), requestId: header('x-request-id'), status, code }
  const fails = (
    errorClass: ServiceFailure['errorClass'],
    fix: string | null = null,
    billed: ServiceFailure['billed'] = 'no',
  ): ServiceFailure =>
    new ServiceFailure(message, { ...facts, errorClass, fix, billed: isWithinAnswer ? 'unknown' : billed })
  const fix = setUpFix(failure)
  if (fix !== null) return fails('credential', fix)
  if (status < 500 && isTooLarge(code, failure.message)) return fails('permanent', FIX_OF_SIZE)
  if (needsOperator(failure)) return fails('credential', accountFix(failure))
  if (status === 429) return fails('throttled')
  if (status !== 408 && status !== 409 && status < 500) return fails('permanent')
  return fails('transient', null, saysNothingDone(failure) ? 'no' : 'unknown')
}

/** Gemini, xAI and Anthropic answer 400 also for a key or an account, and then say so. */
function needsOperator({ status, code, message, isOfRequest }: HttpFailure): boolean {
  if (code === 'insufficient_quota') return true
  if (isOfRequest === true) return false
  return OF_ACCOUNT.has(status) || (status === 400 && isOfAccount(code, message))
}

/** For a request that is larger than a limit: waiting does not help. */
const FIX_OF_SIZE =
  'shorten the brief, lower max_output_tokens, or have the limit of the account or of the model raised'

/** What is to be done about an account; null where the key itself is refused: callers know where that is set. */
function accountFix({ status, code, message }: HttpFailure): string | null {
  if (status === 402 || isOfCredit(code, message)) {
    return 'add credit to the account or raise its limit at the service, or set the key of another account'
  }
  if (status === 407) return 'a proxy on the way wants a password: give it in the address of the proxy'
  if (status === 401 || isOfKey(code, message)) return null
  return 'the account may not do this: have it allowed at the service, or set the key of another account'
}

/** What is to be set otherwise, where the service is there but the address or the model is wrong; or null. */
function setUpFix({ status, code, message, place }: HttpFailure): string | null {
  if (place.model !== null && MAY_BE_OF_MODEL.has(status) && isUnknownModel(code, message)) {
    return `the service has no model ${place.model}: name one that it has in generate.model, judge.model or types.<type>.model, or load it there`
  }
  if (!OF_ADDRESS.has(status)) return null
  const { origin, pathname } = new URL(place.baseUrl)
  const address = `${origin}${pathname}`.replace(/\/+$/, '')
  return /\/v\d+[a-z0-9]*(?:\/|$)/.test(address)
    ? `check openai.base_url (or judge.base_url): nothing of the kind is at ${address}`
    : `openai.base_url (or judge.base_url) lacks its end: most services are at ${address}/v1`
}

/**
 * Only the server's own words make a 503 or 529 free: a gateway also sends them when the server behind it broke off
 * in the middle of its work.
 */
function saysNothingDone({ status, code, type, message }: HttpFailure): boolean {
  const said = `${code ?? ''} ${type ?? ''} ${message}`
  return MAY_HAVE_DONE_NOTHING.has(status) && SAYS_NOT_BEGUN.test(said) && !SAYS_CUT_OFF.test(said)
}

/** An answer with a good status that is not what was asked for, such as a proxy's page. */
export function unusable(what: string, requestId: string | null): ServiceFailure {
  return new ServiceFailure(`unusable answer: ${what}`, {
    errorClass: 'transient',
    billed: 'unknown',
    requestId,
  })
}
