-- What calls for help: one alert for each cause, the things that are bad for it, and units that failed.

CREATE TABLE alerts (
  id               TEXT PRIMARY KEY,
  cause            TEXT NOT NULL UNIQUE,
  state            TEXT NOT NULL CHECK (state IN ('open', 'resolved')),
  severity         TEXT NOT NULL CHECK (severity IN ('warning', 'critical')),
  message          TEXT NOT NULL,
  next             TEXT,
  opened_ms        INTEGER NOT NULL,
  resolved_ms      INTEGER,
  -- How often it opened again soon after it was resolved.
  reopenings       INTEGER NOT NULL CHECK (reopenings >= 0),
  -- What people were told last; null where they believe that nothing is wrong.
  told_severity    TEXT CHECK (told_severity IN ('warning', 'critical')),
  told_ms          INTEGER,
  silence          TEXT CHECK (silence IN ('acknowledged', 'snoozed')),
  silence_until_ms INTEGER,
  silence_covers   TEXT CHECK (silence_covers IN ('warning', 'critical')),
  silence_by       TEXT,
  CHECK ((resolved_ms IS NULL) = (state = 'open')),
  CHECK ((told_severity IS NULL) = (told_ms IS NULL)),
  CHECK ((silence IS NULL) = (silence_covers IS NULL) AND (silence IS NULL) = (silence_by IS NULL)),
  CHECK ((silence_until_ms IS NOT NULL) = (silence IS NOT DISTINCT FROM 'snoozed'))
) STRICT;

-- Those that may have something to tell.
CREATE INDEX alerts_live ON alerts (id) WHERE state = 'open' OR told_ms IS NOT NULL;
CREATE INDEX alerts_newest ON alerts (state, opened_ms, id);

CREATE TABLE alert_signals (
  alert_id TEXT NOT NULL REFERENCES alerts (id),
  key      TEXT NOT NULL,
  severity TEXT NOT NULL CHECK (severity IN ('warning', 'critical')),
  message  TEXT NOT NULL,
  next     TEXT,
  state    TEXT NOT NULL CHECK (state IN ('bad', 'good', 'unknown')),
  since_ms INTEGER NOT NULL,
  PRIMARY KEY (alert_id, key)
) STRICT, WITHOUT ROWID;

-- Units of systemd that failed, as OnFailure= told of them.
CREATE TABLE unit_failures (
  unit      TEXT NOT NULL,
  at_ms     INTEGER NOT NULL,
  result    TEXT,
  exit_code TEXT,
  -- The last lines of its log, without secrets and addresses.
  lines     TEXT,
  PRIMARY KEY (unit, at_ms)
) STRICT, WITHOUT ROWID;
CREATE INDEX unit_failures_newest ON unit_failures (at_ms);
