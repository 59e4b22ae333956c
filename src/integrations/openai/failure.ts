import { redirectFailure } from '../../kernel/http/redirect.ts'
import type { ReadHeader } from '../../kernel/http/read-header.ts'
import { ServiceFailure } from '../../kernel/roles.ts'

/** What an HTTP error of a model server means: its status, the code in its body, and how long to wait. */
export interface HttpFailure {
  readonly status: number
  readonly code: string | null
  readonly message: string
  readonly header: ReadHeader
}

/** Statuses by which the server itself says that it did no work; after a gateway's nobody can tell. */
const NO_WORK_DONE = new Set([500, 503, 529])

/** Statuses as documented by OpenAI; compatible servers follow them. A 4xx was refused before any work. */
export function fromHttp(failure: HttpFailure): ServiceFailure {
  const { status, code } = failure
  const facts = {
    retryAfterMs: retryAfterMs(failure.header),
    requestId: failure.header('x-request-id'),
  }
  const redirect = redirectFailure(status, failure.header('location'), 'openai.base_url (or judge.base_url)')
  if (redirect !== null) return redirect
  const message = `${status}${code === null ? '' : ` ${code}`}: ${failure.message}`
  if (status === 401 || status === 403 || code === 'insufficient_quota') {
    return new ServiceFailure(message, { ...facts, errorClass: 'credential', billed: 'no' })
  }
  if (status === 429) return new ServiceFailure(message, { ...facts, errorClass: 'throttled', billed: 'no' })
  if (status === 408 || status === 409 || status >= 500) {
    const billed = NO_WORK_DONE.has(status) ? 'no' : 'unknown'
    return new ServiceFailure(message, { ...facts, errorClass: 'transient', billed })
  }
  return new ServiceFailure(message, { ...facts, errorClass: 'permanent', billed: 'no' })
}

/** An answer with a good status that is not what was asked for, such as a proxy's page. */
export function unusable(what: string, requestId: string | null): ServiceFailure {
  return new ServiceFailure(`unusable answer: ${what}`, {
    errorClass: 'transient',
    billed: 'unknown',
    requestId,
  })
}

/** Retry-After in seconds or as a date (by the clock of the service), or OpenAI's `retry-after-ms`. */
function retryAfterMs(header: ReadHeader): number | null {
  const exact = Number(header('retry-after-ms') ?? Number.NaN)
  if (Number.isFinite(exact)) return Math.max(0, exact)
  const value = header('retry-after')
  if (value === null) return null
  const seconds = Number(value)
  const waitMs = Number.isFinite(seconds)
    ? seconds * 1000
    : Date.parse(value) - Date.parse(header('date') ?? '')
  return Number.isNaN(waitMs) ? null : Math.max(0, waitMs)
}
