import type { Span } from '../domain/coverage.ts'
import type { HandPayment } from '../domain/hand-payment.ts'
import type { Listed } from '../domain/listed-payment.ts'
import type { PaymentFacts } from '../domain/payment.ts'
import type { PaymentState } from '../domain/payment-state.ts'
import { billsOfTask, type Bill } from './bill-rows.ts'
import { findRow, type StoreCore } from './core.ts'
import { intendCapture } from './capture-intent.ts'
import { planHand, recordHand, withdrawHand, type HandRecorded } from './hand-payments.ts'
import {
  booksOf,
  linkPaid,
  openOfBill,
  paymentAt,
  paymentById,
  paymentsOfBill,
  paymentsWhere,
  waitingDisputes,
} from './payment-rows.ts'
import { doubtPayment, isInBooks, paidIn } from './listed-payments.ts'
import { recordPayment, wouldChange, type Recorded, type Seeing } from './record-payment.ts'

/** Which payments are wanted. */
export interface PaymentFilter {
  readonly state: PaymentState | null
  readonly clientId: string | null
  /** Only those of which a bank wants, or wanted, money back. */
  readonly isDisputed?: boolean
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
    /**
     * Records that the money at a link is to be taken, and returns the key to take it by, always the same. Null where
     * it is not to be taken: its bill is not to be paid by it any more.
     */
    intendCapture: (linkId: string) =>
      core.change(core.actor, 'payment.capture', tx => intendCapture(tx, linkId)),
    /**
     * Takes money that came by bank into the books, in one transaction: a payment of its bill, which may be a part of it.
     * A transfer is recorded once: said again, it is `known`; what its rules refuse changes nothing.
     */
    recordByHand: (billId: string, hand: HandPayment): Promise<HandRecorded> =>
      core.change(core.actor, 'payment.hand', tx => recordHand(tx, billId, hand)),
    /** What recording it would come to. */
    planByHand: async (bill: Bill, hand: HandPayment) => planHand(core, bill, hand),
    /**
     * Takes back a payment that was recorded by hand and did not come: its bill is as without it, and its reference free.
     * One that was taken back before, or comes from a service, stays as it is. Null where there is none.
     */
    withdraw: (id: string, why: string) =>
      core.change(core.actor, 'payment.withdraw', tx => withdrawHand(tx, id, why)),
    /** What is still to be paid of a bill; null where it has no price. */
    open: async (bill: Bill) => openOfBill(core, bill),
    /** Whether recording this, as told when it was asked for, would change what the books say. */
    wouldChange: async (service: string, facts: PaymentFacts, askedMs: number) =>
      wouldChange(core, service, facts, askedMs),
    /** Whether the books say what a list of its service does. */
    isInBooks: async (service: string, listed: Listed) => isInBooks(core, service, listed),
    /** Whether it was paid at a link of ours, or is in the books. */
    isOurs: async (service: string, facts: Pick<PaymentFacts, 'id' | 'ids' | 'linkId'>) =>
      linkPaid(core, service, facts) !== null || paymentAt(core, service, facts.id) !== null,
    /** The service's ids of what was paid in a span, as the books say, with ours. */
    paidIn: async (service: string, span: Span) => paidIn(core, service, span),
    /** Its service does not know as paid what the books say was: see `problem`. Over as soon as it tells otherwise. */
    doubt: (id: string) => core.change(core.actor, 'payment.doubt', tx => doubtPayment(tx, id)),
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
        state: filter.state,
        clientId: filter.clientId,
        limit: filter.limit,
      }).map(payment => booksOf(core, payment)),
    /** Those of the task of a run, oldest first; of one whose row cannot be read too. */
    ofRun: async (runId: string) =>
      paymentsWhere(
        core,
        `p.bill_id IN (SELECT b.id FROM runs r JOIN bills b ON b.task_id = r.task_id WHERE r.id = :runId)
         ORDER BY p.recorded_ms, p.id`,
        { runId },
      ).map(payment => booksOf(core, payment)),
    /** Those of a task, oldest first. */
    ofTask: async (taskId: string) =>
      billsOfTask(core, taskId)
        .flatMap(({ id }) => paymentsOfBill(core, id))
        .map(payment => booksOf(core, payment)),
    /** Those of a bill, oldest first. */
    ofBill: async (billId: string) => paymentsOfBill(core, billId).map(payment => booksOf(core, payment)),
    /** Those at a link, oldest first. */
    ofLink: async (linkId: string) =>
      paymentsWhere(core, 'p.link_id = :linkId ORDER BY p.recorded_ms, p.id', { linkId }).map(payment =>
        booksOf(core, payment),
      ),
    /** The one by its id, or that of a refund or dispute; none where there is no such thing. */
    ofReturn: async (kind: 'payment' | 'refund' | 'dispute', id: string) =>
      paymentsWhere(core, OF_RETURN[kind], { id }).map(payment => booksOf(core, payment)),
    /** Those on their way at no link of ours, the one that was asked about longest ago first. */
    pendingWithoutLink: async (limit: number) =>
      paymentsWhere(
        core,
        `p.state = 'pending' AND p.link_id IS NULL AND p.service <> 'hand' ORDER BY p.checked_ms, p.id LIMIT :limit`,
        { limit },
      ),
    /** Disputes that wait for an answer, the nearest deadline first. */
    waitingDisputes: async () => waitingDisputes(core),
    /** Whether any payment was ever disputed. */
    hasDisputes: async () =>
      findRow(core, 'SELECT MAX(id) AS id FROM disputes', {}, is => is.textOrNull('id')) !== null,
    /** Those with which something is wrong, the newest first. */
    problems: async () =>
      paymentsWhere(core, 'p.may_be_wrong = 1 ORDER BY p.recorded_ms DESC, p.id DESC', {})
        .map(payment => booksOf(core, payment))
        .filter(({ problem }) => problem !== null),
  }
}

const OF_RETURN = {
  payment: 'p.id = :id',
  refund: 'p.id = (SELECT payment_id FROM refunds WHERE id = :id)',
  dispute: 'p.id = (SELECT payment_id FROM disputes WHERE id = :id)',
} as const

function conditionOf({ state, clientId, isDisputed }: PaymentFilter): string {
  const conditions = [
    state === null ? null : 'p.state = :state',
    clientId === null ? null : 'p.bill_id IN (SELECT id FROM bills WHERE client_id = :clientId)',
    isDisputed === true ? 'p.id IN (SELECT payment_id FROM disputes)' : null,
  ].filter(condition => condition !== null)
  return conditions.length === 0 ? 'TRUE' : conditions.join(' AND ')
}
