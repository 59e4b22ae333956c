import { BILL_STATES, type PaymentStatus } from '../../domain/billing.ts'
import { formatMoney, type Money } from '../../domain/money.ts'
import { listField, urlField } from '../../kernel/field.ts'
import { document } from '../../kernel/document.ts'
import { defineOperation } from '../../operations/define.ts'
import type { Bill } from '../../store/bill-rows.ts'
import type { Store } from '../../store/index.ts'
import type { PaymentBooks } from '../../store/payment-rows.ts'
import { ledgerMoves, storeMoves, type Moves } from './moves.ts'

/** A task that was billed, and what became of that. */
export interface BilledTask {
  readonly title: string
  readonly amount: Money
  readonly status: PaymentStatus
  /** Where its client can pay, or could; null where no link was made. */
  readonly link: string | null
  /** What is still to be paid; 0 where nothing is. */
  readonly openMinor: number
  readonly payments: readonly PaymentBooks[]
}

/** What the books say, and what the stand-in of Stripe says. */
export interface DemoBooks {
  /** In the order of the titles that were asked for. */
  readonly tasks: readonly BilledTask[]
  readonly store: Moves
  readonly ledger: Moves
}

/** Reads back what was billed for tasks and what was paid, and the ledger of the stand-in. */
export const readBooks = defineOperation({
  path: ['demo', 'read-books'],
  summary: 'What became of the money of the demo',
  input: { stripe: urlField('the stand-in of Stripe'), titles: listField('tasks, in their order') },
  needs: { store: 'required' },
  access: 'read',
  scope: 'read',
  run: async ({ store, world }, { stripe, titles }): Promise<DemoBooks> => {
    const listed = await store.tasks.list({ states: null, client: null, limit: 1000 })
    const billed = await Promise.all(listed.map(async ({ id, title }) => billedOf(store, id, title)))
    const tasks = billed.flat().toSorted((a, b) => titles.indexOf(a.title) - titles.indexOf(b.title))
    const payments = await store.payments.list({ state: 'paid', clientId: null, limit: 1000 })
    return { tasks, store: storeMoves(payments), ledger: await ledgerMoves(world.fetch, stripe) }
  },
  render: () => document(),
})

async function billedOf(store: Store, taskId: string, title: string): Promise<BilledTask[]> {
  const bills = await store.bills.ofTask(taskId)
  return Promise.all(
    bills.flatMap(bill => (bill.amount === null ? [] : [billedTask(store, title, bill, bill.amount)])),
  )
}

async function billedTask(store: Store, title: string, bill: Bill, amount: Money): Promise<BilledTask> {
  const isOwed = bill.state === 'unpaid' || bill.state === 'on_invoice'
  const open = isOwed ? await store.payments.open(bill) : null
  return {
    title,
    amount,
    status: BILL_STATES[bill.state],
    link: (await store.links.ofBill(bill.id)).at(-1)?.url ?? null,
    openMinor: open?.minor ?? 0,
    payments: await store.payments.ofBill(bill.id),
  }
}

/** What was billed in one currency, and where that is. */
export interface CurrencySums {
  readonly currency: string
  readonly billed: number
  readonly paid: number
  readonly open: number
  readonly onInvoice: number
  /** What went back of what was paid, and what banks hold back of it. */
  readonly refunded: number
  readonly disputed: number
}

/** Of each currency by itself, in the smallest unit: amounts of two are never added up. */
export function sumsOf(tasks: readonly BilledTask[]): CurrencySums[] {
  const byCurrency = Map.groupBy(tasks, ({ amount }) => amount.currency)
  return [...byCurrency]
    .map(([currency, own]) => ({
      currency,
      billed: total(own, ({ amount }) => amount.minor),
      paid: total(own, ({ payments }) => total(payments, ({ amount }) => amount.minor)),
      open: total(own, ({ status, openMinor }) => (status === 'Unpaid' ? openMinor : 0)),
      onInvoice: total(own, ({ status, openMinor }) => (status === 'On Invoice' ? openMinor : 0)),
      refunded: total(own, ({ payments }) => total(payments, ({ refundedMinor }) => refundedMinor)),
      disputed: total(own, ({ payments }) =>
        total(payments, ({ disputes }) => total(disputes, ({ amount }) => amount.minor)),
      ),
    }))
    .toSorted((a, b) => (a.currency < b.currency ? -1 : 1))
}

function total<T>(items: readonly T[], minorOf: (item: T) => number): number {
  return items.reduce((sum, each) => sum + minorOf(each), 0)
}

/** Whether each task that is done was billed at the price on the board, and each bill is paid, open or on an invoice. */
export function isTied(tasks: readonly BilledTask[], priced: ReadonlyMap<string, Money>): boolean {
  const billed = tasks.map(({ title, amount }) => `${title} ${formatMoney(amount)}`)
  const wanted = [...priced].map(([title, amount]) => `${title} ${formatMoney(amount)}`)
  return (
    JSON.stringify(billed.toSorted()) === JSON.stringify(wanted.toSorted()) &&
    sumsOf(tasks).every(({ billed: all, paid, open, onInvoice }) => all === paid + open + onInvoice)
  )
}
