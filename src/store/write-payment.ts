import { BY_HAND } from '../domain/hand-payment.ts'
import { billById } from './bill-rows.ts'
import type { Change } from './core.ts'
import { markPayment } from './payment-marks.ts'
import type { Payment } from './payment-rows.ts'
import { appendEntry } from './receipts.ts'

/** A payment without what only its link tells. */
export type PaymentRow = Omit<Payment, 'isOfMode' | 'asked'>

/** Writes a payment as it stands now; whoever calls it tells the books. */
export function writePayment(tx: Change, { amount, fee, isLive, ...row }: PaymentRow): void {
  tx.engine.run(
    `INSERT INTO payments (id, service, outside_id, livemode, link_id, bill_id, currency, amount_minor, state,
       fee_minor, fee_currency, seen_by, paid_ms, recorded_ms, checked_ms, withdrawn_why, doubted_ms)
     VALUES (:id, :service, :outsideId, :livemode, :linkId, :billId, :currency, :amountMinor, :state,
       :feeMinor, :feeCurrency, :seenBy, :paidMs, :recordedMs, :checkedMs, :withdrawnWhy, :doubtedMs)
     ON CONFLICT (id) DO UPDATE SET state = excluded.state, currency = excluded.currency,
       amount_minor = excluded.amount_minor, fee_minor = excluded.fee_minor, fee_currency = excluded.fee_currency,
       paid_ms = excluded.paid_ms, checked_ms = excluded.checked_ms, link_id = excluded.link_id,
       bill_id = excluded.bill_id, withdrawn_why = excluded.withdrawn_why, doubted_ms = excluded.doubted_ms`,
    {
      ...row,
      livemode: isLive ? 1 : 0,
      currency: amount.currency,
      amountMinor: amount.minor,
      feeMinor: fee?.minor ?? null,
      feeCurrency: fee?.currency ?? null,
    },
  )
  markPayment(tx, row.id)
}

/** The audit chain and the receipt of the run get it as it stands now; what a person called a transfer is in neither. */
export function tellBooks(tx: Change, payment: PaymentRow): void {
  const { id, service, outsideId, isLive, state, amount, fee, billId } = payment
  const facts = { state, amountMinor: amount.minor, currency: amount.currency, isLive }
  const kept = { feeMinor: fee?.minor ?? null, feeCurrency: fee?.currency ?? null }
  tx.about(id, { bill: billId, service, ...facts, ...kept })
  const named = service === BY_HAND ? {} : { outsideId }
  const bill = billId === null ? null : billById(tx, billId)
  if (bill !== null) appendEntry(tx, bill.runId, 'payment', { id, service, ...named, ...facts, ...kept })
}
