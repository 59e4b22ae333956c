-- Payments that came by bank are recorded by hand, in parts too, and a record that was wrong is withdrawn: then its bill
-- is owed as before, and a bill has to say how that was.
ALTER TABLE bills ADD COLUMN owed TEXT NOT NULL DEFAULT 'unpaid' CHECK (owed IN ('unpriced', 'unpaid', 'on_invoice'));
UPDATE bills SET owed = state WHERE state IN ('unpriced', 'on_invoice');

-- Why a person took back a payment that was recorded by hand; its state is failed then.
ALTER TABLE payments ADD COLUMN withdrawn_why TEXT CHECK (withdrawn_why IS NULL OR (service = 'hand' AND state = 'failed'));
