/** Where webhooks go: several endpoints, each with its secret, its types of events and whole or thin bodies. */
import { randomBytes } from 'node:crypto'
import { stringOf, type JsonObject } from '../lib/json.ts'
import type { Route } from '../lib/service.ts'
import { newObject, type Account, type Act } from './account.ts'
import { atPath, listed, listShape, textsIn, type MakeRoute } from './call.ts'
import { refused } from './errors.ts'
import { API_VERSION } from './identity.ts'
import { changedMetadata, metadataIn } from './metadata.ts'
import type { Endpoint, Metadata, Payload } from './model.ts'
import { FLAG, METADATA, required, TEXT, type Rule } from './params.ts'

/** A new endpoint. */
export interface NewEndpoint {
  readonly url: string
  /** Types of events; `*` for all. */
  readonly events: readonly string[]
  readonly secret: string
  readonly payload: Payload
  readonly description?: string | null
  readonly metadata?: Metadata
}

/** Adds an endpoint, whose events begin with the next one. */
export function addEndpoint(account: Account, act: Act, given: NewEndpoint): Endpoint {
  if (!/^https?:\/\/[^/]/.test(given.url) || !URL.canParse(given.url)) {
    throw refused({ message: 'Invalid URL: an absolute URL is needed.', param: 'url', code: 'url_invalid' })
  }
  const endpoint: Endpoint = {
    ...newObject(act, 'webhook_endpoint', 'we'),
    api_version: API_VERSION,
    application: null,
    description: given.description ?? null,
    enabled_events: given.events,
    metadata: given.metadata ?? {},
    status: 'enabled',
    url: given.url,
    own: { secret: given.secret, payload: given.payload },
  }
  account.store.add('webhook_endpoint', endpoint)
  return endpoint
}

/** The routes. */
export function endpointRoutes(route: MakeRoute): readonly Route[] {
  const path = '/v1/webhook_endpoints'
  const types: Rule = { type: 'list', of: TEXT }
  const common = { description: TEXT, metadata: METADATA }
  const create = { url: required(TEXT), enabled_events: required(types), api_version: TEXT, ...common }
  const change = { url: TEXT, enabled_events: types, disabled: FLAG, ...common }
  return [
    // The secret is given once, here.
    route('POST', path, { rules: create, others: 'connect' }, ({ account, act, params }) => {
      const secret = `whsec_${randomBytes(16).toString('hex')}`
      const endpoint = addEndpoint(account, act, {
        url: stringOf(params, 'url') ?? '',
        events: textsIn(params['enabled_events']),
        secret,
        payload: 'snapshot',
        description: stringOf(params, 'description') ?? null,
        metadata: metadataIn(params),
      })
      return { ...endpoint, secret }
    }),
    route('GET', path, listShape(), call => listed(call, 'webhook_endpoint', path)),
    route('GET', `${path}/{id}`, { rules: {} }, call => atPath(call, 'webhook_endpoint')),
    route('POST', `${path}/{id}`, { rules: change }, call => {
      const endpoint = atPath(call, 'webhook_endpoint')
      const changed = changedEndpoint(endpoint, call.params)
      call.account.store.put('webhook_endpoint', changed)
      return changed
    }),
    route('DELETE', `${path}/{id}`, { rules: {} }, call => {
      const { id, object } = atPath(call, 'webhook_endpoint')
      call.account.store.remove(id)
      return { id, object, deleted: true }
    }),
  ]
}

function changedEndpoint(endpoint: Endpoint, params: JsonObject): Endpoint {
  const disabled = params['disabled']
  const status = disabled === true ? 'disabled' : 'enabled'
  return {
    ...endpoint,
    url: stringOf(params, 'url') ?? endpoint.url,
    enabled_events:
      params['enabled_events'] === undefined ? endpoint.enabled_events : textsIn(params['enabled_events']),
    status: disabled === undefined ? endpoint.status : status,
    description: stringOf(params, 'description') ?? endpoint['description'],
    metadata: changedMetadata(metadataIn(endpoint), params),
  }
}
