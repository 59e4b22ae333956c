import { sha256 } from '../../kernel/digest.ts'
import { instantText } from '../../kernel/text.ts'
import { isObject, textOf } from '../../domain/shape.ts'
import type { Span } from '../../domain/coverage.ts'
import type { World } from '../../kernel/world.ts'
import type { PayPalAmount } from './amount.ts'
import type { PayPalOptions } from './exchange.ts'
import { paypalSender } from './request.ts'
import {
  hrefOf,
  readCapture,
  readDispute,
  readDisputeIds,
  readDisputePage,
  readOrder,
  readRefund,
  readTransactions,
  type Dispute,
  type Order,
  type Refund,
} from './wire.ts'

/** The account that the credentials open. */
export interface PayPalAccount {
  readonly id: string
  /** Where PayPal says that this answer is found: its own address, also behind a proxy. Null where it does not say. */
  readonly address: string | null
}

/** What an order is made with. */
export interface NewOrder {
  readonly amount: PayPalAmount
  readonly description: string
  readonly customId: string
  readonly invoiceId: string | null
  readonly returnUrl: string
}

/** What a refund is made with. */
export interface NewRefund {
  readonly amount: PayPalAmount
  readonly custom_id: string
}

/**
 * PayPal behind its API; there is no SDK of theirs that could be used. Every method may throw `ServiceFailure`; what it
 * says is without the credentials. What only reads is asked again shortly after a passing fault.
 */
export function paypalClient(options: PayPalOptions) {
  const { baseUrl, clientId, clientSecret, world } = options
  const send = paypalSender(options)
  const get = async <T>(path: string, read: (json: unknown) => T | null): Promise<T> =>
    send({ method: 'GET', path }, read)
  const dispute = async (id: string): Promise<Dispute> =>
    get(`/v1/customer/disputes/${part(id)}`, readDispute)
  return {
    credential: sha256(`${baseUrl}\n${clientId}\n${clientSecret}`).slice(0, 16),
    account: async (): Promise<PayPalAccount> =>
      get(`/v1/reporting/transactions?${recentHour(world)}`, readAccount),
    /** Whether disputes may be read: a payment is never told without its own. @throws ServiceFailure where not */
    checkDisputes: async (): Promise<void> =>
      void (await get('/v1/customer/disputes?page_size=1', readDisputeIds)),
    /** Whether a webhook of this id sends us events. */
    webhookUrl: async (id: string): Promise<string> =>
      get(`/v1/notifications/webhooks/${part(id)}`, json => (isObject(json) ? textOf(json['url']) : null)),
    /** PayPal remembers the key for six hours, and answers with what has become of the order. */
    createOrder: async (order: NewOrder, key: string): Promise<Order> =>
      send({ method: 'POST', path: '/v2/checkout/orders', body: bodyOf(order), key }, readOrder),
    order: async (id: string): Promise<Order> => get(`/v2/checkout/orders/${part(id)}`, readOrder),
    /** Takes the money of an order that was approved; it is taken once, whatever the key. */
    capture: async (id: string, key: string): Promise<Order> =>
      send({ method: 'POST', path: `/v2/checkout/orders/${part(id)}/capture`, body: {}, key }, readOrder),
    captured: async (id: string) => get(`/v2/payments/captures/${part(id)}`, readCapture),
    /** PayPal remembers the key for 45 days, and answers with what has become of the refund. */
    refundCapture: async (id: string, body: NewRefund, key: string): Promise<Refund> =>
      send({ method: 'POST', path: `/v2/payments/captures/${part(id)}/refund`, body, key }, readRefund),
    refund: async (id: string) => get(`/v2/payments/refunds/${part(id)}`, readRefund),
    dispute,
    /** A page of what moved money in a span, which PayPal tells hours later: 31 days at most, 10,000 at most. */
    transactions: async ({ fromMs, toMs }: Span, page: number) => {
      const query = new URLSearchParams({
        start_date: instantText(fromMs),
        end_date: instantText(toMs),
        page_size: '500',
        page: String(page),
      })
      return get(`/v1/reporting/transactions?${query.toString()}`, readTransactions)
    },
    /** A page of the disputes that changed in a span. */
    disputesIn: async ({ fromMs, toMs }: Span, token: string | null) => {
      const query = new URLSearchParams({
        update_time_after: instantText(fromMs),
        update_time_before: instantText(toMs),
        page_size: '50',
        ...(token === null ? {} : { next_page_token: token }),
      })
      return get(`/v1/customer/disputes?${query.toString()}`, readDisputePage)
    },
    /** The disputes of a payment: a list tells less of them, and there are never more than fit on its first page. */
    disputes: async (captureId: string): Promise<Dispute[]> => {
      const query = new URLSearchParams({ disputed_transaction_id: captureId, page_size: '50' })
      const ids = await get(`/v1/customer/disputes?${query.toString()}`, readDisputeIds)
      return Promise.all(ids.map(dispute))
    },
  }
}

/** What is asked of PayPal. */
export type PayPalClient = ReturnType<typeof paypalClient>

function part(id: string): string {
  return encodeURIComponent(id)
}

const HOUR_MS = 3_600_000

/** An hour that transaction search, which is three hours behind, knows of, and is short enough for any account. */
function recentHour({ clock }: Pick<World, 'clock'>): string {
  const time = (hoursAgo: number): string => instantText(clock.now() - hoursAgo * HOUR_MS)
  return new URLSearchParams({ start_date: time(25), end_date: time(24), page_size: '1' }).toString()
}

function readAccount(json: unknown): PayPalAccount | null {
  const id = isObject(json) ? textOf(json['account_number']) : null
  return !isObject(json) || id === null || id === '' ? null : { id, address: hrefOf(json, 'self') }
}

/** For the wallet by name: only so is a client told to pay, rather than to go on to a shop that there is not. */
function bodyOf({ amount, description, customId, invoiceId, returnUrl }: NewOrder): object {
  const experience_context = {
    user_action: 'PAY_NOW',
    shipping_preference: 'NO_SHIPPING',
    // Without an address to come back to, PayPal shows an error to the client who has just said yes.
    return_url: returnUrl,
    cancel_url: returnUrl,
  }
  const invoice = invoiceId === null ? {} : { invoice_id: invoiceId }
  return {
    intent: 'CAPTURE',
    purchase_units: [{ amount, description, custom_id: customId, ...invoice }],
    payment_source: { paypal: { experience_context } },
  }
}
