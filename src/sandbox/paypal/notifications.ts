/** Events told by webhooks, and the endpoints they go to, which people name at the dashboard. */
import type { JsonObject } from '../lib/json.ts'
import type { Route } from '../lib/service.ts'
import { link, newId, type Act } from './account.ts'
import { found, type MakeRoute } from './call.ts'
import { invalid } from './errors.ts'
import type { Endpoint } from './model.ts'

const MOST_ENDPOINTS = 10

/** Adds an endpoint, whose events begin with the next one. */
export function addEndpoint(act: Act, url: string, types: readonly string[], id = newId()): JsonObject {
  const isAddress = /^https?:\/\/[^/]/.test(url) && URL.canParse(url)
  if (!isAddress) throw invalid({ issue: 'INVALID_PARAMETER_SYNTAX', field: '/url', value: url })
  const all = act.store.list('endpoint', {})
  if (all.some(one => one.url === url)) throw invalid({ issue: 'WEBHOOK_URL_ALREADY_EXISTS' })
  if (all.length === MOST_ENDPOINTS) throw invalid({ issue: 'WEBHOOK_NUMBER_LIMIT_EXCEEDED' })
  const endpoint = { id, url, types }
  act.store.add('endpoint', endpoint)
  return shownEndpoint(act, endpoint)
}

const PATH = '/v1/notifications/webhooks/'

/** The route by which a program looks whether the endpoint it was told of is there. */
export function notificationRoutes(route: MakeRoute): readonly Route[] {
  return [route('GET', `${PATH}{id}`, {}, call => shownEndpoint(call, found(call, 'endpoint')))]
}

function shownEndpoint({ origin }: Act, { id, url, types }: Endpoint): JsonObject {
  const event_types = types.map(name => ({ name, description: name, status: 'ENABLED' }))
  return { id, url, event_types, links: [link(origin + PATH + id)] }
}

/** What an event is about. */
interface Subject {
  readonly type: 'checkout-order' | 'capture' | 'refund' | 'dispute'
  readonly summary: string
  readonly resource: JsonObject
}

/** Tells of a change: an event, and a webhook for each endpoint that wants it. Where a fault says so, it never appears. */
export function emit(act: Act, type: string, { type: resource_type, summary, resource }: Subject): void {
  if (act.webhooks.loses(type)) return
  const id = `WH-${newId()}-${newId()}`
  const event = {
    id,
    event_version: '1.0',
    create_time: new Date(act.nowMs).toISOString(),
    resource_type,
    resource_version: '2.0',
    event_type: type,
    summary,
    resource,
    links: [link(`${act.origin}/v1/notifications/webhooks-events/${id}`)],
  }
  act.store.add('event', { id, type, createdMs: act.nowMs })
  // Escaped in a way of its own: who parses and prints it again breaks the signature.
  const body = JSON.stringify(event).replaceAll('/', String.raw`\/`)
  for (const { id: endpointId, url, types } of act.store.list('endpoint', { oldestFirst: true })) {
    if (types.includes('*') || types.includes(type))
      act.webhooks.add({ endpointId, url, eventId: id, type, body })
  }
}
