import type { PaymentFacts } from '../domain/payment.ts'
import type { PaymentState } from '../domain/payment-state.ts'
import { billsOfTask } from './bill-rows.ts'
import type { StoreCore } from './core.ts'
import { booksOf, paymentAt, paymentById, paymentsOfBill, paymentsWhere } from './payment-rows.ts'
import { recordPayment, type Recorded, type Seeing } from './record-payment.ts'

/** Which payments are wanted. */
export interface PaymentFilter {
  readonly state: PaymentState | null
  readonly clientId: string | null
  readonly limit: number
}

/** What clients paid. */
export function paymentStore(core: StoreCore) {
  return {
    /**
     * Takes into the books what a service tells of a payment, in one transaction: the payment, its refunds and
     * disputes, the bill that it is for, and what the outside hears of that. Told again, in any order and by several
     * processes, it comes to the same. What belongs to no bill is kept without one.
     */
    record: (service: string, facts: PaymentFacts, seen: Seeing): Promise<Recorded> =>
      core.change(core.actor, 'payment.record', tx => recordPayment(tx, service, facts, seen)),
    /** With its refunds, its disputes and what is wrong with it; null where there is none. */
    get: async (id: string) => {
      const payment = paymentById(core, id)
      return payment === null ? null : booksOf(core, payment)
    },
    /** By the id that its service gave it. */
    byOutsideId: async (service: string, outsideId: string) => paymentAt(core, service, outsideId),
    /** The newest first. */
    list: async (filter: PaymentFilter) =>
      paymentsWhere(core, `${conditionOf(filter)} ORDER BY p.recorded_ms DESC, p.id DESC LIMIT :limit`, {
        ...filter,
      }).map(payment => booksOf(core, payment)),
    /** Those of a task, oldest first. */
    ofTask: async (taskId: string) =>
      billsOfTask(core, taskId)
        .flatMap(({ id }) => paymentsOfBill(core, id))
        .map(payment => booksOf(core, payment)),
    /** Those of a service that are on their way, the one that was asked about longest ago first. */
    pending: async (service: string, limit: number) =>
      paymentsWhere(
        core,
        `p.state = 'pending' AND p.service = :service ORDER BY p.checked_ms, p.id LIMIT :limit`,
        {
          service,
          limit,
        },
      ),
    /** Those with which something is wrong, the newest first. */
    problems: async () =>
      paymentsWhere(core, `${MAY_BE_WRONG} ORDER BY p.recorded_ms DESC, p.id DESC`, {})
        .map(payment => booksOf(core, payment))
        .filter(({ problem }) => problem !== null),
  }
}

function conditionOf({ state, clientId }: PaymentFilter): string {
  const ofClient = 'p.bill_id IN (SELECT id FROM bills WHERE client_id = :clientId)'
  return [state === null ? 'TRUE' : 'p.state = :state', clientId === null ? 'TRUE' : ofClient].join(' AND ')
}

/** Paid, and not the one payment of its amount of a bill that stands. What it comes to, the rules say. */
const MAY_BE_WRONG = `p.state = 'paid' AND (l.livemode <> p.livemode OR NOT EXISTS (
  SELECT 1 FROM bills b WHERE b.id = p.bill_id AND b.state <> 'cancelled' AND b.amount_minor = p.amount_minor
    AND b.currency = p.currency AND NOT EXISTS (
      SELECT 1 FROM payments o WHERE o.bill_id = b.id AND o.state = 'paid' AND o.id <> p.id)))`
