/** Webhook endpoints, events, and the check of a signature by posting it back. */
import { isObject, stringOf, type JsonObject } from '../lib/json.ts'
import type { Route } from '../lib/service.ts'
import { newId, type Account, type Act } from './account.ts'
import type { Call, MakeRoute } from './call.ts'
import { invalid, notFound } from './errors.ts'
import { CERTIFICATE_ADDRESS } from './identity.ts'
import type { Endpoint } from './model.ts'
import { object, text, type Fields, type Rule } from './params.ts'
import { signedText } from './signing.ts'

/** Adds an endpoint, whose events begin with the next one. */
export function addEndpoint({ endpoints }: Account, endpoint: Endpoint, id = newId()): string {
  const issue = !/^https?:\/\/[^/]/.test(endpoint.url) || !URL.canParse(endpoint.url)
  if (issue) throw invalid({ issue: 'INVALID_PARAMETER_SYNTAX', field: '/url', value: endpoint.url })
  const all = endpoints.list()
  if (all.some(([, { url }]) => url === endpoint.url)) throw invalid({ issue: 'WEBHOOK_URL_ALREADY_EXISTS' })
  if (all.length === MOST_ENDPOINTS) throw invalid({ issue: 'WEBHOOK_NUMBER_LIMIT_EXCEEDED' })
  if (!endpoints.add(endpoint, id))
    throw invalid({ issue: 'INVALID_PARAMETER_VALUE', field: '/id', value: id })
  return id
}

const MOST_ENDPOINTS = 10

const TYPE: Rule = object({ 'name!': text() })
const CREATE: Fields = { 'url!': text(2048), 'event_types!': { type: 'list', of: TYPE, max: 500 } }
const EVENT: Rule = { type: 'any' }
const VERIFY: Fields = {
  'auth_algo!': text(100),
  'cert_url!': text(500),
  'transmission_id!': text(50),
  'transmission_sig!': text(500),
  'transmission_time!': text(100),
  'webhook_id!': text(50),
  'webhook_event!': EVENT,
}

/** The routes. */
export function notificationRoutes(route: MakeRoute): readonly Route[] {
  const [hooks, events] = ['/v1/notifications/webhooks', '/v1/notifications/webhooks-events']
  return [
    route('POST', hooks, { fields: CREATE }, call => {
      const types = Array.isArray(call.body['event_types']) ? call.body['event_types'].filter(isObject) : []
      const names = types.map(type => stringOf(type, 'name') ?? '')
      const id = addEndpoint(call.account, { url: stringOf(call.body, 'url') ?? '', types: names })
      return { status: 201, body: shownEndpoint(call, id) }
    }),
    route('GET', hooks, {}, call => {
      const shown = call.account.endpoints.list().map(([id]) => shownEndpoint(call, id))
      return { status: 200, body: { webhooks: shown } }
    }),
    route('GET', `${hooks}/{id}`, {}, call => ({ status: 200, body: shownEndpoint(call, call.id) })),
    route('DELETE', `${hooks}/{id}`, {}, call => {
      shownEndpoint(call, call.id)
      call.account.endpoints.remove(call.id)
      return { status: 204, body: '' }
    }),
    route('GET', events, {}, call => ({ status: 200, body: listEvents(call) })),
    route('GET', `${events}/{id}`, {}, call => ({ status: 200, body: eventAt(call) })),
    route('POST', `${events}/{id}/resend`, { fields: { webhook_ids: { type: 'any' } } }, call => {
      call.account.webhooks.resend(call.id)
      return { status: 202, body: eventAt(call) }
    }),
    route('POST', '/v1/notifications/verify-webhook-signature', { fields: VERIFY }, call => {
      return { status: 200, body: { verification_status: isGenuine(call) ? 'SUCCESS' : 'FAILURE' } }
    }),
  ]
}

function shownEndpoint({ account, act }: { account: Account; act: Act }, id: string): JsonObject {
  const endpoint = account.endpoints.get(id)
  if (endpoint === undefined) throw notFound()
  const event_types = endpoint.types.map(name => ({ name, description: name, status: 'ENABLED' }))
  const href = `${act.origin}/v1/notifications/webhooks/${id}`
  return { id, url: endpoint.url, event_types, links: [{ href, rel: 'self', method: 'GET' }] }
}

function eventAt({ account, id }: Call): JsonObject {
  const event = account.events.get(id)
  if (event === undefined) throw notFound()
  return event.body
}

/** The newest first, as many as a page takes. */
function listEvents({ account, act, query }: Call): JsonObject {
  const given = (name: string): string | null => query.get(name)
  const [type, about] = [given('event_type'), given('transaction_id')]
  const [from, to] = [
    Date.parse(given('start_time') ?? '') || 0,
    Date.parse(given('end_time') ?? '') || Infinity,
  ]
  const found = account.events
    .list()
    .map(([, event]) => event)
    .filter(event => (type === null || event.type === type) && (about === null || event.about === about))
    .filter(({ atMs }) => atMs >= from && atMs <= to)
    .toReversed()
  const events = found.slice(0, Number(given('page_size') ?? 10)).map(({ body }) => body)
  const href = `${act.origin}/v1/notifications/webhooks-events?${query.toString()}`
  return { events, count: events.length, links: [{ href, rel: 'self', method: 'GET' }] }
}

/** Whether we signed it: over the very bytes of the event that were posted back, so that one printed anew fails. */
function isGenuine({ account, body, rawBody }: Call): boolean {
  const given = (name: string): string => stringOf(body, name) ?? ''
  const webhookId = given('webhook_id')
  const address = given('cert_url')
  if (account.endpoints.get(webhookId) === undefined || !address.startsWith(CERTIFICATE_ADDRESS)) return false
  const sent = { id: given('transmission_id'), time: given('transmission_time'), webhookId }
  const event = memberText(rawBody.toString('utf8'), 'webhook_event')
  const id = address.slice(CERTIFICATE_ADDRESS.length)
  return account.signers.verifies(id, signedText(sent, event), given('transmission_sig'))
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
