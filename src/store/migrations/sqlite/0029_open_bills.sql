-- A task has one open bill. Where what came by hand for its first is withdrawn while the bill over what is more is open,
-- the first is open again beside it: together they are the price of the task.
ALTER TABLE bills ADD COLUMN opened_again INTEGER NOT NULL DEFAULT 0 CHECK (opened_again IN (0, 1));
DROP INDEX bills_open;
CREATE UNIQUE INDEX bills_open ON bills (task_id)
  WHERE state IN ('unpriced', 'unpaid', 'on_invoice') AND opened_again = 0;
