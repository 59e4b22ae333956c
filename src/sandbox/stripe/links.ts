/** Payment links: addresses that anybody may open and pay at, as often as they allow. */
import { integerOf, objectOf, stringOf, type JsonObject } from '../lib/json.ts'
import type { Route } from '../lib/service.ts'
import { change, make, newId, type Act } from './account.ts'
import { atPath, type Call, type MakeRoute } from './call.ts'
import { LINES, linesIn } from './lines.ts'
import { readRoutes } from './lists.ts'
import { nulls } from './looks.ts'
import type { Metadata, PaymentData, PaymentLink } from './model.ts'
import { FLAG, integer, METADATA, metadataIn, object, TEXT } from './params.ts'

const SHAPE = {
  metadata: METADATA,
  'line_items!': LINES,
  payment_intent_data: object({ description: TEXT, metadata: METADATA }),
  restrictions: object({ 'completed_sessions!': object({ 'limit!': integer(1) }) }),
}

/** The routes. */
export function linkRoutes(route: MakeRoute): readonly Route[] {
  const path = '/v1/payment_links'
  return [
    route('POST', path, SHAPE, createLink),
    ...readRoutes(route, path, 'payment_link', { active: FLAG }),
    route('POST', `${path}/{id}`, { active: FLAG }, changeLink),
  ]
}

/** What a link is made with. */
type NewLink = Pick<PaymentLink, 'lines' | 'metadata' | 'payment_intent_data' | 'restrictions'>

/** Makes a link over lines of one currency. */
export function makeLink(act: Act, currency: string, given: NewLink): PaymentLink {
  const id = newId('plink')
  const link = { ...given, id, currency, url: `${act.origin}/pay/links/${id}` }
  return make(act, 'payment_link', link, 'payment_link.created')
}

function createLink({ act, params }: Call): JsonObject {
  const lines = linesIn(params)
  return makeLink(act, lines[0].currency, {
    lines,
    metadata: metadataIn(params),
    payment_intent_data: paymentDataIn(params),
    restrictions: restrictionsIn(params),
  })
}

function changeLink(call: Call): JsonObject {
  const { act, params } = call
  const link = atPath(call, 'payment_link')
  const active = typeof params['active'] === 'boolean' ? params['active'] : link.active
  return change(act, 'payment_link', link, { active }, 'payment_link.updated')
}

/** What a payment gets of the link that begins it. */
function paymentDataIn(params: JsonObject): PaymentData | null {
  const given = objectOf(params, 'payment_intent_data')
  return given === undefined ? null : paymentData(metadataIn(given), stringOf(given, 'description'))
}

/** What payments of a link are given. */
export function paymentData(metadata: Metadata, description: string | null = null): PaymentData {
  const others =
    'capture_method setup_future_usage statement_descriptor statement_descriptor_suffix transfer_group'
  return { ...nulls(others), description, metadata }
}

function restrictionsIn(params: JsonObject): PaymentLink['restrictions'] {
  const sessions = objectOf(objectOf(params, 'restrictions') ?? {}, 'completed_sessions')
  const limit = integerOf(sessions ?? {}, 'limit')
  return limit === undefined ? null : { completed_sessions: { count: 0, limit } }
}
