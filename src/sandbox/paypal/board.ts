/** The board: what the merchant sees at the dashboard, with what people, PayPal and banks can do. */
import { actButton, boardPage, row, section, webhookSections } from '../lib/board.ts'
import { html, type Html } from '../lib/html.ts'
import { stringOf } from '../lib/json.ts'
import type { Reply, Route, SandboxRequest } from '../lib/service.ts'
import type { Account } from './account.ts'
import { movesOf } from './disputes.ts'
import type { Capture, Dispute, Kinds, Order, Refund } from './model.ts'
import { moneyText } from './money.ts'

const MOST = 20

/** The one page. */
export function boardRoutes(account: Account): readonly Route[] {
  return [{ method: 'GET', path: '/', handle: request => board(account, request) }]
}

const act = actButton('paypal')

function board({ store, webhooks }: Account, { query }: SandboxRequest): Reply {
  const newest = <K extends keyof Kinds>(kind: K): readonly Kinds[K][] => store.list(kind, { limit: MOST })
  const columns = ['', 'What', 'State', '']
  const endpoints = newest('endpoint').map(({ id, url, types }) => {
    return row(id, url, types.join(', '), [act('endpoint-remove', { endpoint: id }, 'Remove')])
  })
  const lists = html`${section('Payments', columns, newest('capture').map(captureRow))}
    ${section('Orders', columns, newest('order').map(orderRow))}
    ${section('Refunds', columns, newest('refund').map(refundRow))}
    ${section('Disputes', columns, newest('dispute').map(disputeRow))}
    ${section('Webhook endpoints', columns, endpoints)}
    <section class="card">
      <form class="fields row" method="post" action="/__sandbox/paypal/endpoint">
        <input name="url" placeholder="http://127.0.0.1:8080/webhook/paypal" aria-label="address" />
        <button>Send events there</button>
      </form>
    </section>
    ${webhookSections(act, webhooks.newest(MOST))}`
  const problem = query.get('problem') ?? ''
  return boardPage(
    { title: 'PayPal', subtitle: 'The merchant’s account', links: [['Refresh', '/']], problem },
    lists,
  )
}

function captureRow(capture: Capture): Html {
  const { id, status, minor, refunded } = capture
  const end = (how: string, label: string): Html => act('capture-end', { capture: id, how }, label)
  const complain = (kind: string, label: string): Html => act('dispute', { capture: id, kind }, label)
  const pending = [end('completed', 'The money comes'), end('denied', 'It does not')]
  const taken = [
    act('refund', { capture: id }, `Refund ${moneyText({ ...capture, minor: minor - refunded })}`),
    complain('claim', 'Claim'),
    complain('inquiry', 'Inquiry'),
    complain('chargeback', 'Chargeback'),
  ]
  const isOver = status === 'DECLINED' || status === 'REFUNDED'
  return row(id, moneyText(capture), status, isOver ? [] : status === 'PENDING' ? pending : taken)
}

function orderRow(order: Order): Html {
  const open = html`<a class="button" href="/checkoutnow?token=${order.id}">Open</a>`
  const what = `${stringOf(order.unit, 'description') ?? ''} · ${moneyText(order)}`
  return row(order.id, what, order.status, order.captureId === null ? [open] : [])
}

function refundRow(refund: Refund): Html {
  const end = (how: string, label: string): Html => act('refund-end', { refund: refund.id, how }, label)
  const ends = [end('completed', 'The bank takes it'), end('failed', 'The bank sends it back')]
  return row(refund.id, moneyText(refund), refund.status, refund.status === 'PENDING' ? ends : [])
}

function disputeRow(dispute: Dispute): Html {
  const buttons = movesOf(dispute).map(how => act('dispute-move', { dispute: dispute.id, how }, how))
  return row(dispute.id, moneyText(dispute), `${dispute.stage} ${dispute.state}`, buttons)
}
