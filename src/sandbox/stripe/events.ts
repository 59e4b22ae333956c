/** Events as the API gives them out, for 30 days. */
import type { JsonObject } from '../lib/json.ts'
import type { Route } from '../lib/service.ts'
import { secondsOf } from './account.ts'
import { found, type Call, type MakeRoute } from './call.ts'
import { snapshotOf, thinTwin } from './deliveries.ts'
import { noSuch } from './errors.ts'
import { listed, PAGE } from './lists.ts'
import type { Stored } from './model.ts'
import { listOf, TEXT, textsIn } from './params.ts'

const KEPT_S = 30 * 86_400
const FILTERS = { ...PAGE, types: listOf(TEXT) }

/** The routes. */
export function eventRoutes(route: MakeRoute): readonly Route[] {
  return [
    route('GET', '/v1/events', FILTERS, list),
    route('GET', '/v1/events/{id}', {}, call => recent(call, call.id)),
    route('GET', '/v2/core/events/{id}', {}, call => thinTwin(recent(call, snapshotOf(call.id)))),
  ]
}

function recent(call: Call, id: string): Stored<'event'> {
  const event = found(call, 'event', id)
  if (event.created >= secondsOf(call.act) - KEPT_S) return event
  throw noSuch('event', id, 'id', 404)
}

function list(call: Call): JsonObject {
  const { params, act } = call
  const texts = textsIn(params['types'])
  return listed(call, 'event', '/v1/events', {
    ...(texts.length === 0 ? {} : { anyOf: { field: 'type', texts } }),
    bounds: [['created', '>=', secondsOf(act) - KEPT_S]],
  })
}
