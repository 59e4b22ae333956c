-- Tasks that live in Notion: who picked up what, and the outbox of everything that is written there.

ALTER TABLE tasks ADD COLUMN page_id TEXT;
ALTER TABLE tasks ADD COLUMN client_email TEXT;
CREATE UNIQUE INDEX tasks_page ON tasks (page_id) WHERE page_id IS NOT NULL;

-- A fault of the row itself (QA target, type): the run fails with it before anything is spent.
ALTER TABLE runs ADD COLUMN flaw TEXT;

-- The tick a run came from. Until our untick is confirmed, a ticked Trigger is still the same tick.
CREATE TABLE ticks (
  page_id   TEXT PRIMARY KEY,
  run_id    TEXT NOT NULL REFERENCES runs (id),
  confirmed INTEGER NOT NULL CHECK (confirmed IN (0, 1))
) STRICT, WITHOUT ROWID;

-- The databases found or made by init, with the ids of their properties.
CREATE TABLE notion_databases (
  key            TEXT PRIMARY KEY,
  database_id    TEXT NOT NULL,
  data_source_id TEXT NOT NULL,
  properties     TEXT NOT NULL CHECK (json_valid(properties))
) STRICT, WITHOUT ROWID;

-- Things of ours in Notion that are found again by id: log rows, result containers.
CREATE TABLE notion_things (
  effect_key TEXT PRIMARY KEY,
  notion_id  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Which account of a service this store belongs to; sandbox, test and live never mix.
CREATE TABLE accounts (
  service    TEXT PRIMARY KEY,
  identity   TEXT NOT NULL,
  label      TEXT NOT NULL,
  credential TEXT NOT NULL,
  since_ms   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- One bucket of requests a service for all processes; may go below zero: that is the queue.
CREATE TABLE rate_buckets (
  service TEXT PRIMARY KEY,
  tokens  REAL NOT NULL,
  at_ms   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Work that one process does at a time.
CREATE TABLE locks (
  name     TEXT PRIMARY KEY,
  owner    TEXT NOT NULL,
  since_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The outbox: each write to the outside, recorded with the change that caused it, delivered after.
CREATE TABLE effects (
  id             TEXT PRIMARY KEY,
  seq            INTEGER NOT NULL UNIQUE,
  key            TEXT NOT NULL UNIQUE,
  run_id         TEXT REFERENCES runs (id),
  kind           TEXT NOT NULL CHECK (kind IN ('page', 'body', 'log', 'job')),
  target         TEXT NOT NULL,
  body           TEXT NOT NULL CHECK (json_valid(body)),
  state          TEXT NOT NULL CHECK (state IN ('pending', 'done', 'dead')),
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
  CHECK ((ended_ms IS NULL) = (state = 'pending'))
) STRICT;

CREATE INDEX effects_pending ON effects (target, seq) WHERE state = 'pending';
CREATE INDEX effects_run ON effects (run_id, seq);
CREATE INDEX effects_owned ON effects (owner) WHERE owner IS NOT NULL;
