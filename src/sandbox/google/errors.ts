/** Errors worded and shaped as Google's APIs and its OAuth server do. */
import { stringOf, type JsonObject } from '../lib/json.ts'
import { VendorError, type Reply, type RequestProblem } from '../lib/service.ts'

/** The parts of an error of an API. `reason` is what programs read. */
interface ErrorParts {
  readonly message: string
  readonly reason: string
  readonly domain?: string
  /** The name of the parameter or header that it is about. */
  readonly location?: string
  readonly locationType?: 'parameter' | 'header'
}

const STATUS_NAMES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'ALREADY_EXISTS',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
}

/** An error answer of an API. */
export function errorReply(code: number, parts: ErrorParts, headers: Record<string, string> = {}): Reply {
  const { message, reason, domain = 'global', ...place } = parts
  const name = STATUS_NAMES[code]
  const status = name === undefined ? {} : { status: name }
  const errors = [{ message, domain, reason, ...place }]
  return { status: code, headers, body: { error: { code, message, errors, ...status } } }
}

/** What a handler throws to refuse a call. */
export function refused(code: number, message: string, reason: string, location?: string): VendorError {
  const place = location === undefined ? {} : ({ location, locationType: 'parameter' } as const)
  return new VendorError(errorReply(code, { message, reason, ...place }))
}

/** 400, for an argument. */
export function invalid(message: string, reason = 'invalidArgument', location?: string): VendorError {
  return refused(400, message, reason, location)
}

/** 404, as Drive and Gmail say it. */
export function fileNotFound(id: string): VendorError {
  return refused(404, `File not found: ${id}.`, 'notFound', 'fileId')
}

/** What the OAuth server refuses: other shape, other words. */
export function oauthRefused(error: string, description: string, status = 400): VendorError {
  return new VendorError({ status, body: { error, error_description: description } })
}

/** The answer to a call whose token is none, or has ended. */
export const NO_TOKEN = errorReply(
  401,
  {
    message:
      'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.',
    reason: 'authError',
    location: 'Authorization',
    locationType: 'header',
  },
  { 'www-authenticate': 'Bearer realm="https://accounts.google.com/", error="invalid_token"' },
)

/** The answer to a call that the sign-in does not allow. */
export function tooFewScopes(wanted: readonly string[]): VendorError {
  const message = 'Request had insufficient authentication scopes.'
  const challenge = `Bearer realm="https://accounts.google.com/", error="insufficient_scope", scope="${wanted.join(' ')}"`
  return new VendorError(
    errorReply(403, { message, reason: 'insufficientPermissions' }, { 'www-authenticate': challenge }),
  )
}

/** The sentence in an error of the OAuth server. */
export function sentenceOf(body: JsonObject): string {
  return stringOf(body, 'error_description') ?? ''
}

/** How a status that a fault forces is worded. */
const BY_STATUS: Readonly<Record<number, ErrorParts>> = {
  403: { message: 'Request had insufficient authentication scopes.', reason: 'insufficientPermissions' },
  429: {
    message: 'Too many concurrent requests for user.',
    reason: 'rateLimitExceeded',
    domain: 'usageLimits',
  },
  503: { message: 'The service is currently unavailable.', reason: 'backendError' },
}

/** An error answer for what happened before a handler was reached. */
export function problemReply(problem: RequestProblem): Reply {
  switch (problem.type) {
    case 'no-route':
      return errorReply(404, { message: 'Not Found', reason: 'notFound' })
    case 'wrong-method':
      return errorReply(405, { message: 'Method Not Allowed', reason: 'httpMethodNotAllowed' })
    case 'too-large':
      return errorReply(413, { message: 'Request Too Large', reason: 'uploadTooLarge' })
    case 'status':
      if (problem.status === 401) return NO_TOKEN
      return errorReply(
        problem.status,
        BY_STATUS[problem.status] ?? { message: 'Backend Error', reason: 'backendError' },
      )
    default:
      return problem satisfies never
  }
}
