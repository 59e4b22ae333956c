/** The board: what the merchant sees at the dashboard, with what people and banks can do to each thing as it stands. */
import { boardPage, MOST_ROWS, type BoardList, type BoardRow, type Button } from '../lib/board.ts'
import type { Reply, Route, SandboxRequest } from '../lib/service.ts'
import type { Account } from './account.ts'
import { movesOf, type Verdict } from './disputes.ts'
import { totalOf } from './lines.ts'
import type { Dispute, Endpoint, Kind, Kinds, PaymentIntent, PaymentLink, Payout, Refund } from './model.ts'
import { moneyText } from './money.ts'

/** The one page. */
export function boardRoutes(account: Account): readonly Route[] {
  return [{ method: 'GET', path: '/', handle: request => board(account, request) }]
}

function board(account: Account, { query }: SandboxRequest): Reply {
  const livemode = query.get('mode') === 'live'
  const mode = { livemode: String(livemode) }
  return boardPage({
    service: 'stripe',
    title: 'Stripe',
    subtitle: livemode ? 'Live mode: nothing here is real all the same' : 'Test mode',
    links: [
      ['Test mode', '/'],
      ['Live mode', '/?mode=live'],
    ],
    problem: query.get('problem') ?? '',
    lists: listsOf(account, livemode),
    endpoint: {
      example: 'http://127.0.0.1:4780/webhook/stripe',
      buttons: [
        ['Send whole events', 'endpoint', { ...mode, payload: 'snapshot' }],
        ['Send thin events', 'endpoint', { ...mode, payload: 'thin' }],
      ],
    },
    deliveries: account.webhooks.newest(MOST_ROWS),
  })
}

function listsOf(account: Account, livemode: boolean): readonly BoardList[] {
  const rows = <K extends Kind>(kind: K, rowOf: (object: Kinds[K]) => BoardRow): readonly BoardRow[] =>
    account.store.list(kind, { where: { livemode }, sortedBy: 'created', limit: MOST_ROWS }).map(rowOf)
  const payout: Button = ['Pay out all USD', 'payout', { currency: 'usd', livemode: String(livemode) }]
  return [
    {
      title: 'Payments',
      rows: rows('payment_intent', intent => moneyRow(intent, paymentButtons(account, intent))),
    },
    { title: 'Payment links', rows: rows('payment_link', linkRow) },
    { title: 'Refunds', rows: rows('refund', refund => moneyRow(refund, refundButtons(refund))) },
    { title: 'Disputes', rows: rows('dispute', dispute => moneyRow(dispute, disputeButtons(dispute))) },
    { title: 'Payouts', rows: rows('payout', one => moneyRow(one, payoutButtons(one))), buttons: [payout] },
    { title: 'Webhook endpoints', rows: rows('webhook_endpoint', endpointRow) },
  ]
}

function moneyRow(
  { id, amount, currency, status }: PaymentIntent | Refund | Dispute | Payout,
  buttons: readonly Button[],
): BoardRow {
  return { id, about: moneyText(amount, currency), state: status, buttons }
}

function paymentButtons({ store }: Account, intent: PaymentIntent): readonly Button[] {
  const given = { payment_intent: intent.id }
  if (intent.status === 'processing') {
    return [
      ['The debit comes', 'debit', { ...given, how: 'succeeded' }],
      ['It does not', 'debit', { ...given, how: 'failed' }],
    ]
  }
  const charge = store.find('charge', intent.latest_charge ?? '')
  if (charge?.status !== 'succeeded' || charge.refunded || charge.disputed) return []
  return [
    ['Refund', 'refund', given],
    ['Dispute', 'dispute', given],
    ['Inquiry', 'dispute', { ...given, inquiry: 'true' }],
  ]
}

function refundButtons({ id: refund, status }: Refund): readonly Button[] {
  const fails: Button = ['The bank sends it back', 'refund-end', { refund, how: 'failed' }]
  if (status === 'pending') return [['The bank takes it', 'refund-end', { refund, how: 'succeeded' }], fails]
  return status === 'succeeded' ? [fails] : []
}

const VERDICT_LABELS: Readonly<Record<Verdict, string>> = {
  answer: 'Send evidence',
  won: 'Won',
  lost: 'Lost',
  appeal: 'Appeal',
  closed: 'Close the inquiry',
}

function disputeButtons(dispute: Dispute): readonly Button[] {
  return movesOf(dispute).map(verdict => [
    VERDICT_LABELS[verdict],
    'dispute-decide',
    { dispute: dispute.id, verdict },
  ])
}

function payoutButtons({ id: payout, status }: Payout): readonly Button[] {
  return status === 'paid' ? [] : [['It arrives', 'payout-end', { payout }]]
}

function linkRow({ id, active, lines, currency }: PaymentLink): BoardRow {
  const what = lines.map(({ description }) => description).join(', ')
  const about = `${moneyText(totalOf(lines), currency)} · ${what}`
  const row = { id, about, state: active ? 'active' : 'inactive', buttons: [] }
  return active ? { ...row, opens: `/pay/links/${id}` } : row
}

function endpointRow({ id, url, payload, enabled_events: types }: Endpoint): BoardRow {
  const about = `${url} · ${types.join(', ')}`
  return { id, about, state: payload, buttons: [['Remove', 'endpoint-remove', { endpoint: id }]] }
}
