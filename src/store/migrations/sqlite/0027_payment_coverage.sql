-- What was looked through of the lists of a service of payments: all that happened from an instant up to another.
CREATE TABLE payment_coverage (
  service TEXT NOT NULL,
  -- events: what the service says happened. objects: payments, refunds and disputes, compared with the books.
  what    TEXT NOT NULL CHECK (what IN ('events', 'objects')),
  from_ms INTEGER NOT NULL,
  to_ms   INTEGER NOT NULL,
  -- When the last look ended.
  at_ms   INTEGER NOT NULL,
  PRIMARY KEY (service, what),
  CHECK (from_ms <= to_ms)
) STRICT, WITHOUT ROWID;

-- Since when its service does not know as paid what the books say was; null while it does.
ALTER TABLE payments ADD COLUMN doubted_ms INTEGER CHECK (doubted_ms IS NULL OR (state = 'paid' AND service <> 'hand'));
CREATE INDEX payments_doubted ON payments (id) WHERE doubted_ms IS NOT NULL;
CREATE INDEX payments_paid ON payments (service, paid_ms) WHERE state = 'paid';

-- Events that nobody sent: they were read in the list of the service, and stand among the webhooks to be worked as those.
ALTER TABLE webhooks ADD COLUMN read_by_us INTEGER NOT NULL DEFAULT 0 CHECK (read_by_us IN (0, 1));
DROP INDEX webhooks_newest;
CREATE INDEX webhooks_newest ON webhooks (service, received_ms, state) WHERE read_by_us = 0;
