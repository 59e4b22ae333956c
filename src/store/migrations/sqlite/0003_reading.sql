-- What status and lists read, without walking through everything that was ever done.

CREATE INDEX tasks_created ON tasks (created_ms, id);
CREATE INDEX effects_dead ON effects (ended_ms) WHERE state = 'dead';
-- Ended calls whose cost is not sure, or not from a price.
CREATE INDEX calls_doubtful ON calls (day) WHERE certainty IN ('unknown', 'unmetered') OR price_basis = 'unpriced';
-- What waits to be written, oldest first: handing one out must not look at all the others.
CREATE INDEX effects_queue ON effects (seq) WHERE state = 'pending';
