/** Events as the API gives them out. */
import { stringOf, type JsonObject } from '../lib/json.ts'
import type { Route } from '../lib/service.ts'
import { secondsOf } from './account.ts'
import { atPath, listed, listShape, textsIn, type Call, type MakeRoute } from './call.ts'
import { refused } from './errors.ts'
import { FLAG, TEXT, type Rule } from './params.ts'

/** How long events can be had. */
const KEPT_S = 30 * 86_400

const TEXTS: Rule = { type: 'list', of: TEXT }

/** The routes. */
export function eventRoutes(route: MakeRoute): readonly Route[] {
  return [
    route('GET', '/v1/events', listShape({ delivery_success: FLAG, type: TEXT, types: TEXTS }), list),
    route('GET', '/v1/events/{id}', { rules: {} }, call => recent(call, atPath(call, 'event'))),
    route('GET', '/v2/core/events/{id}', { rules: {} }, call => recent(call, atPath(call, 'v2.core.event'))),
  ]
}

function recent<T extends { readonly id: string; readonly created: number }>(call: Call, event: T): T {
  if (event.created >= secondsOf(call.act) - KEPT_S) return event
  throw refused({ message: `No such event: '${event.id}'`, param: 'id', code: 'resource_missing' }, 404)
}

function list(call: Call): JsonObject {
  const { params, act } = call
  const type = stringOf(params, 'type')
  const types = params['types'] === undefined ? undefined : textsIn(params['types'])
  if (type !== undefined && types !== undefined) {
    throw refused({ message: 'You may pass either `type` or `types`, but not both.', param: 'types' })
  }
  const delivered = params['delivery_success']
  const chosen = types ?? (type === undefined ? undefined : [type])
  return listed(call, 'event', '/v1/events', {
    ...(chosen === undefined ? {} : { types: chosen }),
    ...(typeof delivered === 'boolean' ? { where: { 'own.delivered': delivered } } : {}),
    since: secondsOf(act) - KEPT_S,
  })
}
