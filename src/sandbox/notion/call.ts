/** What every route of the API shares: the body, ids of the path, who acts, the envelope. */
import { randomUUID } from 'node:crypto'
import { bodyObject, type JsonObject } from '../lib/json.ts'
import { VendorError, type Clock, type Reply, type Route, type SandboxRequest } from '../lib/service.ts'
import { errorReply } from './errors.ts'
import { BOT_USER_ID, PERSON_USER_ID } from './identity.ts'
import { idAt } from './shape.ts'
import type { Workspace } from './workspace.ts'
import type { Act } from './writes.ts'

/** What routes work on. */
export interface CallDeps {
  readonly workspace: Workspace
  readonly now: Clock
}

/** One call of the API. */
export interface Call extends CallDeps {
  readonly request: SandboxRequest
  readonly act: Act
}

/** Answers a call with a JSON object. */
export type Handler = (call: Call) => JsonObject

/** A route whose answers carry `request_id`, as all of Notion's do. */
export function route(deps: CallDeps, method: string, path: string, handle: Handler): Route {
  return {
    method,
    path,
    handle: request => {
      const act: Act = { ...callOf(request), by: 'api', userId: BOT_USER_ID, nowMs: deps.now() }
      return answer(handle({ ...deps, request, act }))
    },
  }
}

/** A change by the person who works in Notion. */
export function handAct(request: SandboxRequest, nowMs: number): Act {
  return { ...callOf(request), by: 'hand', userId: PERSON_USER_ID, nowMs }
}

function callOf({ method, path }: SandboxRequest): Pick<Act, 'method' | 'path'> {
  return { method, path }
}

function answer(body: JsonObject): Reply {
  const requestId = randomUUID()
  return {
    status: 200,
    headers: { 'content-type': 'application/json; charset=utf-8', 'x-notion-request-id': requestId },
    body: { request_id: requestId, ...body },
  }
}

/** The body as an object; 400 `invalid_json` for anything else but nothing at all. */
export function bodyOf(call: Call): JsonObject {
  if (call.request.rawBody.length === 0) return {}
  const body = bodyObject(call.request.rawBody)
  if (body === undefined) throw new VendorError(errorReply(400, 'invalid_json', 'Error parsing JSON body.'))
  return body
}

/** The id of the path under `name`. */
export function pathId(call: Call, name: string): string {
  return idAt(call.request.params[name], `path.${name}`)
}
