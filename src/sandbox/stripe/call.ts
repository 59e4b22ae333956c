/** What every route of the API shares: parameters, keys, faults, and the objects that paths and parameters name. */
import type { Database } from '../lib/db.ts'
import { originOf } from '../lib/hand.ts'
import type { JsonObject } from '../lib/json.ts'
import type { Reply, Route, SandboxRequest } from '../lib/service.ts'
import { isLive } from './access.ts'
import { outsideAct, type Account, type Act } from './account.ts'
import { noSuch, requestId, usualHeaders } from './errors.ts'
import { expanded } from './expand.ts'
import { readForm } from './form.ts'
import { faultReply, keyed } from './keys.ts'
import type { Kind, Kinds } from './model.ts'
import { listOf, readParams, TEXT, textsIn, type Shape } from './params.ts'

/** One call of the API. */
export interface Call {
  readonly act: Act
  /** What was given, read by the route's shape. */
  readonly params: JsonObject
  /** The `{id}` of the path. */
  readonly id: string
  /** Whether it names a version of the API; if not, it is of the account's own, which may be older. */
  readonly isVersioned: boolean
}

/** Makes the routes of one account. */
export type MakeRoute = (
  method: 'GET' | 'POST',
  path: string,
  shape: Shape,
  handle: (call: Call) => JsonObject,
) => Route

/** Makes routes that read, work, expand and answer as Stripe's do. `before` runs first in the same transaction. */
export function routeMaker(db: Database, account: Account, before: (act: Act) => void): MakeRoute {
  const withKeys = keyed(db, account)
  return (method, path, ownShape, handle) => {
    const shape = { ...ownShape, expand: listOf(TEXT) }
    const work = (request: SandboxRequest): Reply => {
      const call = callOf(account, request, shape)
      before(call.act)
      const answer = handle(call)
      const fault = faultReply(request)
      if (fault !== undefined) return fault
      const { act, params } = call
      const body = expanded(act.store, answer, textsIn(params['expand']))
      return { status: 200, headers: usualHeaders(act.requestId ?? ''), body }
    }
    return { method, path, handle: method === 'POST' ? withKeys(work) : work }
  }
}

function callOf(account: Account, request: SandboxRequest, shape: Shape): Call {
  const { method, query, rawBody, headers } = request
  const body = method === 'POST' ? new URLSearchParams(rawBody.toString('utf8')) : []
  const key = headers['idempotency-key']
  return {
    act: {
      ...outsideAct(account, isLive(request), originOf(request)),
      requestId: requestId(),
      idempotencyKey: typeof key === 'string' ? key : null,
    },
    params: readParams(shape, readForm(new URLSearchParams([...query, ...body]))),
    id: request.params['id'] ?? '',
    isVersioned: headers['stripe-version'] !== undefined,
  }
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
export function found<K extends Kind>({ act }: Call, kind: K, id: string, param?: string): Kinds[K] {
  const object = act.store.find(kind, id)
  if (object?.livemode === act.livemode) return object
  const [noun, ownParam] = NOUNS[kind] ?? [kind, 'id']
  const [here, there] = act.livemode ? ['live', 'test'] : ['test', 'live']
  const elsewhere = `; a similar object exists in ${there} mode, but a ${here} mode key was used to make this request.`
  const status = param === undefined ? 404 : 400
  throw noSuch(noun, id, param ?? ownParam, status, object === undefined ? '' : elsewhere)
}

/** The object that the path names. */
export function atPath<K extends Kind>(call: Call, kind: K): Kinds[K] {
  return found(call, kind, call.id)
}
