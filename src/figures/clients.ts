import { BILL_STATES, type BillState } from '../domain/billing.ts'
import { centsOf, formatNanoUsd } from '../domain/cost.ts'
import { formatMoney } from '../domain/money.ts'
import {
  document,
  facts,
  id,
  line,
  money,
  section,
  strong,
  table,
  words,
  type Document,
} from '../kernel/document.ts'
import { instantText } from '../kernel/text.ts'
import type { Client } from '../store/client-rows.ts'
import type { Bill } from '../store/bill-rows.ts'
import type { Store } from '../store/index.ts'
import { moneyFacts, moneyGaps, type MoneyReport } from './money.ts'
import { paymentLine, type PaymentFigure } from './payments.ts'

/** A client, as people and machines see it: rates in USD, as a text of six decimals. */
export interface ClientFigure extends Omit<Client, 'rateNano' | 'readMs'> {
  readonly rateUsdPerMinute: string | null
  readonly readAt: string
}

/** A bill, as people and machines see it. */
export interface BillFigure {
  readonly id: string
  readonly taskId: string
  readonly status: string
  readonly amount: string | null
  /** What is still to be paid, where something was and it is not all; else null. */
  readonly open: string | null
  readonly why: string
  readonly at: string
}

/** The figure of a client. */
export function clientFigure({ rateNano, readMs, ...client }: Client): ClientFigure {
  return {
    ...client,
    rateUsdPerMinute: rateNano === null ? null : formatNanoUsd(rateNano),
    readAt: instantText(readMs),
  }
}

/** The figure of a bill. */
export async function billFigure(store: Pick<Store, 'payments'>, bill: Bill): Promise<BillFigure> {
  const { id: billId, taskId, state, amount, why, createdMs } = bill
  const open = OWED.has(state) ? await store.payments.open(bill) : null
  return {
    id: billId,
    taskId,
    status: BILL_STATES[state],
    amount: amount === null ? null : formatMoney(amount),
    open: open === null || open.minor === amount?.minor ? null : formatMoney(open),
    why,
    at: instantText(createdMs),
  }
}

/** In these a part may have been paid. */
const OWED: ReadonlySet<BillState> = new Set(['unpaid', 'on_invoice'])

/** Clients in a table. */
export function clientTable(
  clients: readonly (ClientFigure & { readonly revenueUsd: string | null })[],
): Document {
  return document(
    table(
      [
        { title: 'client', cut: 'end' },
        { title: 'currency' },
        { title: 'billing' },
        { title: 'revenue USD', align: 'right' },
        { title: 'id' },
      ],
      clients.map(client => [
        client.active ? client.name : `${client.name} (not active)`,
        client.currency ?? '–',
        client.billing ?? '–',
        client.revenueUsd === null ? '–' : centsOf(client.revenueUsd),
        id(client.id),
      ]),
    ),
  )
}

/** One client with what it was billed and what that cost. */
export function clientDocument(shown: {
  readonly client: ClientFigure
  readonly figures: MoneyReport
  readonly open: readonly BillFigure[]
  /** The newest payments. */
  readonly payments: readonly PaymentFigure[]
}): Document {
  const { client, figures, open, payments } = shown
  return document(
    line`${strong(client.name)}${client.active ? '' : ' (not active)'}`,
    facts(
      ['id', id(client.id)],
      client.email === null ? null : ['email', client.email],
      ['currency', client.currency ?? 'as configured'],
      ['billing', client.billing ?? 'as configured'],
      client.rateUsdPerMinute === null
        ? null
        : ['rate', words`${money(client.rateUsdPerMinute)} a minute of sound`],
      client.taxCategory === null ? null : ['tax', client.taxCategory],
      client.paymentDays === null ? null : ['payment', `within ${client.paymentDays} days`],
      client.language === null ? null : ['language', client.language],
      client.country === null ? null : ['country', client.country],
      client.taxId === null ? null : ['tax id', client.taxId],
      client.address === null ? null : ['address', client.address],
      client.notes === null ? null : ['notes', client.notes],
    ),
    section(`Cost and profit, ${figures.period} (UTC)`, moneyFacts(figures.total)),
    section(
      'Not paid',
      open.length === 0
        ? null
        : table(
            [{ title: 'amount', align: 'right' }, { title: 'status' }, { title: 'since' }, { title: 'task' }],
            open.map(bill => [openText(bill), bill.status, bill.at.slice(0, 10), id(bill.taskId)]),
          ),
    ),
    section('Payments', payments.map(paymentLine)),
    moneyGaps(figures),
  )
}

/** `40.00 EUR of 100.00 EUR` */
function openText({ amount, open }: BillFigure): string {
  return open === null ? (amount ?? '–') : `${open} of ${amount ?? '–'}`
}
