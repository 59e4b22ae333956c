-- A fee in a currency that has no rate is not known in dollars, which is another thing than no fee: it is null then.
ALTER TABLE bills RENAME COLUMN fee_nano TO known_fee_nano;
ALTER TABLE bills ADD COLUMN fee_nano INTEGER DEFAULT 0 CHECK (fee_nano >= 0);
UPDATE bills SET fee_nano = known_fee_nano WHERE known_fee_nano > 0;
ALTER TABLE bills DROP COLUMN known_fee_nano;
UPDATE bills SET fee_nano = NULL WHERE EXISTS (
  SELECT 1 FROM payments p JOIN runs r ON r.id = bills.run_id
  WHERE p.bill_id = bills.id AND p.state = 'paid' AND p.fee_minor > 0 AND p.fee_currency <> 'USD'
    AND json_extract(r.terms, '$.rates.' || p.fee_currency) IS NULL);
