/** The board: what the merchant sees at the dashboard, with what people and banks can do. */
import { actButton, boardPage, row, section, webhookSections, type BoardFrame } from '../lib/board.ts'
import { html, type Html } from '../lib/html.ts'
import type { Reply, Route, SandboxRequest } from '../lib/service.ts'
import type { Account } from './account.ts'
import { totalOf } from './lines.ts'
import type { Charge, Dispute, Endpoint, Kind, Kinds, PaymentLink, Payout, Refund } from './model.ts'
import { moneyText } from './money.ts'

const MOST = 20

/** The one page. */
export function boardRoutes(account: Account): readonly Route[] {
  return [{ method: 'GET', path: '/', handle: request => board(account, request) }]
}

function board({ store, webhooks }: Account, { query }: SandboxRequest): Reply {
  const livemode = query.get('mode') === 'live'
  const list = <K extends Kind>(title: string, kind: K, show: (object: Kinds[K]) => Html): Html => {
    const newest = store.list(kind, { where: { livemode }, limit: MOST })
    return section(title, ['Id', 'About', 'State', ''], newest.map(show))
  }
  const lists = html`${list('Payments', 'charge', chargeRow)}
    ${list('Payment links', 'payment_link', linkRow)} ${list('Refunds', 'refund', refundRow)}
    ${list('Disputes', 'dispute', disputeRow)} ${list('Payouts', 'payout', payoutRow)}
    <section class="card">
      ${act('payout', { currency: 'usd', livemode: String(livemode) }, 'Pay out the balance in USD')}
    </section>
    ${list('Webhook endpoints', 'webhook_endpoint', endpointRow)} ${endpointForm(livemode)}
    ${webhookSections(act, webhooks.newest(MOST))}`
  const frame: BoardFrame = {
    title: 'Stripe',
    subtitle: livemode ? 'Live mode: nothing here is real all the same' : 'Test mode',
    links: [
      ['Test mode', '/'],
      ['Live mode', '/?mode=live'],
    ],
    problem: query.get('problem') ?? '',
  }
  return boardPage(frame, lists)
}

const act = actButton('stripe')

function chargeRow(charge: Charge): Html {
  const { id, amount, amount_refunded, currency, disputed, payment_intent, status } = charge
  const left = amount - amount_refunded
  const ends = [
    act('debit', { payment_intent, how: 'succeeded' }, 'The money comes'),
    act('debit', { payment_intent, how: 'failed' }, 'It does not'),
  ]
  const changes = [
    act('refund', { charge: id }, `Refund ${moneyText(left, currency)}`),
    act('dispute', { charge: id }, 'Dispute'),
    act('dispute', { charge: id, inquiry: 'true' }, 'Inquiry'),
  ]
  const isFree = status === 'succeeded' && !disputed && left > 0
  const state = disputed ? 'disputed' : amount_refunded > 0 ? 'refunded' : status
  return row(id, moneyText(amount, currency), state, status === 'pending' ? ends : isFree ? changes : [])
}

function linkRow({ id, active, lines, currency }: PaymentLink): Html {
  const what = lines.map(({ description }) => description).join(', ')
  const buttons = active ? [html`<a class="button" href="/pay/links/${id}">Open</a>`] : []
  return row(id, `${what} · ${moneyText(totalOf(lines), currency)}`, active ? 'active' : 'inactive', buttons)
}

function refundRow({ id, amount, currency, status }: Refund): Html {
  const fails = act('refund-end', { refund: id, how: 'failed' }, 'The bank sends it back')
  const succeeds = act('refund-end', { refund: id, how: 'succeeded' }, 'The bank takes it')
  const buttons = { pending: [succeeds, fails], succeeded: [fails], failed: [] }
  return row(id, moneyText(amount, currency), status, buttons[status])
}

function disputeRow({ id, amount, currency, status }: Dispute): Html {
  const buttons = VERDICT_LABELS.map(([verdict, label]) =>
    act('dispute-decide', { dispute: id, verdict }, label),
  )
  return row(id, moneyText(amount, currency), status, buttons)
}

/** One that does not fit the state of a dispute is refused, with the reason. */
const VERDICT_LABELS = [
  ['answer', 'Send evidence'],
  ['won', 'Won'],
  ['lost', 'Lost'],
  ['appeal', 'Appeal'],
  ['closed', 'Close the inquiry'],
] as const

function payoutRow({ id, amount, currency, status }: Payout): Html {
  const buttons = [
    act('payout-end', { payout: id, how: 'paid' }, 'It arrives'),
    act('payout-end', { payout: id, how: 'failed' }, 'The bank sends it back'),
  ]
  return row(id, moneyText(amount, currency), status, status === 'in_transit' ? buttons : [])
}

function endpointRow({ id, url, payload, enabled_events: types }: Endpoint): Html {
  return row(url, payload, types.join(', '), [act('endpoint-remove', { endpoint: id }, 'Remove')])
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
