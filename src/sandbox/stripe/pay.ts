/**
 * The pages where a person pays, without scripts and without card data: none is asked for, nor taken. No key is needed
 * there, and no fault acts on them.
 */
import { linkButton } from '../lib/document.ts'
import { originOf } from '../lib/hand.ts'
import { html, type Html } from '../lib/html.ts'
import { isObject, stringOf } from '../lib/json.ts'
import { PAYEE, payForm, payPage, type Bill, type PayPage } from '../lib/pay-page.ts'
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
  const news = 'It was paid, replaced or withdrawn.'
  return page({ title: 'This link is no longer active', news, status: 410 })
}

function nothing(): Reply {
  const news = 'The address is not complete, or was never given out.'
  return page({ title: 'No such page', news, status: 404 })
}

function page(parts: Omit<PayPage, 'vendor'>): Reply {
  return payPage({ vendor: 'Stripe', ...parts })
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
  if (session.status === 'open' && request.query.has('left')) return left(session)
  return sessionPage(session, problem)
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

function sessionPage(session: Session, problem: string): Reply {
  const bill = billOf(session)
  switch (session.status) {
    case 'open':
      return page({ title: 'Pay', bill, problem, actions: ways(session), status: problem === '' ? 200 : 402 })
    case 'expired':
      return page({ title: 'This page has expired', news: 'Ask for a new link, or open yours again.' })
    case 'complete':
      return page({ title: 'Thank you', bill, news: thanks(session) })
    default:
      return session.status satisfies never
  }
}

/** Who does not pay may do so later. */
function left(session: Session): Reply {
  const actions = html`<p class="row">${linkButton('Open it again', `/pay/sessions/${session.id}`)}</p>`
  const news = 'The link can be opened again until it is paid or withdrawn.'
  return page({ title: 'Nothing was paid', bill: billOf(session), news, actions })
}

function billOf({ lines, amount_total, currency }: Session): Bill {
  return {
    payee: PAYEE,
    total: moneyText(amount_total, currency),
    lines: lines.map(({ description, quantity, amount_total: amount }) => {
      return [
        quantity === 1 ? description : `${String(quantity)} × ${description}`,
        moneyText(amount, currency),
      ]
    }),
  }
}

function ways({ id }: Session): Html {
  const path = `/pay/sessions/${id}`
  return payForm({
    action: path,
    field: 'method',
    ways: METHODS.map(({ token, label }) => [token, label]),
    fields: html`<label>Your e-mail <input type="email" name="email" autocomplete="off" /></label>`,
    leave: `${path}?left`,
  })
}

function thanks({ payment_status }: Session): string {
  return payment_status === 'unpaid'
    ? 'Your bank will move the money in a few days.'
    : 'The payment went through.'
}
