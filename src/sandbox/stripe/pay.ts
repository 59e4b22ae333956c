/**
 * The pages where a person pays, without scripts and without card data: none is asked for, nor taken. No key is needed
 * there, and no fault acts on them.
 */
import { htmlDocument } from '../lib/document.ts'
import { originOf } from '../lib/hand.ts'
import { html, type Html } from '../lib/html.ts'
import { isObject, stringOf } from '../lib/json.ts'
import { pageReply } from '../lib/page.ts'
import type { Reply, Route, SandboxRequest } from '../lib/service.ts'
import { outsideAct, type Account } from './account.ts'
import { METHODS, methodOf } from './methods.ts'
import type { Session } from './model.ts'
import { moneyText } from './money.ts'
import { expireDue, payAt, visit } from './sessions.ts'

/** The routes. */
export function payRoutes(account: Account): readonly Route[] {
  const session = '/pay/sessions/{id}'
  return [
    { method: 'GET', path: '/pay/links/{id}', handle: request => openLink(account, request) },
    { method: 'GET', path: session, handle: request => showSession(account, request, '') },
    { method: 'POST', path: session, handle: request => payByForm(account, request) },
  ]
}

function openLink(account: Account, request: SandboxRequest): Reply {
  const link = account.store.find('payment_link', request.params['id'] ?? '')
  if (link === undefined) return nothing()
  if (link.active) return toSession(visit(outsideAct(account, link.livemode, originOf(request)), link).id)
  const text = link.inactive_message ?? 'It was paid, replaced or withdrawn.'
  return pageReply(page('This link is no longer active', html`<p>${text}</p>`), 410)
}

function nothing(): Reply {
  return pageReply(
    page('No such page', html`<p>The address is not complete, or was never given out.</p>`),
    404,
  )
}

function toSession(id: string): Reply {
  return { status: 303, headers: { location: `/pay/sessions/${id}` }, body: '' }
}

/** The session as it is now: it may have expired since. */
function sessionNow(account: Account, { params }: SandboxRequest): Session | undefined {
  for (const livemode of [false, true]) expireDue(outsideAct(account, livemode, ''))
  return account.store.find('checkout.session', params['id'] ?? '')
}

/** The page of a session, with why the last way to pay did not work. */
function showSession(account: Account, request: SandboxRequest, problem: string): Reply {
  const session = sessionNow(account, request)
  if (session === undefined) return nothing()
  return pageReply(sessionPage(session, problem), problem === '' ? 200 : 402)
}

function payByForm(account: Account, request: SandboxRequest): Reply {
  const form = new URLSearchParams(request.rawBody.toString('utf8'))
  const session = sessionNow(account, request)
  const method = methodOf(form.get('method') ?? '')
  if (session === undefined || method === undefined) return nothing()
  if (session.status !== 'open') return toSession(session.id)
  const email = form.get('email') ?? ''
  const act = outsideAct(account, session.livemode, originOf(request))
  const error = payAt(act, session, method, email === '' ? null : email)
  if (!isObject(error)) return toSession(session.id)
  return showSession(account, request, stringOf(error, 'message') ?? '')
}

function sessionPage(session: Session, problem: string): Html {
  switch (session.status) {
    case 'open':
      return page('Pay', choice(session, problem))
    case 'expired':
      return page(
        'This page has expired',
        html`<p>Ask for a new link, or open the one you were given again.</p>`,
      )
    case 'complete':
      return page('Thank you', html`<p>${thanks(session)}</p>`)
    default:
      return session.status satisfies never
  }
}

function choice(session: Session, problem: string): Html {
  const lines = session.lines.map(
    ({ description, quantity, amount_total, currency }) =>
      html`<p>${quantity} × ${description}: ${moneyText(amount_total, currency)}</p>`,
  )
  const ways = METHODS.map(
    ({ token, label, last4 }) => html`<button name="method" value="${token}">${label} …${last4}</button>`,
  )
  return html`<form method="post" action="/pay/sessions/${session.id}">
    ${problem === '' ? html`` : html`<p role="alert"><b>${problem}</b> Try another way to pay.</p>`}
    <h2>${moneyText(session.amount_total, session.currency)}</h2>
    ${lines}
    <p>
      <label>Your e-mail: <input type="email" name="email" autocomplete="off" /></label>
    </p>
    <h3>Pay with</h3>
    <div class="presets">${ways}</div>
  </form>`
}

function thanks({ payment_status }: Session): string {
  return payment_status === 'unpaid'
    ? 'Your bank will move the money in a few days.'
    : 'Thank you, the payment went through.'
}

function page(title: string, body: Html): Html {
  return htmlDocument({
    title: `${title} – Stripe sandbox`,
    body: html`<header>
        <div>
          <p class="eyebrow">Stripe sandbox</p>
          <h1>${title}</h1>
        </div>
      </header>
      <main><section class="card">${body}</section></main>`,
  })
}
