/** The board: what the merchant sees at the dashboard, with what people and banks can do. */
import { actButton, boardPage, row, section, webhookSections, type BoardFrame } from '../lib/board.ts'
import { html, type Html } from '../lib/html.ts'
import type { Reply, Route, SandboxRequest } from '../lib/service.ts'
import type { Account } from './account.ts'
import type { Charge, Dispute, Endpoint, Kind, Kinds, PaymentLink, Payout, Refund } from './model.ts'
import { moneyText } from './money.ts'

const MOST = 20

/** The one page. */
export function boardRoutes(account: Account): readonly Route[] {
  return [{ method: 'GET', path: '/', handle: request => board(account, request) }]
}

function board(account: Account, { query }: SandboxRequest): Reply {
  const livemode = query.get('mode') === 'live'
  const newest = <K extends Kind>(kind: K): readonly Kinds[K][] =>
    account.store.list(kind, { livemode, limit: MOST })
  const lists = html`${section('Payments', ['Payment', 'Amount', 'State', ''], newest('charge').map(chargeRow))}
    ${section('Payment links', ['Link', 'For', 'State', ''], newest('payment_link').map(linkRow))}
    ${section('Refunds', ['Refund', 'Amount', 'State', ''], newest('refund').map(refundRow))}
    ${section('Disputes', ['Dispute', 'Amount', 'State', ''], newest('dispute').map(disputeRow))}
    ${section('Payouts', ['Payout', 'Amount', 'State', ''], newest('payout').map(payoutRow))}
    <section class="card">
      ${act('payout', { currency: 'usd', livemode: String(livemode) }, 'Pay out the balance in USD')}
    </section>
    ${section('Webhook endpoints', ['Address', 'Body', 'Events', ''], newest('webhook_endpoint').map(endpointRow))}
    ${endpointForm(livemode)} ${webhookSections(act, account.webhooks.newest(MOST))}`
  const frame: BoardFrame = {
    title: 'Stripe',
    subtitle: livemode ? 'Live mode: nothing here is real all the same' : 'Test mode',
    links: [
      livemode ? ['Test mode', '/'] : ['Live mode', '/?mode=live'],
      ['Refresh', livemode ? '/?mode=live' : '/'],
    ],
    problem: query.get('problem') ?? '',
  }
  return boardPage(frame, lists)
}

const act = actButton('stripe')

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
