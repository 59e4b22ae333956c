/** Orders: made by the merchant, approved by the payer at a page, captured by the merchant. */
import { isObject, objectOf, stringOf, type JsonObject } from '../lib/json.ts'
import { VendorError, type Route } from '../lib/service.ts'
import { link, newId, type Account, type Act } from './account.ts'
import type { Call, MakeRoute } from './call.ts'
import { takePayment } from './captures.ts'
import { errorReply, invalid, notFound, unprocessable } from './errors.ts'
import { payerOf, type Order, type Payer } from './model.ts'
import { minorIn } from './money.ts'
import { emit } from './notifications.ts'
import { MONEY, object, oneOf, text, type Fields } from './params.ts'
import { approveUrl, shownOrder } from './show.ts'

const HOUR_MS = 3_600_000

/** How long an order can be approved and captured. */
const OPEN_MS = 3 * HOUR_MS

const CONTEXT: Fields = {
  brand_name: text(127),
  locale: text(10),
  landing_page: oneOf('LOGIN', 'BILLING', 'GUEST_CHECKOUT', 'NO_PREFERENCE'),
  shipping_preference: oneOf('GET_FROM_FILE', 'NO_SHIPPING', 'SET_PROVIDED_ADDRESS'),
  user_action: oneOf('CONTINUE', 'PAY_NOW'),
  return_url: text(),
  cancel_url: text(),
}
const UNIT: Fields = {
  reference_id: text(256),
  description: text(127),
  custom_id: text(127),
  invoice_id: text(127),
  soft_descriptor: text(22),
  'amount!': MONEY,
}
const CREATE: Fields = {
  'intent!': oneOf('CAPTURE'),
  'purchase_units!': { type: 'list', of: object(UNIT), max: 1 },
  payment_source: object({ paypal: object({ experience_context: object(CONTEXT) }) }),
  application_context: object(CONTEXT),
}

/** The routes. */
export function orderRoutes(route: MakeRoute): readonly Route[] {
  const path = '/v2/checkout/orders'
  const key = { remembersMs: 6 * HOUR_MS, status: 201 }
  return [
    route('POST', path, { ...key, status: statusOf, fields: CREATE }, call =>
      shownOrder(call, newOrder(call), call.isWhole),
    ),
    route('GET', `${path}/{id}`, {}, call => shownOrder(call, openOrder(call, call.id))),
    route('POST', `${path}/{id}/capture`, { ...key, fields: {} }, call => {
      return shownOrder(call, captureOrder(call, openOrder(call, call.id)), call.isWhole)
    }),
  ]
}

/** Asking for the payer counts as a step of an order that is there. */
function statusOf({ status }: JsonObject): number {
  return status === 'CREATED' ? 201 : 200
}

/** The order, if it is known and its time has not run out: who asks for an old one is told there is none. */
export function openOrder(act: Act, id: string): Order {
  const order = act.store.find('order', id)
  if (order === undefined || isOver(order, act.nowMs)) throw notFound()
  return order
}

function isOver({ captureId, createdMs }: Order, nowMs: number): boolean {
  return captureId === null && createdMs + OPEN_MS < nowMs
}

/** How many orders are known. */
export function openOrders({ store, now }: Pick<Account, 'store' | 'now'>): number {
  return store.list('order', {}).filter(order => !isOver(order, now())).length
}

function newOrder(call: Call): Order {
  const { body, key } = call
  const units = body['purchase_units']
  const unit = Array.isArray(units) && isObject(units[0]) ? units[0] : {}
  const wallet = objectOf(objectOf(body, 'payment_source') ?? {}, 'paypal')
  if (wallet !== undefined && key === undefined) throw invalid({ issue: 'PAYPAL_REQUEST_ID_REQUIRED' })
  const context = objectOf(wallet ?? {}, 'experience_context') ?? objectOf(body, 'application_context') ?? {}
  return addOrder(call, { unit, isWallet: wallet !== undefined, context })
}

/** Makes an order over the amount of a purchase unit. */
export function addOrder(
  { store, nowMs }: Act,
  { unit, isWallet, context }: Pick<Order, 'unit' | 'isWallet' | 'context'>,
): Order {
  const amount = objectOf(unit, 'amount') ?? {}
  const order: Order = {
    id: newId(),
    status: isWallet ? 'PAYER_ACTION_REQUIRED' : 'CREATED',
    minor: minorIn(amount, '/purchase_units/0/amount'),
    currency: stringOf(amount, 'currency_code') ?? '',
    unit: { reference_id: 'default', ...unit },
    isWallet,
    context,
    payer: null,
    captureId: null,
    createdMs: nowMs,
    updatedMs: nowMs,
  }
  store.add('order', order)
  return order
}

/** The payer agrees; whoever comes back before the capture may choose another way to pay. */
export function approve(act: Act, order: Order, payer: Payer): Order {
  if (order.status === 'COMPLETED') throw unprocessable('ORDER_ALREADY_CAPTURED')
  const approved: Order = { ...order, status: 'APPROVED', payer: payer.token, updatedMs: act.nowMs }
  act.store.put('order', approved)
  tell(act, approved, 'APPROVED')
  return approved
}

function tell(act: Act, order: Order, what: 'APPROVED' | 'COMPLETED'): void {
  const summary = `An order has been ${what.toLowerCase()}`
  const subject = { type: 'checkout-order', summary, resource: shownOrder(act, order) } as const
  emit(act, `CHECKOUT.ORDER.${what}`, subject)
}

/** Takes the payment of an approved order, once. */
export function captureOrder(act: Act, order: Order): Order {
  const payer = payerOf(order.payer)
  if (order.status === 'COMPLETED') throw unprocessable('ORDER_ALREADY_CAPTURED')
  if (order.status !== 'APPROVED' || payer === undefined) throw unprocessable('ORDER_NOT_APPROVED')
  const invoice = stringOf(order.unit, 'invoice_id')
  const before =
    invoice === undefined ? [] : act.store.list('capture', { where: { 'ids.invoice_id': invoice } })
  if (before.some(({ status }) => status !== 'DECLINED')) {
    throw unprocessable('DUPLICATE_INVOICE_ID', '/purchase_units/0/invoice_id', invoice)
  }
  if (payer.capture === 'DECLINED') {
    const links = [link(approveUrl(act, order), 'redirect')]
    throw new VendorError(errorReply(422, [{ issue: 'INSTRUMENT_DECLINED' }], { links }))
  }
  const done: Order = { ...order, status: 'COMPLETED', captureId: newId(), updatedMs: act.nowMs }
  act.store.put('order', done)
  takePayment(act, done, payer)
  tell(act, done, 'COMPLETED')
  return done
}
