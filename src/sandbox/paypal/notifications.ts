/** Webhook endpoints, events, and the check of a signature by posting it back. */
import { isObject, stringOf, type JsonObject } from '../lib/json.ts'
import type { Route } from '../lib/service.ts'
import { link, newId, type Act } from './account.ts'
import { found, numberIn, timeIn, type Call, type MakeRoute } from './call.ts'
import { invalid } from './errors.ts'
import { CERTIFICATE_ADDRESS } from './identity.ts'
import type { Kinds } from './model.ts'
import { object, text, type Fields } from './params.ts'
import { signedText } from './signing.ts'

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

const HOOKS = '/v1/notifications/webhooks'
const EVENTS = '/v1/notifications/webhooks-events'
const CREATE: Fields = {
  'url!': text(2048),
  'event_types!': { type: 'list', of: object({ 'name!': text() }), max: 500 },
}
const VERIFY: Fields = {
  'auth_algo!': text(100),
  'cert_url!': text(500),
  'transmission_id!': text(50),
  'transmission_sig!': text(500),
  'transmission_time!': text(100),
  'webhook_id!': text(50),
  'webhook_event!': { type: 'any' },
}

/** The routes. */
export function notificationRoutes(route: MakeRoute): readonly Route[] {
  return [
    route('POST', HOOKS, { fields: CREATE, status: 201 }, call => {
      const types = Array.isArray(call.body['event_types']) ? call.body['event_types'].filter(isObject) : []
      const names = types.map(type => stringOf(type, 'name') ?? '')
      return addEndpoint(call, stringOf(call.body, 'url') ?? '', names)
    }),
    route('GET', HOOKS, {}, call => {
      const all = call.store.list('endpoint', { oldestFirst: true })
      return { webhooks: all.map(one => shownEndpoint(call, one)) }
    }),
    route('GET', `${HOOKS}/{id}`, {}, call => shownEndpoint(call, found(call, 'endpoint'))),
    route('DELETE', `${HOOKS}/{id}`, { status: 204 }, call => {
      call.store.remove(found(call, 'endpoint').id)
      return ''
    }),
    route('GET', EVENTS, {}, listEvents),
    route('GET', `${EVENTS}/{id}`, {}, call => found(call, 'event').body),
    route('POST', `${EVENTS}/{id}/resend`, { fields: {}, status: 202 }, call => {
      const { id, body } = found(call, 'event')
      call.webhooks.resend(id)
      return body
    }),
    route('POST', '/v1/notifications/verify-webhook-signature', { fields: VERIFY }, call => {
      return { verification_status: isGenuine(call) ? 'SUCCESS' : 'FAILURE' }
    }),
  ]
}

function shownEndpoint({ origin }: Act, { id, url, types }: Kinds['endpoint']): JsonObject {
  const event_types = types.map(name => ({ name, description: name, status: 'ENABLED' }))
  return { id, url, event_types, links: [link(`${origin}${HOOKS}/${id}`)] }
}

/** The newest first, as many as a page takes. */
function listEvents({ store, origin, query, nowMs }: Call): JsonObject {
  const given = (name: string): string | undefined => query.get(name) ?? undefined
  const events = store.list('event', {
    where: { type: given('event_type'), about: given('transaction_id') },
    bounds: [
      ['createdMs', '>=', timeIn(query, 'start_time', 0)],
      ['createdMs', '<=', timeIn(query, 'end_time', nowMs)],
    ],
    limit: numberIn(query, 'page_size', 10, 300),
  })
  const links = [link(`${origin}${EVENTS}?${query.toString()}`)]
  return { events: events.map(({ body }) => body), count: events.length, links }
}

/** Whether we signed it: over the very bytes of the event that were posted back, so that one printed anew fails. */
function isGenuine({ store, signers, body, rawBody }: Call): boolean {
  const given = (name: string): string => stringOf(body, name) ?? ''
  const [webhookId, address] = [given('webhook_id'), given('cert_url')]
  const isOurs = store.find('endpoint', webhookId) !== undefined && address.startsWith(CERTIFICATE_ADDRESS)
  const sent = { id: given('transmission_id'), time: given('transmission_time'), webhookId }
  const signed = signedText(sent, memberText(rawBody.toString('utf8'), 'webhook_event'))
  const certificate = address.slice(CERTIFICATE_ADDRESS.length)
  return isOurs && signers.verifies(certificate, signed, given('transmission_sig'))
}

/** The text of a member of a JSON object, which is an object itself, as it stands there. */
function memberText(json: string, name: string): string {
  let depth = 0
  let start = -1
  for (const { 0: token, index } of json.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]]/g)) {
    if (depth === 1 && start < 0 && token === JSON.stringify(name)) start = json.indexOf('{', index)
    if (token === '{' || token === '[') depth += 1
    if (token === '}' || token === ']') depth -= 1
    if (depth === 1 && start >= 0 && token === '}') return json.slice(start, index + 1)
  }
  return ''
}
