import { isObject } from '../../domain/shape.ts'
import { redirectFailure, retryAfterMs, type ReadHeader } from '../../kernel/http/read-header.ts'
import type { Redact } from '../../kernel/redaction.ts'
import { ServiceFailure } from '../../kernel/service-failure.ts'

/** An answer that is not what was asked for. */
export interface BadAnswer {
  readonly status: number
  /** The body, if it is JSON; undefined if it is not. */
  readonly body: unknown
  readonly header: ReadHeader
  readonly redact: Redact
}

/**
 * What it means, by Stripe's page "Error codes". Below 500 nothing was done, but for 409: another request with the same
 * key is being worked on. From 500 on it is not known, and neither is it where somebody else answered with a good status.
 */
export function fromAnswer({ status, body, header, redact }: BadAnswer): ServiceFailure {
  const redirect = redirectFailure(status, wordsOr(header('location'), redact), 'stripe.base_url')
  if (redirect !== null) return redirect
  const error = isObject(body) && isObject(body['error']) ? body['error'] : null
  const text = (name: string): string | null => wordsOr(error?.[name], redact)
  const [type, code] = [text('type'), text('code')]
  const { errorClass, billed, fix } = meaningOf(status, error !== null)
  const why = text('message') ?? 'what answered is not Stripe'
  const facts = { status, code: code ?? type, requestId: wordsOr(header('request-id'), redact) }
  const isKept = header('idempotent-replayed') === 'true' || isOtherUse(type, code)
  const message = `Stripe ${status}${code === null ? '' : ` ${code}`}: ${why}`
  const waitMs = retryAfterMs(header)
  return new ServiceFailure(message, { ...facts, errorClass, billed, fix, isKept, retryAfterMs: waitMs })
}

/** The key was used with other parameters. One that is in use at this moment has a code. */
function isOtherUse(type: string | null, code: string | null): boolean {
  return type === 'idempotency_error' && code !== 'idempotency_key_in_use'
}

/** An answer with a good status that is not what was asked for. */
export function notStripe(): ServiceFailure {
  return new ServiceFailure('what answered is not Stripe', { errorClass: 'transient', billed: 'unknown' })
}

type Meaning = Pick<ServiceFailure, 'errorClass' | 'billed' | 'fix'>

function meaningOf(status: number, isOfStripe: boolean): Meaning {
  if (status === 429) return { errorClass: 'throttled', billed: 'no', fix: null }
  const isPassing = status < 300 || status >= 500 || status === 408 || status === 409 || status === 425
  if (isPassing) return { errorClass: 'transient', billed: 'unknown', fix: null }
  const fix = FIXES.get(status) ?? (isOfStripe || status !== 404 ? null : ELSEWHERE)
  return { errorClass: fix === null ? 'permanent' : 'credential', billed: 'no', fix }
}

const ELSEWHERE = 'set stripe.base_url to where Stripe is: https://api.stripe.com'

/** Statuses whose cause only the operator can remove. */
const FIXES: ReadonlyMap<number, string> = new Map([
  [401, 'set a valid STRIPE_SECRET_KEY'],
  [
    403,
    'let the restricted key write payment links, checkout sessions and refunds, and read the account, or set another',
  ],
  [405, ELSEWHERE],
  [407, 'a proxy on the way wants a password: give it in the address of the proxy'],
  [410, ELSEWHERE],
])

const LONGEST = 300
/** Stripe repeats the ends of a key. */
const KEY = /'?\b[a-z]{2,5}_(?:test|live)_[\w*]+'?/g

/** Words of the service on one line, not too long and without secrets; null where there are none. */
function wordsOr(said: unknown, redact: Redact): string | null {
  if (typeof said !== 'string') return null
  return redact(said.slice(0, 10_000).replaceAll(KEY, 'the key')).replaceAll(/\s+/g, ' ').slice(0, LONGEST)
}
