/** The board: what the merchant sees at the dashboard, with what people and banks can do. */
import { html, type Html } from '../lib/html.ts'
import { htmlDocument } from '../lib/document.ts'
import { pageReply } from '../lib/page.ts'
import type { Reply, Route, SandboxRequest } from '../lib/service.ts'
import type { Delivery } from '../lib/webhooks.ts'
import type { Account } from './account.ts'
import type { Charge, Dispute, Endpoint, Kind, Kinds, PaymentLink, Payout, Refund } from './model.ts'
import { moneyText } from './money.ts'

const MOST = 20

/** The one page. */
export function boardRoutes(account: Account): readonly Route[] {
  return [{ method: 'GET', path: '/', handle: request => board(account, request) }]
}

function board(account: Account, { query }: SandboxRequest): Reply {
  const problem = query.get('problem') ?? ''
  const livemode = query.get('mode') === 'live'
  const newest = <K extends Kind>(kind: K): readonly Kinds[K][] =>
    account.store.list(kind, { livemode, limit: MOST })
  const body = html`<header>
      <div>
        <p class="eyebrow">EchoPilot sandbox</p>
        <h1>Stripe</h1>
        <p class="sub">${livemode ? 'Live mode: nothing here is real all the same' : 'Test mode'}</p>
      </div>
      <div class="row">
        <a class="button" href="${livemode ? '/' : '/?mode=live'}">${livemode ? 'Test mode' : 'Live mode'}</a>
        <a class="button" href="${livemode ? '/?mode=live' : '/'}">Refresh</a>
        <a class="button" href="/__sandbox/">Calls and faults</a>
      </div>
    </header>
    <main>
      ${problem === '' ? html`` : html`<section class="card" role="alert"><b>That did not work.</b> ${problem}</section>`}
      ${section('Payments', ['Payment', 'Amount', 'State', ''], newest('charge').map(chargeRow))}
      ${section('Payment links', ['Link', 'For', 'State', ''], newest('payment_link').map(linkRow))}
      ${section('Refunds', ['Refund', 'Amount', 'State', ''], newest('refund').map(refundRow))}
      ${section('Disputes', ['Dispute', 'Amount', 'State', ''], newest('dispute').map(disputeRow))}
      ${section('Payouts', ['Payout', 'Amount', 'State', ''], newest('payout').map(payoutRow))}
      <section class="card">
        ${act('payout', { currency: 'usd', livemode: String(livemode) }, 'Pay out the balance in USD')}
      </section>
      ${section('Webhook endpoints', ['Address', 'Body', 'Events', ''], newest('webhook_endpoint').map(endpointRow))}
      ${endpointForm(livemode)}
      ${section('Webhooks', ['Event', 'State', 'Attempts', ''], account.webhooks.newest(MOST).map(deliveryRow))}
      <section class="card row">
        ${act('webhooks-release', {}, 'Send all that waits now')}
        ${act('clock', { seconds: '86400' }, 'Let a day pass')}
      </section>
    </main>`
  return pageReply(htmlDocument({ title: 'Stripe sandbox', body, style: STYLE }))
}

const STYLE = html`.fields input { font: inherit; color: var(--ink); background: var(--page); border: 1px
solid var(--line); border-radius: 7px; padding: 6px 10px; min-width: 280px }`

function section(title: string, columns: readonly string[], rows: readonly Html[]): Html {
  if (rows.length === 0)
    return html`<section class="card">
      <h2>${title}</h2>
      <p class="quiet">None yet.</p>
    </section>`
  return html`<section class="card">
    <h2>${title}</h2>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            ${columns.map(column => html`<th>${column}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
  </section>`
}

/** A button that does one act. */
function act(name: string, given: Readonly<Record<string, string>>, label: string): Html {
  const fields = Object.entries(given).map(
    ([field, value]) => html`<input type="hidden" name="${field}" value="${value}" />`,
  )
  return html`<form method="post" action="/__sandbox/stripe/${name}">
    ${fields}<button>${label}</button>
  </form>`
}

function row(id: string, middle: string, state: string, buttons: readonly Html[]): Html {
  return html`<tr>
    <td><code>${id}</code></td>
    <td>${middle}</td>
    <td><span class="tag">${state}</span></td>
    <td class="row">${buttons}</td>
  </tr>`
}

function chargeRow(charge: Charge): Html {
  const { id, amount, amount_refunded, currency, payment_intent } = charge
  const sum = moneyText(amount, currency)
  if (charge.status === 'pending') {
    return row(id, sum, 'pending', [
      act('debit', { payment_intent, how: 'succeeded' }, 'The money comes'),
      act('debit', { payment_intent, how: 'failed' }, 'It does not'),
    ])
  }
  const left = amount - amount_refunded
  const free = charge.status === 'succeeded' && !charge.disputed && left > 0
  const state = charge.disputed ? 'disputed' : amount_refunded > 0 ? 'refunded' : charge.status
  const buttons = free
    ? [
        act('refund', { charge: id }, `Refund ${moneyText(left, currency)}`),
        act('dispute', { charge: id }, 'Dispute'),
        act('dispute', { charge: id, inquiry: 'true' }, 'Inquiry'),
      ]
    : []
  return row(id, sum, state, buttons)
}

function linkRow({ id, active, own: { lines }, currency }: PaymentLink): Html {
  const sum = lines.reduce((total, line) => total + line.amount_total, 0)
  const what = `${lines.map(({ description }) => description ?? '').join(', ')} · ${moneyText(sum, currency)}`
  const button = html`<a class="button" href="/pay/links/${id}">Open</a>`
  return row(id, what, active ? 'active' : 'inactive', active ? [button] : [])
}

function refundRow({ id, amount, currency, status }: Refund): Html {
  const fails = act('refund-end', { refund: id, how: 'failed' }, 'The bank sends it back')
  const succeeds = act('refund-end', { refund: id, how: 'succeeded' }, 'The bank takes it')
  const buttons = { pending: [succeeds, fails], succeeded: [fails], failed: [] }
  return row(id, moneyText(amount, currency), status, buttons[status])
}

function disputeRow(dispute: Dispute): Html {
  const { id, amount, currency, status } = dispute
  const verdicts: readonly (readonly [string, string])[] =
    status === 'lost'
      ? [['appeal', 'Allow an appeal']]
      : status.startsWith('warning_')
        ? [['closed', 'Close']]
        : [
            ['won', 'Won'],
            ['lost', 'Lost'],
          ]
  const over = status === 'won' || status === 'warning_closed'
  const buttons = verdicts.map(([verdict, label]) => act('dispute-decide', { dispute: id, verdict }, label))
  return row(id, moneyText(amount, currency), status, over ? [] : buttons)
}

function payoutRow({ id, amount, currency, status }: Payout): Html {
  const buttons =
    status === 'in_transit'
      ? [
          act('payout-end', { payout: id, how: 'paid' }, 'It arrives'),
          act('payout-end', { payout: id, how: 'failed' }, 'The bank sends it back'),
        ]
      : []
  return row(id, moneyText(amount, currency), status, buttons)
}

function endpointRow({ id, url, own, enabled_events: types }: Endpoint): Html {
  return row(url, own.payload, types.join(', '), [act('endpoint-remove', { endpoint: id }, 'Remove')])
}

function endpointForm(livemode: boolean): Html {
  return html`<section class="card">
    <form class="fields row" method="post" action="/__sandbox/stripe/endpoint">
      <input type="hidden" name="livemode" value="${String(livemode)}" />
      <input name="url" placeholder="http://127.0.0.1:8080/webhook/stripe" aria-label="address" />
      <button name="payload" value="snapshot">Send whole events there</button>
      <button name="payload" value="thin">Send thin events there</button>
    </form>
  </section>`
}

function deliveryRow({ eventId, type, state, attempts, lastStatus }: Delivery): Html {
  const answered = lastStatus === null ? '' : ` (${String(lastStatus)})`
  return html`<tr>
    <td>${type} <code class="quiet">${eventId}</code></td>
    <td><span class="tag">${state}</span></td>
    <td class="number">${attempts}${answered}</td>
    <td>${act('webhooks-resend', { event: eventId }, 'Send again')}</td>
  </tr>`
}
