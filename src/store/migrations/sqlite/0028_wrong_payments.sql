-- Whether something may be wrong with a payment: it is not the one payment of its amount of a bill that stands. Each
-- change of a payment says so again, so that what is wrong is found without a look at every payment.
ALTER TABLE payments ADD COLUMN may_be_wrong INTEGER NOT NULL DEFAULT 0 CHECK (may_be_wrong IN (0, 1));
UPDATE payments AS p SET may_be_wrong = 1
WHERE p.state = 'paid' AND (p.doubted_ms IS NOT NULL
  OR EXISTS (SELECT 1 FROM links l WHERE l.id = p.link_id AND l.livemode <> p.livemode)
  OR NOT EXISTS (SELECT 1 FROM bills b WHERE b.id = p.bill_id AND b.state <> 'cancelled'
    AND b.amount_minor = p.amount_minor AND b.currency = p.currency)
  OR EXISTS (SELECT 1 FROM payments o WHERE o.bill_id = p.bill_id AND o.state = 'paid' AND o.id <> p.id));
CREATE INDEX payments_wrong ON payments (recorded_ms, id) WHERE may_be_wrong = 1;
DROP INDEX payments_doubted;

-- A person asks for what went back by the id that its service gave it.
DROP INDEX refunds_outside;
CREATE UNIQUE INDEX refunds_outside ON refunds (outside_id, payment_id) WHERE outside_id IS NOT NULL;
CREATE INDEX disputes_outside ON disputes (outside_id);
