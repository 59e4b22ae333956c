-- Calls of a model that no run is for: a probe of doctor. Booked as unknown before it leaves, at the most it can
-- cost, and settled when its answer is there. Part of what is spent, of nothing else.
CREATE TABLE probe_calls (
  id            TEXT PRIMARY KEY,
  service       TEXT NOT NULL,
  model         TEXT NOT NULL,
  certainty     TEXT NOT NULL CHECK (certainty IN ('metered', 'unmetered', 'unknown', 'unbilled')),
  cost_nano     INTEGER NOT NULL CHECK (cost_nano >= 0),
  reserved_nano INTEGER NOT NULL CHECK (reserved_nano >= 0),
  price_basis   TEXT NOT NULL CHECK (price_basis IN ('table', 'override', 'free', 'unpriced')),
  price_version TEXT NOT NULL,
  input_tokens  INTEGER,
  output_tokens INTEGER,
  answered_model TEXT,
  error         TEXT,
  day           TEXT NOT NULL,
  started_ms    INTEGER NOT NULL,
  ended_ms      INTEGER
) STRICT;

CREATE INDEX probe_calls_day ON probe_calls (day);
