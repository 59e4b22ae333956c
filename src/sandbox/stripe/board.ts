/** The board: what the merchant sees at the dashboard, with what people and banks can do. */
import { actButton, boardPage, row, section, webhookSections, type BoardFrame } from '../lib/board.ts'
import { html, type Html } from '../lib/html.ts'
import type { Reply, Route, SandboxRequest } from '../lib/service.ts'
import type { Account } from './account.ts'
import { totalOf } from './lines.ts'
import type { Kind, Kinds } from './model.ts'
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
  const lists = html`${list('Payments', 'payment_intent', moneyRow('payment_intent'))}
    ${list('Charges', 'charge', moneyRow('charge'))} ${list('Payment links', 'payment_link', linkRow)}
    ${list('Refunds', 'refund', moneyRow('refund'))} ${list('Disputes', 'dispute', moneyRow('dispute'))}
    ${list('Payouts', 'payout', moneyRow('payout'))}
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

/** Buttons of an object of a kind; one that does not fit its state is refused, with the reason. */
const BUTTONS = {
  charge: [
    ['refund', {}, 'Refund'],
    ['dispute', {}, 'Dispute'],
    ['dispute', { inquiry: 'true' }, 'Inquiry'],
  ],
  payment_intent: [
    ['debit', { how: 'succeeded' }, 'The debit comes'],
    ['debit', { how: 'failed' }, 'It does not'],
  ],
  refund: [
    ['refund-end', { how: 'succeeded' }, 'The bank takes it'],
    ['refund-end', { how: 'failed' }, 'The bank sends it back'],
  ],
  dispute: [
    ['dispute-decide', { verdict: 'answer' }, 'Send evidence'],
    ['dispute-decide', { verdict: 'won' }, 'Won'],
    ['dispute-decide', { verdict: 'lost' }, 'Lost'],
    ['dispute-decide', { verdict: 'appeal' }, 'Appeal'],
    ['dispute-decide', { verdict: 'closed' }, 'Close the inquiry'],
  ],
  payout: [['payout-end', {}, 'It arrives']],
} as const

function moneyRow(kind: keyof typeof BUTTONS): (object: Kinds[typeof kind]) => Html {
  return ({ id, amount, currency, status }) => {
    const buttons = BUTTONS[kind].map(([name, given, label]) => act(name, { [kind]: id, ...given }, label))
    return row(id, moneyText(amount, currency), status, buttons)
  }
}

function linkRow({ id, active, lines, currency }: Kinds['payment_link']): Html {
  const what = lines.map(({ description }) => description).join(', ')
  const buttons = active ? [html`<a class="button" href="/pay/links/${id}">Open</a>`] : []
  return row(id, `${what} · ${moneyText(totalOf(lines), currency)}`, active ? 'active' : 'inactive', buttons)
}

function endpointRow({ id, url, payload, enabled_events: types }: Kinds['webhook_endpoint']): Html {
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
