-- The auto-operator: what it found last, and each healing, recorded before it is done and after.

CREATE TABLE operate_report (
  only   INTEGER PRIMARY KEY CHECK (only = 1),
  at_ms  INTEGER NOT NULL,
  report TEXT NOT NULL
) STRICT;

CREATE TABLE healings (
  id       TEXT PRIMARY KEY,
  healing  TEXT NOT NULL,
  thing    TEXT NOT NULL,
  began_ms INTEGER NOT NULL,
  -- Both null while it is done; where its process died, until the next cycle.
  ended_ms INTEGER,
  outcome  TEXT CHECK (outcome IN ('done', 'failed')),
  -- What it did, or why it could not.
  detail   TEXT,
  CHECK ((ended_ms IS NULL) = (outcome IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX healings_began ON healings (healing, began_ms);
CREATE INDEX healings_open ON healings (id) WHERE ended_ms IS NULL;

-- What was done in a period; failures have an index of their own.
CREATE INDEX runs_done ON runs (ended_ms) WHERE state = 'done';
