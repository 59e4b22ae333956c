/** The page where a person approves an order. No card data is asked for, nor taken. */
import { htmlDocument } from '../lib/document.ts'
import { html, type Html } from '../lib/html.ts'
import { stringOf } from '../lib/json.ts'
import { pageReply } from '../lib/page.ts'
import { VendorError, type Reply, type Route, type SandboxRequest } from '../lib/service.ts'
import type { Account } from './account.ts'
import { actOf } from './call.ts'
import { PAYERS, payerOf, type Order } from './model.ts'
import { moneyText } from './money.ts'
import { approve, openOrder } from './orders.ts'

/** The routes. They are the sandbox's own: no token is asked for, and no fault acts on them. */
export function pageRoutes(account: Account): readonly Route[] {
  const path = '/checkoutnow'
  return [
    { method: 'GET', path, handle: request => page(account, request, request.query.get('token') ?? '') },
    { method: 'POST', path, handle: request => agree(account, request) },
  ]
}

function agree(account: Account, request: SandboxRequest): Reply {
  const form = new URLSearchParams(request.rawBody.toString('utf8'))
  const token = form.get('token') ?? ''
  const act = actOf(account, request)
  const [order, payer] = [openOrder(account, act, token), payerOf(form.get('payer'))]
  if (order === undefined || payer === undefined) throw new VendorError(page(account, request, token))
  if (order.status !== 'COMPLETED') approve(account, act, order, payer)
  return { status: 303, headers: { location: `/checkoutnow?token=${order.id}` }, body: '' }
}

function page(account: Account, request: SandboxRequest, token: string): Reply {
  const order = openOrder(account, actOf(account, request), token)
  if (order === undefined) {
    const text = 'The address is not complete, or its time has run out. Ask for a new link.'
    return frame('Nothing to pay here', html`<section class="card"><p>${text}</p></section>`, 404)
  }
  const bill = html`<section class="card">
    <p class="sum">${moneyText(order)}</p>
    <p>${stringOf(order.unit, 'description') ?? ''}</p>
    ${order.status === 'COMPLETED' ? html`<p>Thank you, the payment was taken.</p>` : html``}
    ${order.status === 'APPROVED' ? html`<p>Approved. The shop takes the payment now.</p>` : html``}
    <p>${way(order, 'return_url', 'Back to the shop')} ${way(order, 'cancel_url', 'Back without paying')}</p>
  </section>`
  const title = order.status === 'COMPLETED' ? 'Paid' : 'Pay with PayPal'
  return frame(title, html`${bill} ${order.status === 'COMPLETED' ? html`` : choice(order)}`)
}

/** A link back, of those that the order's state has. */
function way({ id, context, payer }: Order, name: 'return_url' | 'cancel_url', label: string): Html {
  const given = URL.parse(stringOf(context, name) ?? '')
  const isWanted = (name === 'return_url') === (payer !== null)
  // A person clicks on it, and it was given by the caller of the API.
  if (given === null || !isWanted || !/^https?:$/.test(given.protocol)) return html``
  given.searchParams.set('token', id)
  if (payer !== null) given.searchParams.set('PayerID', payerOf(payer)?.id ?? '')
  return html`<a class="button" href="${given.href}">${label}</a>`
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

function frame(title: string, body: Html, status = 200): Reply {
  const whole = html`<header>
      <div>
        <p class="eyebrow">PayPal sandbox</p>
        <h1>${title}</h1>
      </div>
    </header>
    <main>${body}</main>`
  const style = html`header, main { max-width: 560px } .sum { font-size: 32px; font-weight: 600 }`
  return pageReply(htmlDocument({ title: `${title} – PayPal sandbox`, body: whole, style }), status)
}
