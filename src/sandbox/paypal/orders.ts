/** Orders: made by the merchant, approved by the payer at a page, captured by the merchant. */
import { isObject, objectOf, stringOf, type JsonObject } from '../lib/json.ts'
import { VendorError, type Route } from '../lib/service.ts'
import { emit, newId, type Account, type Act } from './account.ts'
import type { Call, MakeRoute } from './call.ts'
import { takePayment } from './captures.ts'
import { errorReply, invalid, notFound, unprocessable } from './errors.ts'
import { payerOf, type Capture, type Order, type Payer } from './model.ts'
import { minorIn } from './money.ts'
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
const WALLET_CONTEXT = {
  ...CONTEXT,
  payment_method_preference: oneOf('UNRESTRICTED', 'IMMEDIATE_PAYMENT_REQUIRED'),
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
  payment_source: object({ paypal: object({ experience_context: object(WALLET_CONTEXT) }) }),
  application_context: object(CONTEXT),
}

/** The routes. */
export function orderRoutes(route: MakeRoute): readonly Route[] {
  const path = '/v2/checkout/orders'
  const key = { remembersMs: 6 * HOUR_MS }
  return [
    route('POST', path, { ...key, fields: CREATE }, call => {
      const order = newOrder(call)
      call.account.orders.add(order, order.id)
      return { status: order.isWallet ? 200 : 201, body: shown(call, order) }
    }),
    route('GET', `${path}/{id}`, {}, call => {
      return { status: 200, body: shownOrder(call.account, call.act, orderAt(call), true) }
    }),
    route('POST', `${path}/{id}/capture`, { ...key, fields: {} }, call => {
      return { status: 201, body: shown(call, captureOrder(call.account, call.act, orderAt(call))) }
    }),
  ]
}

function shown({ account, act, isWhole }: Call, order: Order): JsonObject {
  return shownOrder(account, act, order, isWhole)
}

function orderAt({ account, act, id }: Call): Order {
  const order = openOrder(account, act, id)
  if (order === undefined) throw notFound()
  return order
}

/** The order, if it is known and its time has not run out: who asks for an old one is told there is none. */
export function openOrder(account: Account, act: Act, id: string): Order | undefined {
  const order = account.orders.get(id)
  const isOver = order?.captureId === null && order.createdMs + OPEN_MS < act.nowMs
  return isOver ? undefined : order
}

function newOrder({ act, body, requestId }: Call): Order {
  const units = body['purchase_units']
  const unit = Array.isArray(units) && isObject(units[0]) ? units[0] : {}
  const amount = objectOf(unit, 'amount') ?? {}
  const wallet = objectOf(objectOf(body, 'payment_source') ?? {}, 'paypal')
  if (wallet !== undefined && requestId === undefined) throw invalid({ issue: 'PAYPAL_REQUEST_ID_REQUIRED' })
  return {
    id: newId(),
    status: wallet === undefined ? 'CREATED' : 'PAYER_ACTION_REQUIRED',
    minor: minorIn(amount, '/purchase_units/0/amount'),
    currency: stringOf(amount, 'currency_code') ?? '',
    unit: { reference_id: 'default', ...unit },
    isWallet: wallet !== undefined,
    context: objectOf(wallet ?? {}, 'experience_context') ?? objectOf(body, 'application_context') ?? {},
    payer: null,
    captureId: null,
    createdMs: act.nowMs,
    updatedMs: act.nowMs,
  }
}

/** The payer agrees; whoever comes back before the capture may choose another way to pay. */
export function approve(account: Account, act: Act, order: Order, payer: Payer): Order {
  if (order.status === 'COMPLETED') throw unprocessable('ORDER_ALREADY_CAPTURED')
  const approved: Order = { ...order, status: 'APPROVED', payer: payer.token, updatedMs: act.nowMs }
  account.orders.change(order.id, approved)
  tell(account, act, approved, 'CHECKOUT.ORDER.APPROVED', 'An order has been approved by buyer')
  return approved
}

function tell(account: Account, act: Act, order: Order, type: string, summary: string): void {
  const resource = shownOrder(account, act, order, true)
  emit(account, act, type, { type: 'checkout-order', id: order.id, summary, resource })
}

/** Takes the payment of an approved order, once. */
function captureOrder(account: Account, act: Act, order: Order): Order {
  const payer = payerOf(order.payer)
  if (order.status === 'COMPLETED') throw unprocessable('ORDER_ALREADY_CAPTURED')
  if (order.status !== 'APPROVED' || payer === undefined) throw unprocessable('ORDER_NOT_APPROVED')
  const invoice = stringOf(order.unit, 'invoice_id')
  const isBilled = ({ ids, status }: Capture): boolean =>
    ids['invoice_id'] === invoice && status !== 'DECLINED'
  if (invoice !== undefined && account.captures.list().some(([, one]) => isBilled(one))) {
    throw unprocessable('DUPLICATE_INVOICE_ID', '/purchase_units/0/invoice_id', invoice)
  }
  if (payer.capture === 'DECLINED') {
    const links = [{ href: approveUrl(act, order), rel: 'redirect', method: 'GET' }]
    throw new VendorError(errorReply(422, [{ issue: 'INSTRUMENT_DECLINED' }], { links }))
  }
  const done: Order = { ...order, status: 'COMPLETED', captureId: newId(), updatedMs: act.nowMs }
  account.orders.change(order.id, done)
  takePayment(account, act, done, payer)
  tell(account, act, done, 'CHECKOUT.ORDER.COMPLETED', 'An order has been completed')
  return done
}
