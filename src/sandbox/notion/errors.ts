/** Errors worded and shaped as Notion does. */
import { randomUUID } from 'node:crypto'
import { VendorError, type RequestProblem, type Reply } from '../lib/service.ts'
import { BOT_NAME, BOT_USER_ID } from './identity.ts'

/** `{"object":"error","status","code","message","request_id"}`. */
export function errorReply(
  status: number,
  code: string,
  message: string,
  additional?: Readonly<Record<string, unknown>>,
): Reply {
  const requestId = randomUUID()
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'x-notion-request-id': requestId },
    body: {
      object: 'error',
      status,
      code,
      message,
      ...(additional === undefined ? {} : { additional_data: additional }),
      request_id: requestId,
    },
  }
}

/** What a handler throws to refuse a request with 400 `validation_error`. */
export function invalid(message: string): VendorError {
  return new VendorError(errorReply(400, 'validation_error', message))
}

/** What the sandbox refuses although Notion would take it: said openly. */
export function notInSandbox(what: string): VendorError {
  return invalid(`The sandbox does not ${what}.`)
}

/** 404 for an object that is not there or was not shared; Notion does not say which. */
export function notFound(kind: string, id: string): VendorError {
  const message = `Could not find ${kind} with ID: ${id}. Make sure the relevant pages and databases are shared with your integration "${BOT_NAME}".`
  return new VendorError(errorReply(404, 'object_not_found', message, { integration_id: BOT_USER_ID }))
}

/** 400 for writing to what lies in the trash. */
export function inTrash(): VendorError {
  return invalid("Can't edit block that is archived. You must unarchive the block before editing.")
}

/** An error answer for what happened before a handler was reached. */
export function problemReply(problem: RequestProblem): Reply {
  switch (problem.type) {
    case 'no-route':
    case 'wrong-method':
      return errorReply(400, 'invalid_request_url', 'Invalid request URL.')
    case 'too-large':
      return errorReply(
        400,
        'validation_error',
        `body failed validation: the request is larger than ${String(problem.limitBytes)} bytes.`,
      )
    case 'status':
      return statusReply(problem.status)
    default:
      return problem satisfies never
  }
}

/** Code and message by status. */
const WORDED: Readonly<Record<number, readonly [code: string, message: string]>> = {
  400: ['validation_error', 'body failed validation.'],
  401: ['unauthorized', 'API token is invalid.'],
  403: ['restricted_resource', 'Insufficient permissions for this endpoint.'],
  404: ['object_not_found', 'Could not find the requested object.'],
  409: ['conflict_error', 'Conflict occurred while saving. Please try again.'],
  429: ['rate_limited', 'You have been rate limited. Please try again in a few minutes.'],
  500: ['internal_server_error', 'Unexpected error occurred.'],
  502: ['bad_gateway', 'Bad gateway.'],
  503: ['service_unavailable', 'Public API service is temporarily unavailable, please try again later.'],
  504: ['gateway_timeout', 'The request timed out.'],
  529: ['service_overload', 'The service is overloaded, please try again later.'],
}

/** The error Notion gives with this status; 429 and 529 carry `retry-after`, in seconds. */
export function statusReply(status: number, retryAfterSeconds = 1): Reply {
  const [code, message] = WORDED[status] ?? ['internal_server_error', 'Unexpected error occurred.']
  const reply = errorReply(status, code, message)
  if (status !== 429 && status !== 529) return reply
  return { ...reply, headers: { ...reply.headers, 'retry-after': String(retryAfterSeconds) } }
}
