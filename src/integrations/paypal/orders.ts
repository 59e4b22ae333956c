import { formatMoney, type Money } from '../../domain/money.ts'
import { sha256 } from '../../kernel/digest.ts'
import { isRefusal, refusal, ServiceFailure } from '../../kernel/service-failure.ts'
import type { LinkState, MadeLink } from '../../domain/payment.ts'
import type { LinkOrder, PaymentProvider } from '../../roles/payment-provider.ts'
import { amountOut, isSame } from './amount.ts'
import type { NewOrder } from './client.ts'
import { modeAt } from './mode.ts'
import { paypalMovements } from './movements.ts'
import { idsOut } from './our-ids.ts'
import { lookAt, paymentsOf, showPayment, unlessGone, type Asked } from './payments.ts'
import { refundOf } from './refunds.ts'
import type { Order } from './wire.ts'

/** The pages that a client sees. */
export interface OrderPages {
  /** Where an order is approved; its id follows. */
  readonly approve: string
  /** Where the client comes back to. */
  readonly returnUrl: string
}

/**
 * Orders at PayPal as links. An order lives for hours: three until the client opens it, three more for the client to
 * say yes and for us to take the money. Then PayPal knows it no more, and it is told as `expired`: whoever still wants
 * the money makes another one.
 */
export function paypalOrders(asked: Asked, pages: OrderPages): PaymentProvider {
  const { api, isLive } = asked
  const told = async (id: string, order: Order | null): Promise<LinkState> => {
    const link = { id, url: order?.approveUrl ?? `${pages.approve}${id}`, isLive, refusal: null }
    if (order === null) return { ...link, state: 'expired', payments: [] }
    const payments = await paymentsOf(asked, order)
    return { ...link, state: stateOf(order, payments), payments }
  }
  const showLink = async (id: string): Promise<LinkState> => told(id, await unlessGone(api.order(id)))
  return {
    isLive,
    createLink: async order => made(await orderOf(asked, order, pages), isLive),
    showLink,
    // An order cannot be ended, and need not be: a client's yes moves no money unless we capture it, and what was closed
    // is never captured. Until its time is over, its page may still be opened, and the yes that is said there is in vain.
    closeLink: async id => {
      const link = await showLink(id)
      return link.state === 'open' || link.state === 'approved' ? { ...link, state: 'closed' } : link
    },
    capture: async (id, key, amount) => {
      const order = await unlessGone(api.order(id))
      if (order?.status !== 'APPROVED') return told(id, order)
      checkAmount(order, amount)
      try {
        // PayPal answers a known key as before, also with a refusal: each yes of the client has a key of its own. It is
        // the order that is paid once, whatever the key.
        return await told(id, await api.capture(id, keyOf(`${key}/${order.updated}`)))
      } catch (error) {
        if (!isRefusal(error)) throw error
        return afterRefusal(await showLink(id), error)
      }
    },
    refund: async order => refundOf(asked, order),
    events: null,
    movements: paypalMovements(asked),
    showPayment: async id => showPayment(asked, id),
    // What was withdrawn to a bank is one transaction among others: which payments it took is not told.
    payouts: null,
    look: async thing => lookAt(asked, thing),
  }
}

/**
 * PayPal takes no second payment under one `invoice_id`, so two orders of one bill are not both paid: unless the merchant
 * has switched that off ("Block accidental payments").
 */
const PAID_BEFORE = 'DUPLICATE_INVOICE_ID'

/** A capture that was refused: another process may have been first. Else the client may choose another way to pay. */
function afterRefusal(link: LinkState, { code, message }: ServiceFailure): LinkState {
  if (link.state !== 'approved') return link
  return { ...link, state: code === PAID_BEFORE ? 'closed' : 'open', refusal: message }
}

function stateOf({ status }: Order, payments: LinkState['payments']): LinkState['state'] {
  const states = new Set(payments.map(({ state }) => state))
  if (states.has('paid')) return 'paid'
  if (states.has('pending')) return 'pending'
  if (status === 'APPROVED') return 'approved'
  return status === 'COMPLETED' || status === 'VOIDED' ? 'closed' : 'open'
}

/** An order whose time is over while PayPal still remembers its key gives way to one of the next key. */
const MOST_KEYS = 3

/**
 * Within the six hours that PayPal remembers a key, it answers with the order that was made under it: so a lost answer
 * is asked for again. After that another order is made. The one whose answer was lost needs no looking for, and orders
 * cannot be listed: nobody but PayPal ever knew its address, so nobody approves it, and it is over in a few hours.
 */
async function orderOf({ api }: Asked, order: LinkOrder, { returnUrl }: OrderPages): Promise<Order> {
  const wanted = newOrder(order, returnUrl)
  for (let number = 1; ; number += 1) {
    const key = number === 1 ? order.key : `${order.key}/${String(number)}`
    const found = await api.createOrder(wanted, keyOf(key))
    // PayPal does not look whether a known key comes with the same order.
    checkAmount(found, order.amount)
    const isOver = order.mayBeMade && (await unlessGone(api.order(found.id))) === null
    if (!isOver || number === MOST_KEYS) return found
  }
}

const LONGEST_KEY = 108

function keyOf(key: string): string {
  return key.length > LONGEST_KEY ? sha256(key) : key
}

/** So many characters, and not more bytes: how PayPal counts others than those of ASCII is not said. */
const LONGEST_DESCRIPTION = 127

/** @throws ServiceFailure for what PayPal does not take, before it is asked */
function newOrder({ amount, title, ids }: LinkOrder, returnUrl: string): NewOrder {
  const [value, customId] = [amountOut(amount), idsOut(ids)]
  if (value === null) throw refusal(`PayPal takes no payment of ${formatMoney(amount)}`)
  if (customId === null) throw refusal('our ids do not fit into an order of PayPal')
  const invoiceId = ids['bill']?.replaceAll('_', '-') ?? null
  return { amount: value, description: shortened(title), customId, invoiceId, returnUrl }
}

function shortened(title: string): string {
  let text = title.slice(0, LONGEST_DESCRIPTION)
  while (Buffer.byteLength(text) > LONGEST_DESCRIPTION) text = text.slice(0, -1)
  return text.toWellFormed()
}

function checkAmount({ id, amount }: Order, wanted: Money): void {
  if (isSame(amount, wanted)) return
  throw refusal(`the order ${id} of PayPal is over ${formatMoney(amount)}, not ${formatMoney(wanted)}`)
}

/** @throws ServiceFailure for an order that cannot be approved, or is of another mode than the account */
function made({ id, approveUrl }: Order, isLive: boolean): MadeLink {
  if (approveUrl !== null && URL.canParse(approveUrl) && (modeAt(approveUrl) === 'live') === isLive) {
    return { id, url: approveUrl, isLive }
  }
  const message = `the order ${id} of PayPal has no page for clients, or one of another mode than the account`
  const fix = 'check paypal.base_url'
  throw new ServiceFailure(message, { errorClass: 'credential', billed: 'unknown', fix })
}
