import { AppError } from '../kernel/errors.ts'
import type { Dispute, PaymentBooks } from '../store/payment-rows.ts'
import type { Bill } from '../store/bill-rows.ts'
import type { Store } from '../store/index.ts'
import type { Found } from '../store/lookup.ts'
import { findOne } from './tasks.ts'

const LIST = 'echopilot payments list'

/** What may be paid for, or paid. */
const PAYABLE: ReadonlySet<Found['kind']> = new Set([
  'task',
  'run',
  'attempt',
  'bill',
  'link',
  'payment',
  'refund',
  'dispute',
])

/**
 * The payments a person means by an id of ours or of a service: one, or those of a task, a run or a bill.
 * @throws AppError `missing` where it names nothing that is paid for, or `usage` where it fits several things
 */
export async function paymentsMeant(store: Store, text: string): Promise<PaymentBooks[]> {
  const found = await findOne(store, text, LIST)
  if (PAYABLE.has(found.kind)) return paymentsOf(store, found)
  throw new AppError(
    'missing',
    `${found.id} is nothing that is paid for, but of the kind ${found.kind}`,
    LIST,
  )
}

/**
 * The dispute that a person means: by its id, or by anything that one payment was made for, the newest of that.
 * @throws AppError as {@link paymentsMeant}, and `missing` where there is no such payment, or several
 */
export async function disputeMeant(
  store: Store,
  text: string,
): Promise<{ readonly payment: PaymentBooks; readonly dispute: Dispute | undefined }> {
  const payments = await paymentsMeant(store, text)
  const disputed = payments.filter(({ disputes }) => disputes.length > 0)
  const [payment = payments[0], ...others] = disputed
  if (payment === undefined || others.length > 0) {
    const what = payment === undefined ? 'nothing was paid' : 'several payments are disputed'
    throw new AppError('missing', `${what} for ${text}`, `${LIST} --disputed`)
  }
  const { disputes } = payment
  return {
    payment,
    dispute:
      disputes.find(({ id, outsideId }) => id.startsWith(text) || outsideId === text) ?? disputes.at(-1),
  }
}

/**
 * The one payment that a person means to be given back: that of a task, which may have others that failed.
 * @throws AppError `missing` where nothing was paid, `usage` where several payments are meant, or a refund is
 */
export async function paymentMeant(store: Store, text: string): Promise<PaymentBooks> {
  const found = await findOne(store, text, LIST)
  if (found.kind === 'refund') {
    const next = `echopilot refund run ${found.id}`
    throw new AppError('usage', `${found.id} is a refund, and a payment is wanted`, next)
  }
  const all = await paymentsOf(store, found)
  const paid = all.filter(({ state }) => state === 'paid')
  const [one, ...others] = paid.length > 0 ? paid : all
  if (one === undefined) throw new AppError('missing', `nothing was paid for ${found.id}`, LIST)
  if (others.length === 0) return one
  const ids = [one, ...others].map(({ id }) => id).join(', ')
  throw new AppError(
    'usage',
    `several payments were made for ${found.id}: ${ids}`,
    'give the id of one of them',
  )
}

/** The payments of what was found; none where it is of another kind. */
export async function paymentsOf(
  { payments }: Pick<Store, 'payments'>,
  found: Found,
): Promise<PaymentBooks[]> {
  switch (found.kind) {
    case 'payment':
    case 'refund':
    case 'dispute':
      return payments.ofReturn(found.kind, found.id)
    case 'bill':
      return payments.ofBill(found.id)
    case 'link':
      return payments.ofLink(found.id)
    case 'task':
      return payments.ofTask(found.id)
    case 'run':
      return payments.ofRun(found.id)
    case 'attempt':
      return payments.ofRun(found.runId)
    case 'output':
    case 'judgement':
    case 'call':
    case 'effect':
    case 'record':
    case 'alert':
    case 'healing':
    case 'client':
    case 'mailing':
      return []
  }
}

/**
 * The bill that a person means to be paid, by an id of it, or of its task or run: one that waits to be paid before one
 * that does not.
 * @throws AppError `missing` where it names nothing that is billed, `refused` where that was not billed yet, `usage`
 *   where it fits several things
 */
export async function billMeant(store: Store, text: string): Promise<Bill> {
  const found = await findOne(store, text)
  const bills = await billsOf(store, found)
  if (bills === null) {
    throw new AppError(
      'missing',
      `${found.id} is no task, but of the kind ${found.kind}`,
      'echopilot task list',
    )
  }
  const bill = bills.find(({ state }) => state === 'unpaid' || state === 'on_invoice') ?? bills.at(-1)
  if (bill !== undefined) return bill
  const next = `echopilot task show ${found.id}`
  throw new AppError('refused', `${found.id} is not billed: it is not done yet`, next)
}

/** Null where it is of a kind that is not billed. */
async function billsOf(store: Store, found: Found): Promise<Bill[] | null> {
  switch (found.kind) {
    case 'bill': {
      const bill = await store.bills.get(found.id)
      return bill === null ? [] : [bill]
    }
    case 'task':
      return store.bills.ofTask(found.id)
    case 'run': {
      const run = await store.runs.get(found.id)
      return run === null ? [] : store.bills.ofTask(run.taskId)
    }
    case 'attempt':
      return billsOf(store, { kind: 'run', id: found.runId })
    case 'link':
    case 'payment':
    case 'refund':
    case 'dispute':
    case 'output':
    case 'judgement':
    case 'call':
    case 'effect':
    case 'record':
    case 'alert':
    case 'healing':
    case 'client':
    case 'mailing':
      return null
  }
}
