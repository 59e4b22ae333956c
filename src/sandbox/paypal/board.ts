/** The board: what the merchant sees at the dashboard, with what people, PayPal and banks can do to each thing as it stands. */
import { boardPage, MOST_ROWS, type BoardRow, type Button } from '../lib/board.ts'
import { stringOf } from '../lib/json.ts'
import type { Reply, Route, SandboxRequest } from '../lib/service.ts'
import type { Account } from './account.ts'
import { movesOf } from './disputes.ts'
import type { Capture, Dispute, Endpoint, Kinds, Order, Refund } from './model.ts'
import { moneyText } from './money.ts'

/** The one page. */
export function boardRoutes(account: Account): readonly Route[] {
  return [{ method: 'GET', path: '/', handle: request => board(account, request) }]
}

function board({ store, webhooks }: Account, { query }: SandboxRequest): Reply {
  const rows = <K extends keyof Kinds>(kind: K, rowOf: (object: Kinds[K]) => BoardRow): readonly BoardRow[] =>
    store.list(kind, { limit: MOST_ROWS }).map(rowOf)
  return boardPage({
    service: 'paypal',
    title: 'PayPal',
    subtitle: 'The merchant’s account',
    links: [['Refresh', '/']],
    problem: query.get('problem') ?? '',
    lists: [
      { title: 'Payments', rows: rows('capture', captureRow) },
      { title: 'Orders', rows: rows('order', orderRow) },
      { title: 'Refunds', rows: rows('refund', refundRow) },
      { title: 'Disputes', rows: rows('dispute', disputeRow) },
      { title: 'Webhook endpoints', rows: rows('endpoint', endpointRow) },
    ],
    endpoint: {
      example: 'http://127.0.0.1:4780/webhook/paypal',
      buttons: [['Send events', 'endpoint', {}]],
    },
    deliveries: webhooks.newest(MOST_ROWS),
  })
}

function captureRow(capture: Capture): BoardRow {
  return {
    id: capture.id,
    about: moneyText(capture),
    state: capture.status,
    buttons: captureButtons(capture),
  }
}

function captureButtons(one: Capture): readonly Button[] {
  const given = { capture: one.id }
  if (one.status === 'DECLINED' || one.status === 'REFUNDED') return []
  if (one.status === 'PENDING') {
    return [
      ['The money comes', 'capture-end', { ...given, how: 'completed' }],
      ['It does not', 'capture-end', { ...given, how: 'denied' }],
    ]
  }
  return [
    [`Refund ${moneyText({ ...one, minor: one.minor - one.refunded })}`, 'refund', given],
    ['Claim', 'dispute', { ...given, kind: 'claim' }],
    ['Inquiry', 'dispute', { ...given, kind: 'inquiry' }],
    ['Chargeback', 'dispute', { ...given, kind: 'chargeback' }],
  ]
}

function orderRow(order: Order): BoardRow {
  const about = `${moneyText(order)} · ${stringOf(order.unit, 'description') ?? ''}`
  const row = { id: order.id, about, state: order.status, buttons: [] }
  return order.captureId === null ? { ...row, opens: `/checkoutnow?token=${order.id}` } : row
}

function refundRow(one: Refund): BoardRow {
  const ends: readonly Button[] = [
    ['The bank takes it', 'refund-end', { refund: one.id, how: 'completed' }],
    ['The bank sends it back', 'refund-end', { refund: one.id, how: 'failed' }],
  ]
  const buttons = one.status === 'PENDING' ? ends : []
  return { id: one.id, about: moneyText(one), state: one.status, buttons }
}

function disputeRow(one: Dispute): BoardRow {
  const buttons = movesOf(one).map((how): Button => [how, 'dispute-move', { dispute: one.id, how }])
  return { id: one.id, about: moneyText(one), state: `${one.stage} ${one.state}`, buttons }
}

function endpointRow({ id, url, types }: Endpoint): BoardRow {
  return {
    id,
    about: url,
    state: types.join(', '),
    buttons: [['Remove', 'endpoint-remove', { endpoint: id }]],
  }
}
