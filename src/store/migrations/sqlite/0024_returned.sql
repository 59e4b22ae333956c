-- Of what was paid of a bill, that which went back to the client or its bank: in the currency of the bill, and never more
-- than its amount.
ALTER TABLE bills ADD COLUMN returned_minor INTEGER NOT NULL DEFAULT 0 CHECK (returned_minor >= 0);
