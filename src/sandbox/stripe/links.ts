/** Payment links: addresses that anybody may open and pay at, as often as they allow. */
import { isObject, objectOf, stringOf, type JsonObject } from '../lib/json.ts'
import type { Route } from '../lib/service.ts'
import { emit, newObject } from './account.ts'
import { atPath, listed, listShape, type Call, type MakeRoute } from './call.ts'
import { LINES, linesIn } from './catalog.ts'
import { refused } from './errors.ts'
import { changedMetadata, metadataIn } from './metadata.ts'
import type { PaymentData, PaymentLink } from './model.ts'
import { FLAG, METADATA, missing, object, oneOf, required, TEXT, type Rule } from './params.ts'

/** What a payment gets of the link or session that begins it, as parameters. */
export const PAYMENT_DATA: Rule = object(
  {
    description: TEXT,
    metadata: METADATA,
    statement_descriptor: { type: 'string', max: 22 },
    statement_descriptor_suffix: { type: 'string', max: 22 },
  },
  'application_fee_amount capture_method on_behalf_of receipt_email setup_future_usage shipping transfer_data transfer_group',
)

/** That, as it is stored. */
export function paymentDataIn(params: JsonObject): PaymentData | null {
  const given = objectOf(params, 'payment_intent_data')
  if (given === undefined) return null
  return {
    capture_method: null,
    description: stringOf(given, 'description') ?? null,
    metadata: metadataIn(given),
    setup_future_usage: null,
    statement_descriptor: stringOf(given, 'statement_descriptor') ?? null,
    statement_descriptor_suffix: stringOf(given, 'statement_descriptor_suffix') ?? null,
    transfer_group: null,
  }
}

const COMMON: Readonly<Record<string, Rule>> = {
  after_completion: object({
    type: required(oneOf('hosted_confirmation', 'redirect')),
    hosted_confirmation: object({ custom_message: { type: 'string', max: 500 } }),
    redirect: object({ url: required(TEXT) }),
  }),
  inactive_message: { type: 'string', max: 500, unset: true },
  metadata: METADATA,
  payment_intent_data: PAYMENT_DATA,
  restrictions: {
    ...object({
      completed_sessions: required(object({ limit: required({ type: 'integer', min: 1 }) })),
    }),
    unset: true,
  },
  submit_type: oneOf('auto', 'book', 'donate', 'pay', 'subscribe'),
}
const OTHERS =
  'allow_promotion_codes application_fee_amount application_fee_percent automatic_tax billing_address_collection consent_collection custom_fields custom_text customer_creation invoice_creation managed_payments name_collection on_behalf_of optional_items payment_method_collection payment_method_options payment_method_types phone_number_collection shipping_address_collection shipping_options subscription_data tax_id_collection transfer_data'

/** The routes. */
export function linkRoutes(route: MakeRoute): readonly Route[] {
  const path = '/v1/payment_links'
  const create = { rules: { ...COMMON, line_items: required(LINES), currency: TEXT }, others: OTHERS }
  const change = { rules: { ...COMMON, active: FLAG }, others: `line_items ${OTHERS}` }
  return [
    route('POST', path, create, createLink),
    route('GET', path, listShape({ active: FLAG }), call => {
      const { active } = call.params
      const where = typeof active === 'boolean' ? { active } : {}
      return listed(call, 'payment_link', path, { where })
    }),
    route('GET', `${path}/{id}`, { rules: {} }, call => atPath(call, 'payment_link')),
    route('POST', `${path}/{id}`, change, changeLink),
    route('GET', `${path}/{id}/line_items`, listShape(), call => {
      const {
        id,
        own: { lines: data },
      } = atPath(call, 'payment_link')
      return { object: 'list', data, has_more: false, url: `${path}/${id}/line_items` }
    }),
  ]
}

function createLink(call: Call): JsonObject {
  const { account, act, params } = call
  const { lines, currency } = linesIn(call, 'Payment Link')
  const asked = stringOf(params, 'currency')?.toLowerCase()
  if (asked !== undefined && asked !== currency) {
    throw refused({ message: `The prices are not in ${asked}.`, param: 'currency' })
  }
  const head = newObject(act, 'payment_link', 'plink')
  const link: PaymentLink = {
    ...head,
    active: true,
    after_completion: afterCompletion(params),
    allow_promotion_codes: false,
    application: null,
    application_fee_amount: null,
    application_fee_percent: null,
    automatic_tax: { enabled: false, liability: null },
    billing_address_collection: 'auto',
    consent_collection: null,
    currency,
    custom_fields: [],
    custom_text: {
      after_submit: null,
      shipping_address: null,
      submit: null,
      terms_of_service_acceptance: null,
    },
    customer_creation: 'if_required',
    inactive_message: stringOf(params, 'inactive_message') ?? null,
    invoice_creation: null,
    managed_payments: null,
    metadata: metadataIn(params),
    on_behalf_of: null,
    optional_items: null,
    payment_intent_data: paymentDataIn(params),
    payment_method_collection: 'always',
    payment_method_options: null,
    payment_method_types: null,
    phone_number_collection: { enabled: false },
    restrictions: restrictionsIn(params, null),
    shipping_address_collection: null,
    shipping_options: [],
    submit_type: stringOf(params, 'submit_type') ?? 'auto',
    subscription_data: null,
    tax_id_collection: { enabled: false, required: 'never' },
    transfer_data: null,
    url: `${act.origin}/pay/links/${head.id}`,
    own: { lines },
  }
  account.store.add('payment_link', link)
  emit(account, act, 'payment_link.created', link)
  return link
}

function afterCompletion(params: JsonObject): JsonObject {
  const given = objectOf(params, 'after_completion') ?? {}
  const redirect = objectOf(given, 'redirect')
  if (given['type'] === 'redirect') {
    if (redirect !== undefined) return { type: 'redirect', redirect }
    throw missing('after_completion[redirect]')
  }
  const message = stringOf(objectOf(given, 'hosted_confirmation') ?? {}, 'custom_message') ?? null
  return { type: 'hosted_confirmation', hosted_confirmation: { custom_message: message } }
}

function restrictionsIn(
  params: JsonObject,
  before: PaymentLink['restrictions'],
): PaymentLink['restrictions'] {
  const given = params['restrictions']
  if (given === null) return null
  const sessions = isObject(given) ? objectOf(given, 'completed_sessions') : undefined
  if (sessions === undefined) return before
  return {
    completed_sessions: { count: before?.completed_sessions.count ?? 0, limit: Number(sessions['limit']) },
  }
}

function changeLink(call: Call): JsonObject {
  const { account, act, params } = call
  const link = atPath(call, 'payment_link')
  const message = params['inactive_message']
  const changed: PaymentLink = {
    ...link,
    ...(typeof params['active'] === 'boolean' ? { active: params['active'] } : {}),
    ...(params['after_completion'] === undefined ? {} : { after_completion: afterCompletion(params) }),
    ...(message === undefined ? {} : { inactive_message: stringOf(params, 'inactive_message') ?? null }),
    metadata: changedMetadata(link.metadata, params),
    payment_intent_data: paymentDataIn(params) ?? link.payment_intent_data,
    restrictions: restrictionsIn(params, link.restrictions),
  }
  account.store.put('payment_link', changed)
  emit(account, act, 'payment_link.updated', changed)
  return changed
}
