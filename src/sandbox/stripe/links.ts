/** Payment links: addresses that anybody may open and pay at, as often as they allow. */
import { integerOf, objectOf, stringOf, type JsonObject } from '../lib/json.ts'
import type { Route } from '../lib/service.ts'
import { change, make, newId } from './account.ts'
import { atPath, type Call, type MakeRoute } from './call.ts'
import { LINES, linesIn } from './lines.ts'
import { readRoutes } from './lists.ts'
import { nulls } from './looks.ts'
import type { PaymentData, PaymentLink } from './model.ts'
import { FLAG, integer, METADATA, metadataIn, object, required, TEXT, text, type Shape } from './params.ts'

const SHAPE: Shape = {
  inactive_message: { ...text(500), unset: true },
  metadata: METADATA,
  payment_intent_data: object({ description: TEXT, metadata: METADATA }),
  restrictions: {
    ...object({ completed_sessions: required(object({ limit: required(integer(1)) })) }),
    unset: true,
  },
}

/** The routes. */
export function linkRoutes(route: MakeRoute): readonly Route[] {
  const path = '/v1/payment_links'
  return [
    route('POST', path, { ...SHAPE, line_items: required(LINES) }, createLink),
    ...readRoutes(route, path, 'payment_link', { active: FLAG }),
    route('POST', `${path}/{id}`, { ...SHAPE, active: FLAG }, changeLink),
  ]
}

function createLink({ act, params }: Call): JsonObject {
  const lines = linesIn(act, params)
  const id = newId('plink')
  const link = {
    id,
    currency: lines[0].currency,
    inactive_message: stringOf(params, 'inactive_message') ?? null,
    lines,
    metadata: metadataIn(params),
    payment_intent_data: paymentDataIn(params),
    restrictions: restrictionsIn(params, null),
    url: `${act.origin}/pay/links/${id}`,
  }
  return make(act, 'payment_link', link, 'payment_link.created')
}

function changeLink(call: Call): JsonObject {
  const { act, params } = call
  const link = atPath(call, 'payment_link')
  const message = params['inactive_message'] === undefined ? link.inactive_message : null
  const changed = {
    active: typeof params['active'] === 'boolean' ? params['active'] : link.active,
    inactive_message: stringOf(params, 'inactive_message') ?? message,
    metadata: metadataIn(params, link.metadata),
    payment_intent_data: paymentDataIn(params) ?? link.payment_intent_data,
    restrictions: restrictionsIn(params, link.restrictions),
  }
  return change(act, 'payment_link', link, changed, 'payment_link.updated')
}

/** What a payment gets of the link that begins it. */
function paymentDataIn(params: JsonObject): PaymentData | null {
  const given = objectOf(params, 'payment_intent_data')
  if (given === undefined) return null
  return {
    ...nulls(
      'capture_method setup_future_usage statement_descriptor statement_descriptor_suffix transfer_group',
    ),
    description: stringOf(given, 'description') ?? null,
    metadata: metadataIn(given),
  }
}

type Restrictions = PaymentLink['restrictions']

function restrictionsIn(params: JsonObject, before: Restrictions): Restrictions {
  if (params['restrictions'] === undefined) return before
  const sessions = objectOf(objectOf(params, 'restrictions') ?? {}, 'completed_sessions')
  const limit = sessions === undefined ? undefined : integerOf(sessions, 'limit')
  if (limit === undefined) return null
  return { completed_sessions: { count: before?.completed_sessions.count ?? 0, limit } }
}
