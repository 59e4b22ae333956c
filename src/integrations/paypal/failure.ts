import { isObject } from '../../domain/shape.ts'
import { redirectFailure, retryAfterMs, type ReadHeader } from '../../kernel/http/read-header.ts'
import type { Redact } from '../../kernel/redaction.ts'
import { ServiceFailure } from '../../kernel/service-failure.ts'

/** An answer that is not what was asked for. */
export interface BadAnswer {
  readonly status: number
  /** The body, if it is JSON; null if it is not. */
  readonly body: unknown
  readonly header: ReadHeader
  readonly redact: Redact
}

/**
 * What it means, by PayPal's page "API responses". Below 500 nothing was done, but for 409 and an order that is being
 * worked on: another request is at it. From 500 on it is not known, and neither is it where somebody else answered.
 */
export function fromAnswer({ status, body, header, redact }: BadAnswer): ServiceFailure {
  const redirect = redirectFailure(status, wordsOr(header('location'), redact), 'paypal.base_url')
  if (redirect !== null) return redirect
  const { code, why } = sayingOf(body, redact)
  const { errorClass, billed, fix } = meaningOf(status, code)
  const message = `PayPal ${status}${code === null ? '' : ` ${code}`}: ${why ?? 'what answered is not PayPal'}`
  const requestId = wordsOr(header('paypal-debug-id'), redact)
  const facts = { status, code, requestId, retryAfterMs: retryAfterMs(header) }
  return new ServiceFailure(message, { ...facts, errorClass, billed, fix })
}

/** An answer with a good status that is not what was asked for. */
export function notPayPal(): ServiceFailure {
  return new ServiceFailure('what answered is not PayPal', { errorClass: 'transient', billed: 'unknown' })
}

/** What the token endpoint says has another shape than what the rest says. */
function sayingOf(body: unknown, redact: Redact): { code: string | null; why: string | null } {
  if (!isObject(body)) return { code: null, why: null }
  const details: unknown = Array.isArray(body['details']) ? body['details'][0] : null
  const detail = isObject(details) ? details : {}
  const code = [detail['issue'], body['name'], body['error']].find(each => typeof each === 'string')
  const said = [detail['description'], body['message'], body['error_description']]
  return {
    code: wordsOr(code, redact),
    why: wordsOr(said.find(each => typeof each === 'string') ?? code, redact),
  }
}

type Meaning = Pick<ServiceFailure, 'errorClass' | 'billed' | 'fix'>

function meaningOf(status: number, code: string | null): Meaning {
  if (status === 429) return { errorClass: 'throttled', billed: 'no', fix: null }
  const isPassing = status < 300 || status >= 500 || status === 408 || status === 409 || status === 425
  if (isPassing || code === 'ORDER_COMPLETION_IN_PROGRESS') {
    return { errorClass: 'transient', billed: 'unknown', fix: null }
  }
  const fix = FIXES.get(status) ?? (code !== null || status !== 404 ? null : ELSEWHERE)
  return { errorClass: fix === null ? 'permanent' : 'credential', billed: 'no', fix }
}

const ELSEWHERE = 'set paypal.base_url to where PayPal is: https://api-m.paypal.com'

/** Statuses whose cause only the operator can remove. */
const FIXES: ReadonlyMap<number, string> = new Map([
  [401, 'set PAYPAL_CLIENT_ID and PAYPAL_CLIENT_SECRET of one app, live or sandbox as paypal.base_url is'],
  [
    403,
    'let the app accept payments and use Transaction search and Customer disputes (Apps & Credentials); that takes hours to come into force',
  ],
  [405, ELSEWHERE],
  [407, 'a proxy on the way wants a password: give it in the address of the proxy'],
  [410, ELSEWHERE],
])

const LONGEST = 300

/** Words of the service on one line, not too long and without secrets; null where there are none. */
function wordsOr(said: unknown, redact: Redact): string | null {
  if (typeof said !== 'string') return null
  return redact(said.slice(0, 10_000)).replaceAll(/\s+/g, ' ').slice(0, LONGEST)
}
