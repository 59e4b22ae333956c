import type { Change } from './core.ts'

/** Paid, and not the one payment of its amount of a bill that stands. What it comes to, the rules say. */
const MAY_BE_WRONG = `p.state = 'paid' AND (p.doubted_ms IS NOT NULL
  OR EXISTS (SELECT 1 FROM links l WHERE l.id = p.link_id AND l.livemode <> p.livemode)
  OR NOT EXISTS (SELECT 1 FROM bills b WHERE b.id = p.bill_id AND b.state <> 'cancelled'
    AND b.amount_minor = p.amount_minor AND b.currency = p.currency)
  OR EXISTS (SELECT 1 FROM payments o WHERE o.bill_id = p.bill_id AND o.state = 'paid' AND o.id <> p.id))`

/**
 * Marks a payment that was written, and those of its bill, by whether something may be wrong with them. A bill that is
 * replaced has no payment that would have to be marked then: once it has one of its amount, it is not replaced.
 */
export function markPayment(tx: Change, id: string): void {
  tx.engine.run(
    `UPDATE payments AS p SET may_be_wrong = (${MAY_BE_WRONG})
     WHERE p.id = :id OR p.bill_id = (SELECT bill_id FROM payments WHERE id = :id)`,
    { id },
  )
}
