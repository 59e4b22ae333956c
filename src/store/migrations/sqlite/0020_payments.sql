-- Where clients pay, what they paid, what went back and what is disputed. Amounts are integers of the smallest unit of
-- their currency. Every row says whether its money is real: test and live are never added together. Rows of one thing
-- of a service are told apart by its id there, so that one that is seen again, by whatever way, is recorded once.
CREATE TABLE links (
  id           TEXT PRIMARY KEY,
  bill_id      TEXT NOT NULL REFERENCES bills (id),
  -- Of its bill, from 1: one that died is replaced.
  number       INTEGER NOT NULL CHECK (number >= 1),
  service      TEXT NOT NULL,
  livemode     INTEGER NOT NULL CHECK (livemode IN (0, 1)),
  currency     TEXT NOT NULL,
  amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
  -- asked: recorded, and made by an effect. closing: to be closed by an effect; it may still be paid until then.
  state        TEXT NOT NULL CHECK (state IN ('asked', 'open', 'closing', 'closed', 'expired', 'paid', 'refused')),
  outside_id   TEXT,
  url          TEXT,
  -- Why it was refused, closed or has run out; what befell the client who tried to pay at it.
  why          TEXT,
  asked_ms     INTEGER NOT NULL,
  made_ms      INTEGER,
  ended_ms     INTEGER,
  UNIQUE (bill_id, number),
  CHECK ((outside_id IS NULL) = (url IS NULL)),
  CHECK (state IN ('asked', 'refused', 'closing', 'closed') OR outside_id IS NOT NULL)
) STRICT;

-- One link a bill, whatever happens.
CREATE UNIQUE INDEX links_live ON links (bill_id) WHERE state IN ('asked', 'open');
CREATE UNIQUE INDEX links_outside ON links (service, outside_id) WHERE outside_id IS NOT NULL;
CREATE INDEX links_standing ON links (state, asked_ms) WHERE state IN ('asked', 'open', 'closing');

-- Bills that may want a link.
CREATE INDEX bills_unpaid ON bills (created_ms, id) WHERE state = 'unpaid';

CREATE TABLE payments (
  id           TEXT PRIMARY KEY,
  -- 'hand': it came by bank, and a person recorded it.
  service      TEXT NOT NULL,
  -- The payment itself there, or the reference of the transfer.
  outside_id   TEXT NOT NULL,
  livemode     INTEGER NOT NULL CHECK (livemode IN (0, 1)),
  link_id      TEXT REFERENCES links (id),
  -- Null: nobody knows what it is for.
  bill_id      TEXT REFERENCES bills (id),
  currency     TEXT NOT NULL,
  amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
  -- It only moves forward: pending, failed, paid.
  state        TEXT NOT NULL CHECK (state IN ('pending', 'failed', 'paid')),
  -- What the service kept of it, in the currency that it pays out; null until it tells.
  fee_minor    INTEGER,
  fee_currency TEXT,
  -- How it was learned of first.
  seen_by      TEXT NOT NULL CHECK (seen_by IN ('webhook', 'scan', 'hand')),
  paid_ms      INTEGER,
  recorded_ms  INTEGER NOT NULL,
  -- When the service was last asked how it stands.
  checked_ms   INTEGER NOT NULL,
  UNIQUE (service, outside_id),
  CHECK ((fee_minor IS NULL) = (fee_currency IS NULL)),
  CHECK (state <> 'paid' OR paid_ms IS NOT NULL)
) STRICT;

CREATE INDEX payments_bill ON payments (bill_id) WHERE bill_id IS NOT NULL;
CREATE INDEX payments_recorded ON payments (recorded_ms, id);
CREATE INDEX payments_open ON payments (checked_ms, id) WHERE state = 'pending';

CREATE TABLE refunds (
  id           TEXT PRIMARY KEY,
  payment_id   TEXT NOT NULL REFERENCES payments (id),
  -- Null until the service has made it.
  outside_id   TEXT,
  origin       TEXT NOT NULL CHECK (origin IN ('ours', 'outside')),
  amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
  -- planned: an intent that nobody has executed. sent: it may have been made. The rest is the service's word for it.
  state        TEXT NOT NULL CHECK (state IN ('planned', 'sent', 'pending', 'succeeded', 'failed', 'cancelled')),
  reason       TEXT NOT NULL,
  actor        TEXT NOT NULL,
  error        TEXT,
  planned_ms   INTEGER NOT NULL,
  sent_ms      INTEGER,
  ended_ms     INTEGER,
  CHECK (state IN ('planned', 'sent', 'failed', 'cancelled') OR outside_id IS NOT NULL)
) STRICT;

CREATE UNIQUE INDEX refunds_outside ON refunds (payment_id, outside_id) WHERE outside_id IS NOT NULL;
CREATE INDEX refunds_payment ON refunds (payment_id);
CREATE INDEX refunds_standing ON refunds (planned_ms, id) WHERE state IN ('planned', 'sent', 'pending');

CREATE TABLE disputes (
  id           TEXT PRIMARY KEY,
  payment_id   TEXT NOT NULL REFERENCES payments (id),
  outside_id   TEXT NOT NULL,
  currency     TEXT NOT NULL,
  amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
  -- An appeal can follow a lost one, so no state is the last.
  state        TEXT NOT NULL CHECK (state IN ('warning', 'needs_response', 'under_review', 'won', 'lost', 'closed')),
  reason       TEXT NOT NULL,
  -- Until when an answer is taken; null where none is asked for.
  due_ms       INTEGER,
  opened_ms    INTEGER NOT NULL,
  -- When the service was asked for what stands here: an older answer changes nothing.
  seen_ms      INTEGER NOT NULL,
  UNIQUE (payment_id, outside_id)
) STRICT;

CREATE INDEX disputes_due ON disputes (due_ms, id) WHERE state IN ('warning', 'needs_response');
