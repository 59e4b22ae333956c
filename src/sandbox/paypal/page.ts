/** The page where a person approves an order. */
import { linkButton } from '../lib/document.ts'
import { html, type Html } from '../lib/html.ts'
import { stringOf } from '../lib/json.ts'
import { PAYEE, payForm, payPage, type Bill } from '../lib/pay-page.ts'
import { VendorError, type Reply, type Route, type SandboxRequest } from '../lib/service.ts'
import type { Account, Act } from './account.ts'
import { actOf } from './call.ts'
import { PAYERS, payerOf, type Order } from './model.ts'
import { moneyText } from './money.ts'
import { approve, openOrder } from './orders.ts'

/** The routes. They are the sandbox's own: no token is asked for, and no fault acts on them. */
export function pageRoutes(account: Account): readonly Route[] {
  const path = '/checkoutnow'
  const show = (request: SandboxRequest): Reply => {
    const { query } = request
    return page(orderOf(actOf(account, request), query.get('token')), query.has('left'))
  }
  return [
    { method: 'GET', path, handle: show },
    { method: 'POST', path, handle: request => agree(actOf(account, request), request) },
  ]
}

const vendor = 'PayPal'

function orderOf(act: Act, token: string | null): Order {
  try {
    return openOrder(act, token ?? '')
  } catch {
    const news = 'The address is not complete, or its time has run out. Ask for a new link.'
    throw new VendorError(payPage({ vendor, title: 'Nothing to pay here', news, status: 404 }))
  }
}

function agree(act: Act, { rawBody }: SandboxRequest): Reply {
  const form = new URLSearchParams(rawBody.toString('utf8'))
  const order = orderOf(act, form.get('token'))
  const payer = payerOf(form.get('payer'))
  if (order.status !== 'COMPLETED' && payer !== undefined) approve(act, order, payer)
  return { status: 303, headers: { location: pathOf(order) }, body: '' }
}

function pathOf({ id }: Order): string {
  return `/checkoutnow?token=${id}`
}

function page(order: Order, hasLeft: boolean): Reply {
  const bill = billOf(order)
  if (order.payer !== null) return approvedPage(order, bill)
  if (!hasLeft) return payPage({ vendor, title: 'Pay with PayPal', bill, actions: choice(order) })
  const actions = html`<p class="row">${linkButton('Open it again', pathOf(order))}</p>`
  return payPage({ vendor, title: 'Nothing was paid', bill, actions })
}

/** The page after the payer has agreed; until the payment is taken, another way to pay may be chosen. */
function approvedPage(order: Order, bill: Bill): Reply {
  const url = wayBack(order, 'return_url')
  const back = url === null ? html`` : html`<p class="row">${linkButton('Back to the shop', url)}</p>`
  if (order.status === 'COMPLETED') {
    const news = 'Thank you, the payment was taken.'
    return payPage({ vendor, title: 'Paid', bill, news, actions: back })
  }
  const other = html`<details>
    <summary>Choose another way to pay</summary>
    ${choice(order)}
  </details>`
  const news = 'The shop takes the payment now.'
  return payPage({ vendor, title: 'Approved', bill, news, actions: html`${back} ${other}` })
}

function billOf(order: Order): Bill {
  const total = moneyText(order)
  const lines = [[stringOf(order.unit, 'description') ?? '', total]] as const
  return { payee: stringOf(order.context, 'brand_name') ?? PAYEE, total, lines }
}

/** Where the shop wants the payer to go on; null where it named no address that a person can go to. */
function wayBack({ id, context, payer }: Order, name: 'cancel_url' | 'return_url'): string | null {
  const url = URL.parse(stringOf(context, name) ?? '')
  // A person clicks on it, and it was given by the caller of the API.
  if (url === null || !/^https?:$/.test(url.protocol)) return null
  url.searchParams.set('token', id)
  if (payer !== null) url.searchParams.set('PayerID', payerOf(payer)?.id ?? '')
  return url.href
}

function choice(order: Order): Html {
  return payForm({
    action: '/checkoutnow',
    field: 'payer',
    ways: PAYERS.map(({ token, label }) => [token, label]),
    fields: html`<input type="hidden" name="token" value="${order.id}" />`,
    leave: wayBack(order, 'cancel_url') ?? `${pathOf(order)}&left`,
  })
}
