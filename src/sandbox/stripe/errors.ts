/** Errors worded and shaped as the real API does. */
import { randomBytes } from 'node:crypto'
import { isObject, objectOf, stringOf, type JsonObject } from '../lib/json.ts'
import { VendorError, type Reply, type RequestProblem, type SandboxRequest } from '../lib/service.ts'
import { API_VERSION } from './identity.ts'

/** The parts of an error; those of cards have more. */
export interface ErrorParts extends JsonObject {
  readonly message: string
  readonly type?: string
  readonly code?: string
  readonly param?: string
}

/** The id of a request, as in the header `request-id`. */
export function requestId(): string {
  return `req_${randomBytes(10).toString('hex').slice(0, 14)}`
}

/** The headers of every answer. */
export function usualHeaders(id: string): Record<string, string> {
  return { 'request-id': id, 'stripe-version': API_VERSION, 'cache-control': 'no-cache, no-store' }
}

/** An error answer: `{"error": {"type", "message", …}}`. */
export function errorReply(status: number, parts: ErrorParts, headers: Record<string, string> = {}): Reply {
  const { type = status >= 500 ? 'api_error' : 'invalid_request_error', code, ...rest } = parts
  const about = code === undefined ? {} : { code, doc_url: `https://stripe.com/docs/error-codes/${code}` }
  const error = { type, ...about, ...rest }
  return { status, headers: { ...usualHeaders(requestId()), ...headers }, body: { error } }
}

/** What a handler throws to refuse a call, with 400 if nothing else is said. */
export function refused(parts: ErrorParts, status = 400): VendorError {
  return new VendorError(errorReply(status, parts))
}

/** What a handler throws for a parameter that is wrong, or names what cannot be used so. */
export function wrong(param: string, message: string, code?: string): VendorError {
  return refused({ message, param, ...(code === undefined ? {} : { code }) })
}

/** What a handler throws for an id of nothing. */
export function noSuch(noun: string, id: string, param: string, status: number, more = ''): VendorError {
  return refused({ message: `No such ${noun}: '${id}'${more}`, param, code: 'resource_missing' }, status)
}

/** The message in the body of an error. */
export function messageOf(body: unknown): string {
  const error = isObject(body) ? objectOf(body, 'error') : undefined
  return stringOf(error ?? {}, 'message') ?? ''
}

/** An error answer for what happened before a handler was reached. */
export function problemReply(problem: RequestProblem, { method, path }: SandboxRequest): Reply {
  switch (problem.type) {
    case 'no-route':
    case 'wrong-method':
      return errorReply(404, {
        message: `Unrecognized request URL (${method}: ${path}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.`,
      })
    case 'too-large':
      return errorReply(413, {
        message: `The request body is longer than ${String(problem.limitBytes)} bytes.`,
      })
    case 'status':
      return statusReply(problem.status)
    default:
      return problem satisfies never
  }
}

const SERVER_ERROR =
  'Sorry! There was an error while talking to one of our backends. Support has been notified.'

/** How the API words a status that a fault forces. */
const BY_STATUS: Readonly<Record<number, ErrorParts>> = {
  401: { message: 'Invalid API Key provided: sk_test_****0000' },
  402: { message: 'Your card was declined.', type: 'card_error', code: 'card_declined' },
  403: { message: 'The provided key does not have the required permissions for this endpoint.' },
  429: { message: 'Request rate limit exceeded.', code: 'rate_limit' },
}

/** The error of a status. */
export function statusReply(status: number): Reply {
  const usual = { message: status >= 500 ? SERVER_ERROR : `The request was refused with ${String(status)}.` }
  return errorReply(status, BY_STATUS[status] ?? usual)
}
