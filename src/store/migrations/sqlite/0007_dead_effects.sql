-- Why a write is dead, and that the operator gave it up: `dismissed`.
-- target: the page or database is away, and is looked at again at not_before_ms. refused: what was sent was refused.

CREATE TABLE effects_anew (
  id             TEXT PRIMARY KEY,
  seq            INTEGER NOT NULL UNIQUE,
  key            TEXT NOT NULL UNIQUE,
  run_id         TEXT REFERENCES runs (id),
  kind           TEXT NOT NULL CHECK (kind IN ('page', 'body', 'log', 'job')),
  target         TEXT NOT NULL,
  body           TEXT NOT NULL CHECK (json_valid(body)),
  state          TEXT NOT NULL CHECK (state IN ('pending', 'done', 'dead', 'dismissed')),
  -- Of a dead one; null where it died before this was noted.
  cause          TEXT CHECK (cause IN ('target', 'refused')),
  tries          INTEGER NOT NULL,
  -- It was sent before and no answer came: look it up before it is repeated.
  uncertain      INTEGER NOT NULL CHECK (uncertain IN (0, 1)),
  -- When it was looked up in vain; a create is repeated only after a second look-up.
  looked_up_ms   INTEGER,
  not_before_ms  INTEGER NOT NULL,
  owner          TEXT,
  claim_no       INTEGER NOT NULL,
  lease_until_ms INTEGER,
  error          TEXT,
  created_ms     INTEGER NOT NULL,
  ended_ms       INTEGER,
  CHECK ((owner IS NULL) = (lease_until_ms IS NULL)),
  CHECK ((ended_ms IS NULL) = (state = 'pending')),
  CHECK (cause IS NULL OR state IN ('dead', 'dismissed'))
) STRICT;

INSERT INTO effects_anew SELECT id, seq, key, run_id, kind, target, body, state, NULL, tries, uncertain, looked_up_ms,
  not_before_ms, owner, claim_no, lease_until_ms, error, created_ms, ended_ms FROM effects;
DROP TABLE effects;
ALTER TABLE effects_anew RENAME TO effects;

CREATE INDEX effects_pending ON effects (target, seq) WHERE state = 'pending';
CREATE INDEX effects_run ON effects (run_id, seq);
CREATE INDEX effects_owned ON effects (owner) WHERE owner IS NOT NULL;
CREATE INDEX effects_queue ON effects (seq) WHERE state = 'pending';
CREATE INDEX effects_dead ON effects (target, seq) WHERE state = 'dead';
