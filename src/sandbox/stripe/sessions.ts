/** Checkout sessions: one visit to the page where a person pays, until it is paid, expired or a day old. */
import type { JsonObject } from '../lib/json.ts'
import type { Route } from '../lib/service.ts'
import { change, make, newId, secondsOf, type Act } from './account.ts'
import { atPath, type Call, type MakeRoute } from './call.ts'
import { refused } from './errors.ts'
import { totalOf } from './lines.ts'
import { readRoutes } from './lists.ts'
import { nulls } from './looks.ts'
import type { Method } from './methods.ts'
import type { PaymentIntent, PaymentLink, Session } from './model.ts'
import { oneOf, TEXT } from './params.ts'
import { beginPayment, cancelPayment, endProcessing, pay } from './payments.ts'

const DAY_S = 86_400

/** Opens a session of a link: what happens when a person opens its address. */
export function visit(act: Act, link: PaymentLink): Session {
  const id = newId(act.livemode ? 'cs_live' : 'cs_test')
  const total = totalOf(link.lines)
  return make(act, 'checkout.session', {
    id,
    amount_subtotal: total,
    amount_total: total,
    currency: link.currency,
    expires_at: secondsOf(act) + DAY_S,
    lines: link.lines,
    metadata: link.metadata,
    payment_link: link.id,
    url: `${act.origin}/pay/sessions/${id}`,
  })
}

/**
 * A person chooses a way to pay; what comes back is why it did not work, or null. The session is complete then, also
 * where a bank debit still has to bring the money; it stays open where the card was declined. A link that has had its
 * last session is no longer active after it, but sessions that were open before can still be paid, as with Stripe.
 */
export function payAt(act: Act, session: Session, method: Method, email: string | null): unknown {
  if (session.status !== 'open') throw refused({ message: `The session is ${session.status}.` })
  if (session.amount_total === 0) {
    complete(act, session, 'no_payment_required', email)
    return null
  }
  const begun = act.store.find('payment_intent', session.payment_intent ?? '') ?? begin(act, session, email)
  const held = change(act, 'checkout.session', session, { payment_intent: begun.id })
  const { status, last_payment_error } = pay(act, begun, method)
  if (status === 'requires_payment_method') return last_payment_error
  complete(act, held, status === 'succeeded' ? 'paid' : 'unpaid', email)
  return null
}

function begin(act: Act, session: Session, receipt_email: string | null): PaymentIntent {
  const data = act.store.find('payment_link', session.payment_link)?.payment_intent_data
  return beginPayment(act, {
    amount: session.amount_total,
    currency: session.currency,
    description: data?.description ?? null,
    metadata: data?.metadata ?? {},
    receipt_email,
  })
}

function complete(
  act: Act,
  session: Session,
  payment_status: Session['payment_status'],
  email: string | null,
): void {
  countAt(act, session.payment_link)
  const others = nulls('address business_name individual_name name phone tax_exempt tax_ids')
  const done = {
    customer_details: { ...others, email },
    payment_status,
    status: 'complete',
    url: null,
  } as const
  change(act, 'checkout.session', session, done, 'checkout.session.completed')
}

function countAt(act: Act, linkId: string): void {
  const link = act.store.find('payment_link', linkId)
  const sessions = link?.restrictions?.completed_sessions
  if (link === undefined || sessions === undefined) return
  const completed_sessions = { ...sessions, count: sessions.count + 1 }
  const active = link.active && completed_sessions.count < sessions.limit
  change(act, 'payment_link', link, { active, restrictions: { completed_sessions } }, 'payment_link.updated')
}

/** The end of a bank debit: the payment and its session learn of it. */
export function endDebit(act: Act, intent: PaymentIntent, how: 'succeeded' | 'failed'): void {
  const { id: payment_intent } = endProcessing(act, intent, how)
  const [session] = act.store.list('checkout.session', { where: { livemode: act.livemode, payment_intent } })
  if (session === undefined) return
  const { payment_status } = session
  const after = { payment_status: how === 'succeeded' ? 'paid' : payment_status } as const
  change(act, 'checkout.session', session, after, `checkout.session.async_payment_${how}`)
}

/** Ends a session that nobody paid, and gives its payment up. */
function expire(act: Act, session: Session): Session {
  const intent = act.store.find('payment_intent', session.payment_intent ?? '')
  if (intent !== undefined) cancelPayment(act, intent)
  const expired = { status: 'expired', url: null } as const
  return change(act, 'checkout.session', session, expired, 'checkout.session.expired')
}

/** Expires those whose time has come; runs before each call. */
export function expireDue(act: Act): void {
  const due = act.store.list('checkout.session', {
    where: { livemode: act.livemode, status: 'open' },
    bounds: [['expires_at', '<=', secondsOf(act)]],
    oldestFirst: true,
  })
  for (const session of due) expire({ ...act, requestId: null, idempotencyKey: null }, session)
}

/** The routes. Sessions are opened by who opens a link. */
export function sessionRoutes(route: MakeRoute): readonly Route[] {
  const path = '/v1/checkout/sessions'
  const status = oneOf('open', 'complete', 'expired')
  return [
    ...readRoutes(route, path, 'checkout.session', { payment_intent: TEXT, payment_link: TEXT, status }),
    route('POST', `${path}/{id}/expire`, {}, expireOpen),
  ]
}

function expireOpen(call: Call): JsonObject {
  const session = atPath(call, 'checkout.session')
  if (session.status === 'open') return expire(call.act, session)
  const message = `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of "${session.status}".`
  throw refused({ message })
}
