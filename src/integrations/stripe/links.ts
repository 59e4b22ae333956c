import type { Stripe } from 'stripe'
import type { LinkState, MadeLink } from '../../domain/payment.ts'
import { isRefusal, refusal, ServiceFailure } from '../../kernel/service-failure.ts'
import type { LinkOrder, PaymentProvider } from '../../roles/payment-provider.ts'
import type { StripeClient } from './client.ts'
import { madeOnce } from './made-once.ts'
import { idOf, intentFacts, lookAt, showPayment, type IntentFacts } from './payments.ts'
import { stripeEvents } from './events.ts'
import { stripeMovements } from './movements.ts'
import { stripePayouts } from './payouts.ts'
import { refundOf } from './refunds.ts'

/** Payment links at Stripe, in the mode of the key. */
export function stripeLinks(api: StripeClient, isLive: boolean): PaymentProvider {
  const showLink = async (id: string): Promise<LinkState> => {
    const link = await unlessGone(api.link(id))
    return link === null ? goneLink(id, isLive) : stateOf(api, made(link, isLive), link.active)
  }
  return {
    isLive,
    createLink: async order => made(await linkOf(api, order), isLive),
    showLink,
    closeLink: async id => {
      if ((await unlessGone(api.deactivate(id))) === null) return goneLink(id, isLive)
      for (const session of await api.sessions(id)) {
        if (session.status === 'open') await expire(api, session.id)
      }
      return showLink(id)
    },
    // Whoever pays at a link has paid.
    capture: null,
    refund: async order => refundOf(api, order),
    showPayment: async id => showPayment(api, id),
    payouts: stripePayouts(api),
    events: stripeEvents(api, isLive),
    movements: stripeMovements(api),
    look: async thing => lookAt(api, thing),
  }
}

/** The link of an order, made or found. */
async function linkOf(api: StripeClient, order: LinkOrder): Promise<Stripe.PaymentLink> {
  return madeOnce({
    ...order,
    find: async () => findLink(api, order),
    make: async key => api.createLink(paramsOf(order), key),
  })
}

const KEY = 'echopilot_key'
const AMOUNT = 'echopilot_amount'

/** The link of a key, as the list of links has it: a search would find it only later. */
async function findLink(api: StripeClient, order: LinkOrder): Promise<Stripe.PaymentLink | null> {
  const found = await api.findLink(({ metadata }) => metadata[KEY] === order.key)
  if (found === null || found.metadata[AMOUNT] === amountOf(order)) return found
  const over = found.metadata[AMOUNT] ?? 'another amount'
  throw refusal(`the payment link ${found.id} of ${order.key} is over ${over}, not ${amountOf(order)}`)
}

function amountOf({ amount }: LinkOrder): string {
  return `${amount.minor} ${amount.currency}`
}

/** Stripe takes 250 characters in the description of a line. */
const LONGEST_TITLE = 250

function paramsOf(order: LinkOrder): Stripe.PaymentLinkCreateParams {
  const { amount, ids, key } = order
  const name = order.title.slice(0, LONGEST_TITLE).toWellFormed()
  const price_data = {
    currency: amount.currency.toLowerCase(),
    unit_amount: amount.minor,
    product_data: { name },
  }
  const metadata = { ...ids, [KEY]: key, [AMOUNT]: amountOf(order) }
  return {
    line_items: [{ price_data, quantity: 1 }],
    restrictions: { completed_sessions: { limit: 1 } },
    metadata,
    payment_intent_data: { metadata, description: name },
  }
}

/** @throws ServiceFailure for a link of the other mode, which no answer to this key may be */
function made({ id, url, livemode }: Stripe.PaymentLink, isLive: boolean): MadeLink {
  if (livemode === isLive) return { id, url, isLive }
  const fix = 'check stripe.base_url'
  const message = `the payment link ${id} is not of the mode of the key`
  throw new ServiceFailure(message, { errorClass: 'credential', billed: 'unknown', fix })
}

/** What Stripe answers; null where it knows no such thing any more: test data can be deleted. */
async function unlessGone<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer
  } catch (error) {
    if (isRefusal(error) && error.status === 404) return null
    throw error
  }
}

/** Nobody can pay at what is not there. */
function goneLink(id: string, isLive: boolean): LinkState {
  return { id, url: '', isLive, state: 'closed', payments: [], refusal: null }
}

/** One that was paid or has run out since it was listed is refused, and needs no end any more. */
async function expire(api: StripeClient, sessionId: string): Promise<void> {
  try {
    await api.expire(sessionId)
  } catch (error) {
    if (!isRefusal(error)) throw error
  }
}

async function stateOf(api: StripeClient, link: MadeLink, isActive: boolean): Promise<LinkState> {
  const visits: IntentFacts[] = []
  for (const { payment_intent } of await api.sessions(link.id)) {
    const id = idOf(payment_intent)
    if (id !== null) visits.push(await intentFacts(api, id, link.id))
  }
  const payments = visits.flatMap(({ payment }) => payment ?? [])
  const states = new Set(payments.map(({ state }) => state))
  const unpaid = states.has('pending') ? 'pending' : isActive ? 'open' : 'closed'
  const refused = visits.find(visit => visit.refusal !== null)
  const state = states.has('paid') ? 'paid' : unpaid
  return { ...link, state, payments, refusal: refused?.refusal ?? null }
}
