/** Errors worded and shaped as the real API does. */
import { VendorError, type RequestProblem, type Reply, type SandboxRequest } from '../lib/service.ts'

/** The parts of an error; the message says all the API says. */
export interface ErrorParts {
  readonly status: number
  readonly message: string
  readonly type?: string
  readonly param?: string | null
  readonly code?: string | null
}

/** An error answer: `{"error": {"message", "type", "param", "code"}}`. */
export function errorReply(parts: ErrorParts): Reply {
  const { status, message, type = 'invalid_request_error', param = null, code = null } = parts
  return { status, body: { error: { message, type, param, code } } }
}

/** What a handler throws to refuse a request with 400. */
export function badRequest(message: string, param: string | null, code: string | null): VendorError {
  return new VendorError(errorReply({ status: 400, message, param, code }))
}

/** What the sandbox refuses although the real API would take it: said openly. */
export function notInSandbox(what: string, param: string): VendorError {
  return badRequest(`The sandbox does not ${what}.`, param, 'sandbox_unsupported')
}

/** An error answer for what happened before a handler was reached. */
export function problemReply(problem: RequestProblem, request: SandboxRequest): Reply {
  switch (problem.type) {
    case 'no-route':
      return errorReply({ status: 404, message: `Invalid URL (${request.method} ${request.path})` })
    case 'wrong-method':
      return errorReply({
        status: 405,
        message: `Not allowed to ${request.method} on ${request.path}. (HINT: Perhaps you meant to use a different HTTP method?)`,
        code: 'method_not_supported',
      })
    case 'too-large':
      return errorReply({
        status: 413,
        message: `Request body too large: the limit is ${String(problem.limitBytes)} bytes.`,
        code: 'request_too_large',
      })
    case 'status':
      return statusReply(problem.status)
    default:
      return problem satisfies never
  }
}

const OVERLOADED = {
  message: 'The engine is currently overloaded, please try again later',
  type: 'server_error',
}

/** How the API words a status that a fault forces. */
const BY_STATUS: Readonly<Record<number, Omit<ErrorParts, 'status'>>> = {
  401: { message: 'Incorrect API key provided.', code: 'invalid_api_key' },
  403: { message: 'You are not allowed to access this resource.', type: 'forbidden' },
  404: { message: 'The requested resource was not found.', code: 'not_found' },
  429: {
    message:
      'Rate limit reached for requests. Please try again later. Visit https://platform.openai.com/account/rate-limits to learn more.',
    type: 'requests',
    code: 'rate_limit_exceeded',
  },
  503: OVERLOADED,
  529: OVERLOADED,
}

function statusReply(status: number): Reply {
  const usual =
    status >= 500
      ? {
          message: 'The server had an error while processing your request. Sorry about that!',
          type: 'server_error',
        }
      : { message: `The request was refused with status ${String(status)}.` }
  return errorReply({ status, ...(BY_STATUS[status] ?? usual) })
}
