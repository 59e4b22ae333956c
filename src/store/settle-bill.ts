import type { MoneyNews } from '../domain/board.ts'
import { BILL_STATES, type BillState, type PriceTerms } from '../domain/billing.ts'
import { nanoUsdOfAll, type Money } from '../domain/money.ts'
import { billStateOf, openOf, returnedOf } from '../domain/payment-state.ts'
import { billById, type Bill } from './bill-rows.ts'
import { tellRevenue, termsOf } from './billing.ts'
import type { Change } from './core.ts'
import { tellPayment } from './effect-rows.ts'
import { closeLinkOf } from './link-moves.ts'
import { lastLinkOf } from './link-rows.ts'
import { paymentsOfBill, wholePayment, type Payment } from './payment-rows.ts'
import { appendEntry } from './receipts.ts'
import { addEvent, findRun } from './run-rows.ts'

/**
 * Brings a bill to the state that follows from its payments, and tells the outside; inside the transaction that changed
 * one of them. Repeated, it changes nothing. `news` are told whatever became of the bill.
 */
export function settleBill(tx: Change, billId: string, news: readonly MoneyNews[]): void {
  const bill = billById(tx, billId)
  const run = bill === null ? null : findRun(tx, bill.runId)
  if (bill === null || run === null) return
  const payments = paymentsOfBill(tx, billId)
  const whole = payments.map(payment => wholePayment(tx, payment))
  const after = {
    ...bill,
    state: billStateOf(bill, whole),
    feeNano: feeNanoOf(payments, termsOf(tx, bill.runId)),
    returnedMinor: returnedOf(bill, whole),
  }
  const isSame = figuresOf(after) === figuresOf(bill)
  if (!isSame) writeBill(tx, after)
  if (after.state !== bill.state) {
    appendEntry(tx, bill.runId, 'bill', { id: bill.id, state: after.state })
    addEvent(tx, { runId: bill.runId, state: run.state, what: `payment: ${BILL_STATES[after.state]}` })
    if (bill.clientId !== null) tellRevenue(tx, bill.clientId)
  }
  endLink(tx, bill, after.state, openOf(bill, whole))
  if (!isSame || news.length > 0) tellPayment(tx, run, news)
}

/** At a link is paid what it asks for: once something came by bank, it is another that is wanted, or none. */
function endLink(tx: Change, bill: Bill, state: BillState, open: Money | null): void {
  if (bill.state !== 'unpaid') return
  const isAsked = lastLinkOf(tx, bill.id)?.amount.minor === open?.minor
  if (state !== 'unpaid') closeLinkOf(tx, bill.id, 'its bill is paid')
  else if (!isAsked) closeLinkOf(tx, bill.id, 'another amount is open')
}

function figuresOf({ state, feeNano, returnedMinor }: Bill): string {
  return JSON.stringify([state, feeNano, returnedMinor])
}

function writeBill(tx: Change, { id, runId, state, feeNano, returnedMinor }: Bill): void {
  tx.engine.run(
    `UPDATE bills SET state = :state, fee_nano = :feeNano, returned_minor = :returnedMinor, changed_ms = :now,
       opened_again = CASE WHEN :state IN ('unpaid', 'on_invoice') AND state NOT IN ('unpriced', 'unpaid', 'on_invoice')
         THEN 1 ELSE opened_again END
     WHERE id = :id`,
    { id, state, feeNano, returnedMinor, now: tx.clock.now() },
  )
  tx.about(id, { run: runId, state, feeNano, returnedMinor })
}

/** By the rates of the run, as its amount. */
function feeNanoOf(payments: readonly Payment[], terms: PriceTerms | null): number | null {
  const fees = payments.flatMap(({ fee, state }) => (state === 'paid' && fee !== null ? [fee] : []))
  return nanoUsdOfAll(fees, terms?.rates ?? {})
}
