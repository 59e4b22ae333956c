-- A pause belongs to a service, a credential and a model: two keys on one host, or two models, are two pauses.
-- Pauses of before are not kept: what they were about is not known, and one call finds it out again.

DROP TABLE service_pauses;

-- A service that is not called for now. No row: it is used.
CREATE TABLE service_pauses (
  service       TEXT NOT NULL,
  credential    TEXT NOT NULL,
  model         TEXT NOT NULL,
  state         TEXT NOT NULL CHECK (state IN ('open', 'probing')),
  cause         TEXT NOT NULL CHECK (cause IN ('transient', 'throttled', 'credential')),
  reason        TEXT NOT NULL,
  hint          TEXT,
  opened_count  INTEGER NOT NULL,
  since_ms      INTEGER NOT NULL,
  next_probe_ms INTEGER NOT NULL,
  probe_run_id  TEXT,
  PRIMARY KEY (service, credential, model),
  CHECK ((probe_run_id IS NOT NULL) = (state = 'probing'))
) STRICT, WITHOUT ROWID;

-- What open runs last met at a service that did not answer them: tells a run that fails from a service that does.
CREATE TABLE service_trials (
  service       TEXT NOT NULL,
  credential    TEXT NOT NULL,
  model         TEXT NOT NULL,
  run_id        TEXT NOT NULL REFERENCES runs (id),
  last_ms       INTEGER NOT NULL,
  signature     TEXT,
  in_row        INTEGER NOT NULL CHECK (in_row >= 0),
  unknown_calls INTEGER NOT NULL CHECK (unknown_calls >= 0),
  at_fault      INTEGER NOT NULL CHECK (at_fault IN (0, 1)),
  PRIMARY KEY (service, credential, model, run_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX service_trials_run ON service_trials (run_id);

-- Digest of the credential that a call was made with.
ALTER TABLE calls ADD COLUMN credential TEXT NOT NULL DEFAULT '';
