/** What every route of the API shares: bodies, keys and headers, and the objects that paths name. */
import { randomBytes } from 'node:crypto'
import type { Database } from '../lib/db.ts'
import { originOf } from '../lib/hand.ts'
import { idempotent, keysInUse, type IdempotencyRules } from '../lib/idempotency.ts'
import { bodyObject, isObject, stringOf, type JsonObject } from '../lib/json.ts'
import { VendorError, type Reply, type Route, type SandboxRequest } from '../lib/service.ts'
import type { Account, Act } from './account.ts'
import { errorReply, invalid, notFound } from './errors.ts'
import type { Kinds } from './model.ts'
import { checkBody, type Fields } from './params.ts'
import { shownOrder, shownRefund } from './show.ts'

/** One call of the API. */
export interface Call extends Act {
  /** The body, checked by the fields of the route. */
  readonly body: JsonObject
  readonly query: URLSearchParams
  /** The id in the path. */
  readonly id: string
  /** Whether the whole object is asked for (`Prefer: return=representation`). */
  readonly isWhole: boolean
  /** The `PayPal-Request-Id`. */
  readonly key: string | undefined
}

/** How a route is called and answers, beside method and path. */
interface Shape {
  /** What the body may have; there is none if left out. */
  readonly fields?: Fields
  /** How long its `PayPal-Request-Id` is remembered; it takes none if left out. */
  readonly remembersMs?: number
  /** The status of its answer, which may go by what it says; 200 if left out. */
  readonly status?: number | ((body: JsonObject) => number)
}

/** Makes the routes of one account. */
export type MakeRoute = (
  method: 'GET' | 'POST',
  path: string,
  shape: Shape,
  handle: (call: Call) => JsonObject,
) => Route

const KEY_HEADER = 'paypal-request-id'

/** For `Service.enter`: 409 while a call with the same key is being worked on. */
export function keyGuard(): (request: SandboxRequest) => Reply | (() => void) {
  return keysInUse({ header: KEY_HEADER }, () => errorReply(409, [{ issue: 'PREVIOUS_REQUEST_IN_PROGRESS' }]))
}

function keyRules(account: Account, ms: number): IdempotencyRules {
  return {
    header: KEY_HEADER,
    memory: { ms, now: account.now },
    // PayPal answers with the first request's result; a caller who counts on that has a bug, which is said here.
    conflict: (_, firstPath) => {
      const description = `Used for another request, to ${firstPath}.`
      return errorReply(422, [{ issue: 'SANDBOX_REQUEST_ID_REUSED', description }])
    },
    // A declined payment stays declined under its key, which is the harder case for whoever tries again.
    keeps: ({ status }) => status === 422,
    replayed: (reply, request) => latest(callOf(account, request, {}), reply),
  }
}

/** A repeated request is answered with what has become of the first one's object. */
function latest(call: Call, reply: Reply): Reply {
  const id = isObject(reply.body) ? (stringOf(reply.body, 'id') ?? '') : ''
  const [order, refund] = [call.store.find('order', id), call.store.find('refund', id)]
  if (order !== undefined) return { ...reply, status: 200, body: shownOrder(call, order, call.isWhole) }
  return refund === undefined ? reply : { ...reply, body: briefly(shownRefund(call, refund), call.isWhole) }
}

/** Of an object only what the API answers where nothing else is asked for. */
export function briefly(object: JsonObject, isWhole: boolean): JsonObject {
  const { id, status, links } = object
  return isWhole ? object : { id, status, links }
}

/** What an act of a caller, or of a person at the pages, is. */
export function actOf(account: Account, request: SandboxRequest): Act {
  return { ...account, nowMs: account.now(), origin: originOf(request) }
}

function callOf(account: Account, request: SandboxRequest, body: JsonObject): Call {
  const { query, params, headers } = request
  const key = headers[KEY_HEADER]
  return {
    ...actOf(account, request),
    body,
    query,
    id: params['id'] ?? '',
    isWhole: headers['prefer'] === 'return=representation',
    key: typeof key === 'string' ? key : undefined,
  }
}

/** The object with an id, which is that of the path if left out; the API's 404 where there is none. */
export function found<K extends keyof Kinds>(act: Act & { id?: string }, kind: K, id = act.id): Kinds[K] {
  const object = act.store.find(kind, id ?? '')
  if (object === undefined) throw notFound()
  return object
}

/** Makes routes that read, work and answer as PayPal's do. */
export function routeMaker(db: Database, account: Account): MakeRoute {
  return (method, path, { fields, remembersMs, status = 200 }, handle) => {
    const work = (request: SandboxRequest): Reply => {
      const body = handle(callOf(account, request, fields === undefined ? {} : bodyIn(request, fields)))
      const given = typeof status === 'number' ? status : status(body)
      return { status: given, headers: { 'paypal-debug-id': randomBytes(7).toString('hex') }, body }
    }
    const keyed = remembersMs === undefined ? work : idempotent(db, keyRules(account, remembersMs))(work)
    return { method, path, handle: keyed }
  }
}

function bodyIn({ headers, rawBody }: SandboxRequest, fields: Fields): JsonObject {
  if (headers['content-type']?.startsWith('application/json') !== true) throw new VendorError(errorReply(415))
  const body = rawBody.length === 0 ? {} : bodyObject(rawBody)
  if (body === undefined) throw invalid({ issue: 'MALFORMED_REQUEST_JSON', field: '/', location: 'body' })
  checkBody(body, fields)
  return body
}
