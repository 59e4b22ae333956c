-- States in between are written to a page when they have stood for this long and requests are to spare, or with the
-- next write; null for what is written in any case.
ALTER TABLE effects ADD COLUMN passing_ms INTEGER CHECK (passing_ms >= 0);
DROP INDEX effects_queue;
CREATE INDEX effects_lasting ON effects (seq) WHERE state = 'pending' AND passing_ms IS NULL;
CREATE INDEX effects_passing ON effects (seq) WHERE state = 'pending' AND passing_ms IS NOT NULL;

-- Whether the row said Cancelled already when its tick was taken: then it is an older word, until ours is written.
ALTER TABLE ticks ADD COLUMN stood_cancelled INTEGER NOT NULL DEFAULT 1 CHECK (stood_cancelled IN (0, 1));

-- A failure that the operator has seen and lets be: no alarm any more.
ALTER TABLE runs ADD COLUMN dismissed_ms INTEGER;
-- Runs whose row may still have something to say, in the order in which they are looked at.
CREATE INDEX runs_watched ON runs (id) WHERE ended_ms IS NULL OR (state = 'failed_final' AND dismissed_ms IS NULL);

-- Where a reading of the board that was cut short goes on.
CREATE TABLE board_marks (
  name TEXT PRIMARY KEY,
  at   TEXT NOT NULL
) STRICT, WITHOUT ROWID;
