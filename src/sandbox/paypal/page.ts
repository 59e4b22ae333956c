/** The page where a person approves an order. No card data is asked for, nor taken. */
import { htmlDocument } from '../lib/document.ts'
import { html, type Html } from '../lib/html.ts'
import { stringOf } from '../lib/json.ts'
import { pageReply } from '../lib/page.ts'
import { VendorError, type Reply, type Route, type SandboxRequest } from '../lib/service.ts'
import type { Account, Act } from './account.ts'
import { actOf } from './call.ts'
import { PAYERS, payerOf, type Order } from './model.ts'
import { moneyText } from './money.ts'
import { approve, openOrder } from './orders.ts'

/** The routes. They are the sandbox's own: no token is asked for, and no fault acts on them. */
export function pageRoutes(account: Account): readonly Route[] {
  const path = '/checkoutnow'
  const show = (request: SandboxRequest): Reply =>
    page(orderOf(actOf(account, request), request.query.get('token')))
  return [
    { method: 'GET', path, handle: show },
    { method: 'POST', path, handle: request => agree(actOf(account, request), request) },
  ]
}

function orderOf(act: Act, token: string | null): Order {
  try {
    return openOrder(act, token ?? '')
  } catch {
    const text = 'The address is not complete, or its time has run out. Ask for a new link.'
    throw new VendorError(
      frame('Nothing to pay here', html`<section class="card"><p>${text}</p></section>`, 404),
    )
  }
}

function agree(act: Act, { rawBody }: SandboxRequest): Reply {
  const form = new URLSearchParams(rawBody.toString('utf8'))
  const order = orderOf(act, form.get('token'))
  const payer = payerOf(form.get('payer'))
  if (order.status !== 'COMPLETED' && payer !== undefined) approve(act, order, payer)
  return { status: 303, headers: { location: `/checkoutnow?token=${order.id}` }, body: '' }
}

const NEWS: Partial<Readonly<Record<Order['status'], string>>> = {
  APPROVED: 'Approved. The shop takes the payment now.',
  COMPLETED: 'Thank you, the payment was taken.',
}

function page(order: Order): Reply {
  const isPaid = order.status === 'COMPLETED'
  const bill = html`<section class="card">
    <p class="sum">${moneyText(order)}</p>
    <p>${stringOf(order.unit, 'description') ?? ''}</p>
    <p>${NEWS[order.status] ?? ''}</p>
    <p>${wayBack(order)}</p>
  </section>`
  return frame(isPaid ? 'Paid' : 'Pay with PayPal', html`${bill} ${isPaid ? html`` : choice(order)}`)
}

function wayBack({ id, context, payer }: Order): Html {
  const [name, label] =
    payer === null ? ['cancel_url', 'Back without paying'] : ['return_url', 'Back to the shop']
  const url = URL.parse(stringOf(context, name ?? '') ?? '')
  // A person clicks on it, and it was given by the caller of the API.
  if (url === null || !/^https?:$/.test(url.protocol)) return html``
  url.searchParams.set('token', id)
  if (payer !== null) url.searchParams.set('PayerID', payerOf(payer)?.id ?? '')
  return html`<a class="button" href="${url.href}">${label ?? ''}</a>`
}

function choice({ id }: Order): Html {
  const buttons = PAYERS.map(
    ({ token, label }) => html`<button name="payer" value="${token}">${label}</button>`,
  )
  return html`<form class="card" method="post" action="/checkoutnow">
    <input type="hidden" name="token" value="${id}" />
    <div class="presets">${buttons}</div>
  </form>`
}

function frame(title: string, main: Html, status = 200): Reply {
  const body = html`<header><h1>${title}</h1></header>
    <main>${main}</main>`
  const style = html`header, main { max-width: 560px } .sum { font-size: 32px; font-weight: 600 }`
  return pageReply(htmlDocument({ title: `${title} – PayPal sandbox`, body, style }), status)
}
