/** Checkout sessions: one visit to the page where a person pays, until it is paid, expired or a day old. */
import { isObject, stringOf, type JsonObject } from '../lib/json.ts'
import type { Route } from '../lib/service.ts'
import { emit, newObject, secondsOf, type Account, type Act } from './account.ts'
import { textOf } from './balance.ts'
import { atPath, listed, listShape, type Call, type MakeRoute } from './call.ts'
import { LINES, linesIn } from './catalog.ts'
import { refused } from './errors.ts'
import { PAYMENT_DATA, paymentDataIn } from './links.ts'
import { changedMetadata, metadataIn } from './metadata.ts'
import type { Method } from './methods.ts'
import type { LineItem, Metadata, PaymentData, PaymentIntent, PaymentLink, Session } from './model.ts'
import { METADATA, oneOf, required, TEXT, type Shape } from './params.ts'
import { beginPayment, cancelPayment, endProcessing, pay } from './payments.ts'

const DAY_S = 86_400
const SHORTEST_S = 1800

/** What a session is made of. */
interface NewSession {
  readonly lines: readonly LineItem[]
  readonly currency: string
  readonly metadata: Metadata
  readonly data: PaymentData | null
  readonly link?: PaymentLink
  readonly successUrl: string | null
  readonly cancelUrl: string | null
  readonly email: string | null
  readonly reference: string | null
  readonly expiresAt?: number
}

/** Opens a session of a link: what happens when a person opens its address. */
export function visit(account: Account, act: Act, link: PaymentLink): Session {
  const redirect = link.after_completion['redirect']
  return openSession(account, act, {
    lines: link.own.lines,
    currency: link.currency,
    metadata: link.metadata,
    data: link.payment_intent_data,
    link,
    successUrl: isObject(redirect) ? (stringOf(redirect, 'url') ?? null) : null,
    cancelUrl: null,
    email: null,
    reference: null,
  })
}

function openSession(account: Account, act: Act, given: NewSession): Session {
  const mode = act.livemode ? 'live' : 'test'
  const head = newObject(act, 'checkout.session', `cs_${mode}`)
  const total = given.lines.reduce((sum, line) => sum + line.amount_total, 0)
  const session: Session = {
    ...head,
    adaptive_pricing: null,
    after_expiration: null,
    allow_promotion_codes: null,
    allowed_payment_method_types: null,
    amount_subtotal: total,
    amount_total: total,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    billing_address_collection: null,
    cancel_url: given.cancelUrl,
    client_reference_id: given.reference,
    client_secret: null,
    collected_information: null,
    consent: null,
    consent_collection: null,
    currency: given.currency,
    currency_conversion: null,
    custom_fields: [],
    custom_text: {
      after_submit: null,
      shipping_address: null,
      submit: null,
      terms_of_service_acceptance: null,
    },
    customer: null,
    customer_account: null,
    customer_creation: 'if_required',
    customer_details: null,
    customer_email: given.email,
    discounts: [],
    expires_at: given.expiresAt ?? secondsOf(act) + DAY_S,
    integration_identifier: null,
    invoice: null,
    invoice_creation: null,
    locale: null,
    managed_payments: null,
    metadata: given.metadata,
    mode: 'payment',
    origin_context: null,
    payment_intent: null,
    payment_link: given.link?.id ?? null,
    payment_method_collection: 'if_required',
    payment_method_configuration_details: null,
    payment_method_options: {},
    payment_method_types: ['card'],
    payment_status: 'unpaid',
    permissions: null,
    recovered_from: null,
    saved_payment_method_options: null,
    setup_intent: null,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    status: 'open',
    submit_type: null,
    subscription: null,
    success_url: given.successUrl,
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    ui_mode: 'hosted_page',
    url: `${act.origin}/pay/sessions/${head.id}`,
    wallet_options: null,
    own: { lines: given.lines, data: given.data },
  }
  account.store.add('checkout.session', session)
  return session
}

/** Who pays, as the page asks for it. */
export interface Payer {
  readonly email: string | null
  readonly name: string | null
}

/**
 * A person chooses a way to pay. The session is complete then, also where a bank debit still has to bring the money;
 * it stays open where the card was declined. A link that has had its last session is no longer active after it, but
 * sessions that were open before can still be paid, as with Stripe.
 */
export function payAt(
  account: Account,
  act: Act,
  session: Session,
  method: Method,
  payer: Payer,
): { readonly session: Session; readonly intent: PaymentIntent | null } {
  if (session.status !== 'open') throw refused({ message: `The session is ${session.status}.` })
  const details = { ...NO_DETAILS, email: payer.email, name: payer.name }
  if (session.amount_total === 0) {
    return { session: complete(account, act, session, 'no_payment_required', details), intent: null }
  }
  const begun =
    account.store.find('payment_intent', session.payment_intent ?? '') ?? begin(account, act, session, payer)
  const held = { ...session, payment_intent: begun.id }
  account.store.put('checkout.session', held)
  const intent = pay(account, act, begun, method, { email: payer.email, name: payer.name })
  if (intent.status === 'requires_payment_method') return { session: held, intent }
  const status = intent.status === 'succeeded' ? 'paid' : 'unpaid'
  return { session: complete(account, act, held, status, details), intent }
}

const NO_DETAILS = {
  address: null,
  business_name: null,
  individual_name: null,
  phone: null,
  tax_exempt: 'none',
  tax_ids: [],
}

function begin(account: Account, act: Act, session: Session, payer: Payer): PaymentIntent {
  const data = session.own.data
  return beginPayment(account, act, {
    amount: session.amount_total,
    currency: session.currency,
    metadata: data?.metadata ?? {},
    description: data?.description ?? null,
    statementDescriptor: data?.statement_descriptor ?? null,
    statementSuffix: data?.statement_descriptor_suffix ?? null,
    receiptEmail: payer.email,
  })
}

function complete(
  account: Account,
  act: Act,
  session: Session,
  payment_status: Session['payment_status'],
  customer_details: JsonObject,
): Session {
  const done: Session = { ...session, status: 'complete', payment_status, customer_details, url: null }
  account.store.put('checkout.session', done)
  countAt(account, act, session.payment_link)
  emit(account, act, 'checkout.session.completed', done)
  return done
}

function countAt(account: Account, act: Act, linkId: string | null): void {
  const link = account.store.find('payment_link', linkId ?? '')
  const sessions = link?.restrictions?.completed_sessions
  if (link === undefined || sessions === undefined) return
  const counted = { ...sessions, count: sessions.count + 1 }
  const active = link.active && counted.count < counted.limit
  const changed = { ...link, active, restrictions: { completed_sessions: counted } }
  account.store.put('payment_link', changed)
  emit(account, act, 'payment_link.updated', changed)
}

/** The end of a bank debit: the payment and its session learn of it. */
export function endDebit(
  account: Account,
  act: Act,
  intent: PaymentIntent,
  how: 'succeeded' | 'failed',
): void {
  const ended = endProcessing(account, act, intent, how)
  const where = { payment_intent: ended.id }
  const [session] = account.store.list('checkout.session', { livemode: act.livemode, where })
  if (session === undefined) return
  const after: Session = how === 'succeeded' ? { ...session, payment_status: 'paid' } : session
  account.store.put('checkout.session', after)
  emit(account, act, `checkout.session.async_payment_${how}`, after)
}

/** Ends a session that nobody paid, and gives its payment up. */
function expire(account: Account, act: Act, session: Session): Session {
  const expired: Session = { ...session, status: 'expired', url: null }
  account.store.put('checkout.session', expired)
  const intent = account.store.find('payment_intent', session.payment_intent ?? '')
  if (intent !== undefined) cancelPayment(account, act, intent, 'automatic')
  emit(account, act, 'checkout.session.expired', expired)
  return expired
}

/** Expires those whose time has come; runs before each call. */
export function expireDue(account: Account, act: Act): void {
  const due = { field: 'expires_at', at: secondsOf(act) } as const
  const open = { livemode: act.livemode, where: { status: 'open' }, due, oldestFirst: true }
  for (const session of account.store.list('checkout.session', open)) {
    expire(account, { ...act, requestId: null, idempotencyKey: null }, session)
  }
}

const CREATE: Shape = {
  rules: {
    cancel_url: TEXT,
    client_reference_id: { type: 'string', max: 200 },
    customer_email: TEXT,
    expires_at: { type: 'integer' },
    line_items: required(LINES),
    metadata: METADATA,
    mode: required(oneOf('payment', 'setup', 'subscription')),
    payment_intent_data: PAYMENT_DATA,
    success_url: required(TEXT),
    ui_mode: oneOf('hosted_page'),
  },
  others:
    'adaptive_pricing after_expiration allow_promotion_codes allowed_payment_method_types automatic_tax billing_address_collection branding_settings consent_collection currency custom_fields custom_text customer customer_account customer_creation customer_update discounts excluded_payment_method_types integration_identifier invoice_creation locale managed_payments name_collection optional_items origin_context payment_method_collection payment_method_configuration payment_method_data payment_method_options permissions phone_number_collection redirect_on_completion return_url saved_payment_method_options setup_intent_data shipping_address_collection shipping_options submit_type subscription_data tax_id_collection wallet_options',
}

/** The routes. */
export function sessionRoutes(route: MakeRoute): readonly Route[] {
  const path = '/v1/checkout/sessions'
  const filters = { payment_intent: TEXT, payment_link: TEXT, status: oneOf('open', 'complete', 'expired') }
  return [
    route('POST', path, CREATE, create),
    route(
      'GET',
      path,
      listShape(filters, 'customer customer_account customer_details subscription'),
      call => {
        const { payment_intent, payment_link, status } = call.params
        const where = textOf({ payment_intent, payment_link, status })
        return listed(call, 'checkout.session', path, { where })
      },
    ),
    route('GET', `${path}/{id}`, { rules: {} }, call => atPath(call, 'checkout.session')),
    route('POST', `${path}/{id}`, { rules: { metadata: METADATA } }, call => {
      const session = atPath(call, 'checkout.session')
      const changed = { ...session, metadata: changedMetadata(session.metadata, call.params) }
      call.account.store.put('checkout.session', changed)
      return changed
    }),
    route('POST', `${path}/{id}/expire`, { rules: {} }, call => {
      const session = atPath(call, 'checkout.session')
      if (session.status === 'open') return expire(call.account, call.act, session)
      throw refused({
        message: `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of "${session.status}".`,
      })
    }),
    route('GET', `${path}/{id}/line_items`, listShape(), call => {
      const {
        id,
        own: { lines: data },
      } = atPath(call, 'checkout.session')
      return { object: 'list', data, has_more: false, url: `${path}/${id}/line_items` }
    }),
  ]
}

function create(call: Call): JsonObject {
  const { account, act, params } = call
  if (params['mode'] !== 'payment') {
    throw refused({
      message: 'The sandbox has mode "payment" only.',
      param: 'mode',
      code: 'sandbox_unsupported',
    })
  }
  const { lines, currency } = linesIn(call, 'Checkout Session')
  const expiresAt = params['expires_at']
  const inS = typeof expiresAt === 'number' ? expiresAt - secondsOf(act) : DAY_S
  if (inS < SHORTEST_S || inS > DAY_S) {
    const message =
      'The `expires_at` timestamp must be less than 24 hours and at least 30 minutes from Checkout Session creation.'
    throw refused({ message, param: 'expires_at' })
  }
  return openSession(account, act, {
    lines,
    currency,
    metadata: metadataIn(params),
    data: paymentDataIn(params),
    successUrl: stringOf(params, 'success_url') ?? null,
    cancelUrl: stringOf(params, 'cancel_url') ?? null,
    email: stringOf(params, 'customer_email') ?? null,
    reference: stringOf(params, 'client_reference_id') ?? null,
    ...(typeof expiresAt === 'number' ? { expiresAt } : {}),
  })
}
