-- Who changed what, when, by which program: each row holds the digest of the one before it, and its own.
-- `subjects` is what it was about: figures, states and digests by the ids of things, never a person's words.
CREATE TABLE audit_log (
  seq            INTEGER PRIMARY KEY,
  at_ms          INTEGER NOT NULL,
  actor          TEXT NOT NULL,
  kind           TEXT NOT NULL,
  subjects       TEXT NOT NULL,
  program_commit TEXT NOT NULL,
  previous       TEXT NOT NULL,
  digest         TEXT NOT NULL
) STRICT;

-- The newest row, a second time: so that rows which are cut off at the end are missed.
CREATE TABLE audit_head (
  only   INTEGER PRIMARY KEY CHECK (only = 1),
  seq    INTEGER NOT NULL,
  digest TEXT NOT NULL
) STRICT;
