/** What every route of the API shares: who may come in, bodies, keys and headers. */
import { randomBytes } from 'node:crypto'
import type { Database } from '../lib/db.ts'
import { originOf } from '../lib/hand.ts'
import { idempotent, keysInUse, type IdempotencyRules } from '../lib/idempotency.ts'
import { bodyObject, isObject, stringOf, type JsonObject } from '../lib/json.ts'
import { VendorError, type Reply, type Route, type SandboxRequest } from '../lib/service.ts'
import type { Account, Act } from './account.ts'
import { errorReply, invalid } from './errors.ts'
import { CLIENT_ID, CLIENT_SECRET } from './identity.ts'
import { checkBody, type Fields } from './params.ts'
import { shownOrder, shownRefund } from './show.ts'

/** One call of the API. */
export interface Call {
  readonly account: Account
  readonly act: Act
  /** The body, checked by the fields of the route. */
  readonly body: JsonObject
  readonly rawBody: Buffer
  readonly query: URLSearchParams
  /** The id in the path. */
  readonly id: string
  /** Whether the whole object is asked for (`Prefer: return=representation`). */
  readonly isWhole: boolean
  readonly requestId: string | undefined
}

/** How a route is called, beside method and path. */
interface Shape {
  /** What the body may have; there is none if left out. */
  readonly fields?: Fields
  /** How long its `PayPal-Request-Id` is remembered; it takes none if left out. */
  readonly remembersMs?: number
}

/** Makes the routes of one account. */
export type MakeRoute = (
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  shape: Shape,
  handle: (call: Call) => Omit<Reply, 'headers'>,
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
    conflict: (_, firstPath) =>
      errorReply(422, [
        { issue: 'SANDBOX_REQUEST_ID_REUSED', description: `Used for another request, to ${firstPath}.` },
      ]),
    replayed: (reply, request) => latest(account, reply, request),
  }
}

/** A repeated request is answered with what has become of the first one's object. */
function latest(account: Account, reply: Reply, request: SandboxRequest): Reply {
  const id = isObject(reply.body) ? (stringOf(reply.body, 'id') ?? '') : ''
  const act = actOf(account, request)
  const [order, refund] = [account.orders.get(id), account.refunds.get(id)]
  if (order !== undefined) {
    return { ...reply, status: 200, body: shownOrder(account, act, order, isWhole(request)) }
  }
  return refund === undefined
    ? reply
    : { ...reply, body: briefly(shownRefund(act, refund), isWhole(request)) }
}

/** Of an object only what the API answers where nothing else is asked for. */
export function briefly({ id, status, links, ...rest }: JsonObject, whole: boolean): JsonObject {
  return whole ? { id, status, ...rest, links } : { id, status, links }
}

/** What an act of a caller, or of a person at the pages, is. */
export function actOf(account: Account, request: SandboxRequest): Act {
  return { nowMs: account.now(), origin: originOf(request) }
}

function isWhole({ headers }: SandboxRequest): boolean {
  return headers['prefer'] === 'return=representation'
}

/** Makes routes that read, work and answer as PayPal's do. */
export function routeMaker(db: Database, account: Account): MakeRoute {
  return (method, path, { fields, remembersMs }, handle) => {
    const work = (request: SandboxRequest): Reply => {
      const { rawBody, query, params, headers } = request
      const key = headers[KEY_HEADER]
      const call: Call = {
        account,
        act: actOf(account, request),
        body: fields === undefined ? {} : bodyIn(request, fields),
        rawBody,
        query,
        id: params['id'] ?? '',
        isWhole: isWhole(request),
        requestId: typeof key === 'string' ? key : undefined,
      }
      return { headers: { 'paypal-debug-id': randomBytes(7).toString('hex').slice(1) }, ...handle(call) }
    }
    const keyed = remembersMs === undefined ? work : idempotent(db, keyRules(account, remembersMs))(work)
    return { method, path, handle: keyed }
  }
}

function bodyIn(request: SandboxRequest, fields: Fields): JsonObject {
  if (request.headers['content-type']?.startsWith('application/json') !== true) {
    throw new VendorError(errorReply(415))
  }
  const body = request.rawBody.length === 0 ? {} : bodyObject(request.rawBody)
  if (body === undefined) throw invalid({ issue: 'MALFORMED_REQUEST_JSON', field: '/', location: 'body' })
  checkBody(body, fields)
  return body
}

const TOKEN_PATH = '/v1/oauth2/token'
const TOKEN_LIFE_S = 32_400
const CERTIFICATES = '/v1/notifications/certs/'

/** The answer that refuses a call, if it is refused: all but the certificates ask for a token. */
export function refuse(account: Account, { method, path, headers }: SandboxRequest): Reply | undefined {
  if (path === TOKEN_PATH || (method === 'GET' && path.startsWith(CERTIFICATES))) return undefined
  const [, token = ''] = /^Bearer (\S+)$/i.exec(headers.authorization ?? '') ?? []
  const end = account.tokens.get(token)
  return end !== undefined && end > account.now() ? undefined : errorReply(401)
}

/** The routes of tokens and certificates. */
export function entryRoutes(account: Account): readonly Route[] {
  return [
    { method: 'POST', path: TOKEN_PATH, handle: request => giveToken(account, request) },
    {
      method: 'GET',
      path: `${CERTIFICATES}{id}`,
      handle: ({ params }) => {
        const chain = account.signers.chain(params['id'] ?? '')
        return chain === undefined ? errorReply(404) : { status: 200, body: chain }
      },
    },
  ]
}

function giveToken(account: Account, { headers, rawBody }: SandboxRequest): Reply {
  const [, basic = ''] = /^Basic (\S+)$/i.exec(headers.authorization ?? '') ?? []
  if (Buffer.from(basic, 'base64').toString('utf8') !== `${CLIENT_ID}:${CLIENT_SECRET}`) {
    return noToken(401, 'invalid_client', 'Client Authentication failed')
  }
  const grant = new URLSearchParams(rawBody.toString('utf8')).get('grant_type')
  if (grant === null) return noToken(400, 'invalid_request', 'Required parameter grant_type is missing')
  if (grant !== 'client_credentials') return noToken(400, 'unsupported_grant_type', 'Unsupported grant_type')
  const token = `A21AA${randomBytes(36).toString('base64url')}`
  account.tokens.add(account.now() + TOKEN_LIFE_S * 1000, token)
  const body = {
    scope:
      'https://uri.paypal.com/services/payments/payment https://uri.paypal.com/services/reporting/search/read',
    access_token: token,
    token_type: 'Bearer',
    app_id: 'APP-SANDBOX0000000000',
    expires_in: TOKEN_LIFE_S,
    nonce: `${new Date(account.now()).toISOString()}${randomBytes(8).toString('hex')}`,
  }
  return { status: 200, body }
}

function noToken(status: number, error: string, error_description: string): Reply {
  return { status, body: { error, error_description } }
}
