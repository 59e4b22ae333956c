/** What objects show besides what they are given: every field that the description of the API requires of them. */
import { isObject, type JsonObject } from '../lib/json.ts'
import { ACCOUNT_ID, API_VERSION } from './identity.ts'
import type { Kind } from './model.ts'

interface Look {
  /** What ids begin with. */
  readonly prefix: string
  /** Fields that are null until they are given. */
  readonly nulls: string
  /** Fields that are something else until they are given. */
  readonly usual: JsonObject
  /** Fields that are stored and not shown. */
  readonly hidden: string
}

const NO_TEXTS = nulls('after_submit shipping_address submit terms_of_service_acceptance')

const EVIDENCE =
  'access_activity_log billing_address cancellation_policy cancellation_policy_disclosure cancellation_rebuttal customer_communication customer_email_address customer_name customer_purchase_ip customer_signature duplicate_charge_documentation duplicate_charge_explanation duplicate_charge_id product_description receipt refund_policy refund_policy_disclosure refund_refusal_explanation service_date service_documentation shipping_address shipping_carrier shipping_date shipping_documentation shipping_tracking_number uncategorized_file uncategorized_text'

const LOOKS: Readonly<Record<Kind, Look>> = {
  payment_link: {
    prefix: 'plink',
    nulls:
      'application application_fee_amount application_fee_percent consent_collection inactive_message invoice_creation managed_payments on_behalf_of optional_items payment_method_options payment_method_types shipping_address_collection subscription_data transfer_data',
    usual: {
      active: true,
      after_completion: { type: 'hosted_confirmation', hosted_confirmation: { custom_message: null } },
      allow_promotion_codes: false,
      automatic_tax: { enabled: false, liability: null },
      billing_address_collection: 'auto',
      custom_fields: [],
      custom_text: NO_TEXTS,
      customer_creation: 'if_required',
      payment_method_collection: 'always',
      phone_number_collection: { enabled: false },
      shipping_options: [],
      submit_type: 'auto',
      tax_id_collection: { enabled: false, required: 'never' },
    },
    hidden: 'created lines',
  },
  'checkout.session': {
    prefix: 'cs',
    nulls:
      'adaptive_pricing after_expiration allow_promotion_codes allowed_payment_method_types billing_address_collection cancel_url client_reference_id client_secret collected_information consent consent_collection currency_conversion customer customer_account customer_details customer_email integration_identifier invoice invoice_creation locale managed_payments origin_context payment_intent payment_method_configuration_details permissions recovered_from saved_payment_method_options setup_intent shipping_address_collection shipping_cost submit_type subscription success_url wallet_options',
    usual: {
      automatic_tax: { enabled: false, liability: null, provider: null, status: null },
      custom_fields: [],
      custom_text: NO_TEXTS,
      customer_creation: 'if_required',
      discounts: [],
      mode: 'payment',
      payment_method_collection: 'if_required',
      payment_method_options: {},
      payment_method_types: ['card'],
      payment_status: 'unpaid',
      shipping_options: [],
      status: 'open',
      total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
      ui_mode: 'hosted_page',
    },
    hidden: 'lines',
  },
  payment_intent: {
    prefix: 'pi',
    nulls:
      'allowed_payment_method_types application application_fee_amount automatic_payment_methods canceled_at cancellation_reason client_secret customer customer_account description excluded_payment_method_types last_payment_error latest_charge managed_payments next_action on_behalf_of payment_method payment_method_configuration_details payment_method_options payment_record processing receipt_email review setup_future_usage shipping source statement_descriptor statement_descriptor_suffix transfer_data transfer_group',
    usual: {
      amount_capturable: 0,
      amount_received: 0,
      capture_method: 'automatic_async',
      confirmation_method: 'automatic',
      payment_method_types: ['card'],
      status: 'requires_payment_method',
    },
    hidden: '',
  },
  charge: {
    prefix: 'ch',
    nulls:
      'application application_fee application_fee_amount balance_transaction calculated_statement_descriptor customer failure_balance_transaction failure_code failure_message fraud_details on_behalf_of outcome receipt_number receipt_url review shipping source source_transfer statement_descriptor statement_descriptor_suffix transfer_data transfer_group',
    usual: {
      amount_captured: 0,
      amount_refunded: 0,
      captured: false,
      disputed: false,
      paid: false,
      refunded: false,
      status: 'pending',
    },
    hidden: 'method',
  },
  refund: {
    prefix: 're',
    nulls: 'customer customer_account reason receipt_number source_transfer_reversal transfer_reversal',
    usual: {},
    hidden: 'livemode',
  },
  dispute: {
    prefix: 'dp',
    nulls: '',
    usual: {
      balance_transactions: [],
      enhanced_eligibility_types: [],
      evidence: { ...nulls(EVIDENCE), enhanced_evidence: {} },
      intended_submission_method: 'manual',
      metadata: {},
    },
    hidden: '',
  },
  balance_transaction: {
    prefix: 'txn',
    nulls: 'exchange_rate',
    usual: { balance_type: 'payments', status: 'available' },
    hidden: 'livemode payout',
  },
  payout: {
    prefix: 'po',
    nulls:
      'application_fee application_fee_amount failure_balance_transaction failure_code failure_message original_payout payout_method reversed_by statement_descriptor trace_id',
    usual: {
      automatic: true,
      description: 'STRIPE PAYOUT',
      destination: 'ba_sandbox0000',
      metadata: {},
      method: 'standard',
      reconciliation_status: 'in_progress',
      source_type: 'card',
      status: 'in_transit',
      type: 'bank_account',
    },
    hidden: '',
  },
  event: { prefix: 'evt', nulls: '', usual: { api_version: API_VERSION }, hidden: '' },
  webhook_endpoint: {
    prefix: 'we',
    nulls: 'application description',
    usual: { api_version: API_VERSION, metadata: {}, status: 'enabled' },
    hidden: 'payload secret',
  },
}

/** The account, which is not stored. */
export const ACCOUNT: JsonObject = {
  id: ACCOUNT_ID,
  object: 'account',
  charges_enabled: true,
  details_submitted: true,
  email: 'owner@sandbox.example',
  payouts_enabled: true,
  type: 'standard',
}

/** These fields, parted by spaces, as null. */
export function nulls(names: string): Record<string, null> {
  return Object.fromEntries(names.split(' ').flatMap(name => (name === '' ? [] : [[name, null]])))
}

const FIELDS: ReadonlyMap<string, JsonObject> = new Map(
  Object.entries(LOOKS).map(([kind, look]) => [kind, { ...nulls(look.nulls), ...look.usual }]),
)

/** The fields that a new object of a kind has before it is given any. */
export function fieldsOf(kind: Kind): JsonObject {
  return FIELDS.get(kind) ?? {}
}

/** What ids of a kind begin with. */
export function prefixOf(kind: Kind): string {
  return LOOKS[kind].prefix
}

/** The kind of the object with an id; charges of bank debits are called payments. */
export function kindOf(id: string): Kind | undefined {
  const prefix = id.replace(/_.*/, '').replace('py', 'ch')
  return KINDS.find(kind => prefixOf(kind) === prefix)
}

/** All kinds. */
export const KINDS: readonly Kind[] = Object.keys(LOOKS).filter(isKind)

function isKind(name: string): name is Kind {
  return Object.hasOwn(LOOKS, name)
}

/** The object, and those in it, without what is not shown. */
export function shown(object: JsonObject): JsonObject {
  const name = String(object['object'])
  const hidden = isKind(name) ? LOOKS[name].hidden.split(' ') : []
  const fields = Object.entries(object).filter(([field]) => !hidden.includes(field))
  return Object.fromEntries(fields.map(([field, value]) => [field, shownValue(value)]))
}

function shownValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shownValue)
  return isObject(value) ? shown(value) : value
}
