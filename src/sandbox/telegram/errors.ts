/** Answers worded and shaped as the Bot API does. */
import type { JsonObject } from '../lib/json.ts'
import { VendorError, type Reply, type RequestProblem } from '../lib/service.ts'

/** `{"ok": true, "result"}`. */
export function answered(result: unknown): Reply {
  return { status: 200, body: { ok: true, result } }
}

/** `{"ok": false, "error_code", "description"}`. */
export function failed(status: number, description: string, parameters?: JsonObject): Reply {
  return { status, body: { ok: false, error_code: status, description, ...(parameters && { parameters }) } }
}

/** What a handler throws to refuse a request with 400. */
export function badRequest(what: string): VendorError {
  return new VendorError(failed(400, `Bad Request: ${what}`))
}

/** A second poller ends the first. */
export const CONFLICT = failed(
  409,
  'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
)

const RETRY_AFTER_S = 1

/** An error answer for what happened before a handler was reached. */
export function problemReply(problem: RequestProblem): Reply {
  switch (problem.type) {
    case 'no-route':
    case 'wrong-method':
      return failed(404, 'Not Found')
    case 'too-large':
      return failed(413, 'Request Entity Too Large')
    case 'status':
      return statusReply(problem.status)
    default:
      return problem satisfies never
  }
}

const BY_STATUS: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden: bot was blocked by the user',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
}

function statusReply(status: number): Reply {
  if (status === 409) return CONFLICT
  if (status !== 429) return failed(status, BY_STATUS[status] ?? `Error ${String(status)}`)
  const description = `Too Many Requests: retry after ${String(RETRY_AFTER_S)}`
  return failed(status, description, { retry_after: RETRY_AFTER_S })
}
