/** What every route of the API shares: parameters, keys, faults, lists and the envelope. */
import type { Database } from '../lib/db.ts'
import { originOf } from '../lib/hand.ts'
import { idempotent, keysInUse, type IdempotencyRules } from '../lib/idempotency.ts'
import { isObject, stringOf, type JsonObject } from '../lib/json.ts'
import { VendorError, type Reply, type Route, type SandboxRequest } from '../lib/service.ts'
import { isLive } from './access.ts'
import type { Account, Act } from './account.ts'
import { errorReply, refused, requestId, usualHeaders } from './errors.ts'
import { expanded } from './expand.ts'
import { faultReply, isKept } from './faults.ts'
import { readForm } from './form.ts'
import type { Kind, Kinds } from './model.ts'
import { readParams, TEXT, type Rule, type Shape } from './params.ts'
import type { Bounds, Filter } from './store.ts'

/** One call of the API. */
export interface Call {
  readonly account: Account
  readonly act: Act
  /** What was given, read by the route's shape. */
  readonly params: JsonObject
  /** Whether it names a version of the API; if not, it is of the account's own, which may be older. */
  readonly isVersioned: boolean
  /** The parts of the path. */
  readonly path: Readonly<Record<string, string>>
}

/** Answers with an object, or with a whole answer where it is no success. */
type Handler = (call: Call) => JsonObject | Refusal

/** An error whose effects stay, such as those of a declined card. */
export interface Refusal {
  readonly refusal: Reply
}

/** Makes the routes of one account. */
export type MakeRoute = (
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  shape: Shape,
  handle: Handler,
) => Route

const EXPAND: Rule = { type: 'list', of: TEXT }
const KEY_MEMORY_MS = 24 * 3_600_000

/** How Stripe takes keys; live and test mode remember each their own. */
function keyRules(account: Account): IdempotencyRules {
  return {
    header: 'idempotency-key',
    scope: request => (isLive(request) ? 'live' : 'test'),
    memory: { ms: KEY_MEMORY_MS, now: account.now },
    keeps: ({ status, body }) => status !== 400 || !isAboutParameters(body),
    conflict: (request, firstPath) => {
      const other = `Try using a key other than '${String(request.headers['idempotency-key'])}' if you meant to execute a different request.`
      const what =
        firstPath === request.path
          ? 'with the same parameters they were first used with.'
          : `for the same endpoint they were first used for ('${request.path}' vs '${firstPath}').`
      const message = `Keys for idempotent requests can only be used ${what} ${other}`
      return errorReply(400, { message, type: 'idempotency_error' })
    },
    replayed: reply => ({
      ...reply,
      headers: {
        ...reply.headers,
        'original-request': reply.headers?.['request-id'] ?? '',
        'idempotent-replayed': 'true',
        'request-id': requestId(),
      },
    }),
  }
}

/** Such errors come before the work begins, and are not kept under a key. */
function isAboutParameters(body: unknown): boolean {
  const error = isObject(body) && isObject(body['error']) ? body['error'] : {}
  const code = stringOf(error, 'code')
  return code === undefined || /^parameter_|^resource_missing$|^sandbox_|^amount_too_/.test(code)
}

/** For `Service.enter`: 409 while a call with the same key is being worked on. */
export function keyGuard(account: Account): (request: SandboxRequest) => Reply | (() => void) {
  return keysInUse(keyRules(account), request => {
    const message = `There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): ${String(request.headers['idempotency-key'])}. Please try again later.`
    const parts = { message, type: 'idempotency_error', code: 'idempotency_key_in_use' }
    return errorReply(409, parts, { 'stripe-should-retry': 'true' })
  })
}

/** Makes routes that read, work, expand and answer as Stripe's do. `before` runs first in the same transaction. */
export function routeMaker(db: Database, account: Account, before: (act: Act) => void): MakeRoute {
  const keyed = idempotent(db, keyRules(account))
  return (method, path, shape, handle) => {
    const whole = { ...shape, rules: { ...shape.rules, expand: EXPAND } }
    const work = (request: SandboxRequest): Reply => {
      const id = requestId()
      try {
        return withHeaders(answer(account, whole, handle, before, request, id), id)
      } catch (error) {
        throw error instanceof VendorError ? new VendorError(withHeaders(error.reply, id)) : error
      }
    }
    return { method, path, handle: method === 'POST' ? keyed(work) : work }
  }
}

function answer(
  account: Account,
  shape: Shape,
  handle: Handler,
  before: (act: Act) => void,
  request: SandboxRequest,
  id: string,
): Reply {
  const fault = faultReply(request)
  if (fault !== undefined && !isKept(request)) return fault
  const act = actOf(account, request, id)
  before(act)
  const params = readParams(shape, readForm(formOf(request)))
  const isVersioned = request.headers['stripe-version'] !== undefined
  const body = handle({ account, act, params, isVersioned, path: request.params })
  if (fault !== undefined) return fault
  if (isRefusal(body)) return body.refusal
  return { status: 200, body: expanded(account.store, body, textsIn(params['expand'])) }
}

function isRefusal(body: JsonObject | Refusal): body is Refusal {
  return 'refusal' in body
}

function formOf({ method, query, rawBody }: SandboxRequest): URLSearchParams {
  if (method !== 'POST') return query
  return new URLSearchParams([...query, ...new URLSearchParams(rawBody.toString('utf8'))])
}

function actOf(account: Account, request: SandboxRequest, id: string): Act {
  const key = request.headers['idempotency-key']
  return {
    livemode: isLive(request),
    nowMs: account.now(),
    requestId: id,
    idempotencyKey: typeof key === 'string' ? key : null,
    origin: originOf(request),
  }
}

function withHeaders(reply: Reply, id: string): Reply {
  return { ...reply, headers: { ...reply.headers, ...usualHeaders(id) } }
}

/** The texts of a list. */
export function textsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter(one => typeof one === 'string') : []
}

/** What errors call a kind, and its parameter. */
const NOUNS: Partial<Readonly<Record<Kind, readonly [noun: string, param: string]>>> = {
  payment_intent: ['payment_intent', 'intent'],
  'checkout.session': ['checkout session', 'session'],
  balance_transaction: ['balance transaction', 'id'],
  payment_link: ['payment link', 'payment_link'],
  webhook_endpoint: ['webhook endpoint', 'webhook_endpoint'],
}

/** The object with an id, or the API's error: 404 where the path names it, 400 where the parameter `param` does. */
export function found<K extends Kind>({ account, act }: Call, kind: K, id: string, param?: string): Kinds[K] {
  const object = account.store.find(kind, id)
  if (object?.livemode === act.livemode) return object
  const [noun, ownParam] = NOUNS[kind] ?? [kind, 'id']
  const [here, there] = act.livemode ? ['live', 'test'] : ['test', 'live']
  const elsewhere = `; a similar object exists in ${there} mode, but a ${here} mode key was used to make this request.`
  throw refused(
    {
      message: `No such ${noun}: '${id}'${object === undefined ? '' : elsewhere}`,
      param: param ?? ownParam,
      code: 'resource_missing',
    },
    param === undefined ? 404 : 400,
  )
}

/** The object that the path names. */
export function atPath<K extends Kind>(call: Call, kind: K): Kinds[K] {
  return found(call, kind, call.path['id'] ?? '')
}

/** What every list takes. */
const PAGE: Shape['rules'] = {
  limit: { type: 'integer', min: 1, max: 100 },
  starting_after: TEXT,
  ending_before: TEXT,
  created: { type: 'range' },
}

/** A shape for a list with filters of its own. */
export function listShape(rules: Shape['rules'] = {}, others = ''): Shape {
  return { rules: { ...PAGE, ...rules }, others }
}

const USUAL_LIMIT = 10

/** One page of a list, newest first; `where` and `types` narrow it. */
export function listed(call: Call, kind: Kind, url: string, narrow: Partial<Filter> = {}): JsonObject {
  const { params } = call
  const [after, before] = [stringOf(params, 'starting_after'), stringOf(params, 'ending_before')]
  if (after !== undefined && before !== undefined) {
    const message = 'You can only set one of these parameters: starting_after, ending_before.'
    throw refused({ message, param: 'ending_before' })
  }
  const cursor = after ?? before
  if (cursor !== undefined)
    found(call, kind, cursor, after === undefined ? 'ending_before' : 'starting_after')
  const limit = typeof params['limit'] === 'number' ? params['limit'] : USUAL_LIMIT
  const rows = call.account.store.list(kind, {
    livemode: call.act.livemode,
    ...narrow,
    created: boundsIn(params['created']),
    ...(cursor === undefined ? {} : { beyond: cursor }),
    oldestFirst: before !== undefined,
    limit: limit + 1,
  })
  const page = rows.slice(0, limit)
  const data = before === undefined ? page : page.toReversed()
  return { object: 'list', data, has_more: rows.length > limit, url }
}

function boundsIn(value: unknown): Bounds {
  return isObject(value) ? value : {}
}
