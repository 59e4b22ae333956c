-- The core: tasks, runs with their versions and judgements, every model call with its cost, receipts.

CREATE TABLE tasks (
  id            TEXT PRIMARY KEY,
  source        TEXT NOT NULL CHECK (source IN ('local', 'notion')),
  title         TEXT NOT NULL,
  brief         TEXT NOT NULL,
  type          TEXT NOT NULL CHECK (type IN ('Research', 'Drafting', 'Data-transform', 'Transcription', 'Other')),
  client        TEXT,
  qa_target     REAL CHECK (qa_target BETWEEN 1 AND 100),
  priority      INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 3),
  due_date      TEXT,
  created_ms    INTEGER NOT NULL
) STRICT;

CREATE TABLE runs (
  id             TEXT PRIMARY KEY,
  task_id        TEXT NOT NULL REFERENCES tasks (id),
  number         INTEGER NOT NULL CHECK (number >= 1),
  cause          TEXT NOT NULL CHECK (cause IN ('added', 'tick', 'retry')),
  state          TEXT NOT NULL CHECK (state IN ('queued', 'generating', 'generated', 'judging', 'revising',
                   'waiting_human', 'held', 'retrying', 'done', 'failed_final', 'cancelled')),
  -- What is to be done next; null exactly where no process may take the run up.
  next_stage     TEXT CHECK (next_stage IN ('generate', 'judge', 'revise')),
  priority       INTEGER NOT NULL,
  brief_digest   TEXT NOT NULL,
  threshold      REAL NOT NULL,
  band           REAL NOT NULL,
  revisions      INTEGER NOT NULL,
  attempt        INTEGER NOT NULL CHECK (attempt >= 0),
  not_before_ms  INTEGER NOT NULL,
  owner          TEXT,
  claim_no       INTEGER NOT NULL,
  lease_until_ms INTEGER,
  held_need_nano INTEGER,
  error_class    TEXT CHECK (error_class IN ('transient', 'throttled', 'permanent', 'credential', 'budget', 'data')),
  reason         TEXT,
  score          REAL,
  output_id      TEXT,
  program_commit TEXT NOT NULL,
  created_ms     INTEGER NOT NULL,
  started_ms     INTEGER,
  ended_ms       INTEGER,
  UNIQUE (task_id, number),
  CHECK ((owner IS NULL) = (lease_until_ms IS NULL)),
  CHECK ((ended_ms IS NOT NULL) = (state IN ('done', 'failed_final', 'cancelled'))),
  CHECK ((next_stage IS NULL) = (state IN ('waiting_human', 'done', 'failed_final', 'cancelled'))),
  CHECK ((held_need_nano IS NOT NULL) = (state = 'held'))
) STRICT;

-- One open run a task: a second go begins when the first has ended.
CREATE UNIQUE INDEX runs_open ON runs (task_id) WHERE ended_ms IS NULL;
CREATE INDEX runs_ready ON runs (priority DESC, created_ms, id) WHERE next_stage IS NOT NULL;
CREATE INDEX runs_owned ON runs (owner) WHERE owner IS NOT NULL;
CREATE INDEX runs_state ON runs (state, ended_ms);

CREATE TABLE attempts (
  run_id      TEXT NOT NULL REFERENCES runs (id),
  number      INTEGER NOT NULL CHECK (number >= 1),
  started_ms  INTEGER NOT NULL,
  ended_ms    INTEGER,
  outcome     TEXT NOT NULL CHECK (outcome IN ('open', 'rested', 'failed')),
  -- How often the process that worked on it died or lost its lease.
  interruptions INTEGER NOT NULL CHECK (interruptions >= 0),
  error_class TEXT,
  message     TEXT,
  PRIMARY KEY (run_id, number)
) STRICT, WITHOUT ROWID;

-- What happened to a run, in order: the timeline of `task show` and `explain`.
CREATE TABLE run_events (
  run_id         TEXT NOT NULL REFERENCES runs (id),
  seq            INTEGER NOT NULL,
  at_ms          INTEGER NOT NULL,
  state          TEXT NOT NULL,
  what           TEXT NOT NULL,
  actor          TEXT NOT NULL,
  program_commit TEXT NOT NULL,
  PRIMARY KEY (run_id, seq)
) STRICT, WITHOUT ROWID;

-- Each HTTP request to a model that was sent, or was about to be. Booked before it leaves, settled after.
CREATE TABLE calls (
  id               TEXT PRIMARY KEY,
  run_id           TEXT NOT NULL REFERENCES runs (id),
  attempt          INTEGER NOT NULL,
  claim_no         INTEGER NOT NULL,
  owner            TEXT NOT NULL,
  stage            TEXT NOT NULL CHECK (stage IN ('generate', 'judge', 'revise')),
  service          TEXT NOT NULL,
  model            TEXT NOT NULL,
  -- reserved: under way. metered: cost from the usage that came back. unmetered: answered without usage.
  -- unknown: no answer, may have been billed. unbilled: refused by the service before any work.
  certainty        TEXT NOT NULL CHECK (certainty IN ('reserved', 'metered', 'unmetered', 'unknown', 'unbilled')),
  cost_nano        INTEGER NOT NULL CHECK (cost_nano >= 0),
  reserved_nano    INTEGER NOT NULL CHECK (reserved_nano >= 0),
  price_basis      TEXT NOT NULL CHECK (price_basis IN ('table', 'override', 'free', 'unpriced')),
  price_version    TEXT NOT NULL,
  prompt_digest    TEXT NOT NULL,
  input_tokens     INTEGER,
  cached_tokens    INTEGER,
  cache_write_tokens INTEGER,
  output_tokens    INTEGER,
  reasoning_tokens INTEGER,
  answered_model   TEXT,
  service_tier     TEXT,
  request_id       TEXT,
  error            TEXT,
  day              TEXT NOT NULL,
  started_ms       INTEGER NOT NULL,
  ended_ms         INTEGER,
  CHECK ((ended_ms IS NULL) = (certainty = 'reserved'))
) STRICT;

CREATE INDEX calls_run ON calls (run_id, started_ms);
CREATE INDEX calls_open ON calls (owner, run_id) WHERE certainty = 'reserved';
CREATE INDEX calls_day ON calls (day);

-- Running totals of calls.cost_nano, kept in the transaction that changes a call: what the caps read.
CREATE TABLE spend (
  scope  TEXT NOT NULL CHECK (scope IN ('task', 'client_month', 'day', 'month')),
  key    TEXT NOT NULL,
  nano   INTEGER NOT NULL,
  PRIMARY KEY (scope, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE outputs (
  id             TEXT PRIMARY KEY,
  run_id         TEXT NOT NULL REFERENCES runs (id),
  number         INTEGER NOT NULL CHECK (number >= 1),
  call_id        TEXT NOT NULL REFERENCES calls (id),
  stage          TEXT NOT NULL CHECK (stage IN ('generate', 'revise')),
  finish         TEXT NOT NULL CHECK (finish IN ('complete', 'truncated', 'refused', 'empty')),
  text           TEXT NOT NULL,
  digest         TEXT NOT NULL,
  refusal        TEXT,
  check_findings TEXT NOT NULL CHECK (json_valid(check_findings)),
  checks_version TEXT NOT NULL,
  created_ms     INTEGER NOT NULL,
  UNIQUE (run_id, number)
) STRICT;

CREATE TABLE judgements (
  id             TEXT PRIMARY KEY,
  run_id         TEXT NOT NULL REFERENCES runs (id),
  output_id      TEXT NOT NULL REFERENCES outputs (id),
  number         INTEGER NOT NULL CHECK (number >= 1),
  call_id        TEXT NOT NULL REFERENCES calls (id),
  -- Null where the answer was no verdict; `flaw` says why.
  score          INTEGER CHECK (score BETWEEN 0 AND 100),
  scores         TEXT CHECK (json_valid(scores)),
  reasons        TEXT CHECK (json_valid(reasons)),
  findings       TEXT NOT NULL CHECK (json_valid(findings)),
  opinion        TEXT,
  flaw           TEXT,
  rubric_digest  TEXT NOT NULL,
  prompt_digest  TEXT NOT NULL,
  model          TEXT NOT NULL,
  created_ms     INTEGER NOT NULL,
  UNIQUE (output_id, number),
  CHECK ((score IS NULL) = (flaw IS NOT NULL)),
  CHECK ((score IS NULL) = (scores IS NULL))
) STRICT;

CREATE TABLE decisions (
  run_id    TEXT NOT NULL REFERENCES runs (id),
  output_id TEXT NOT NULL UNIQUE REFERENCES outputs (id),
  kind      TEXT NOT NULL CHECK (kind IN ('approve', 'return')),
  note      TEXT NOT NULL,
  actor     TEXT NOT NULL,
  at_ms     INTEGER NOT NULL
) STRICT;

-- The sealed core of a receipt: written once, in the transaction that ends the run.
CREATE TABLE receipts (
  run_id    TEXT PRIMARY KEY REFERENCES runs (id),
  core      TEXT NOT NULL CHECK (json_valid(core)),
  digest    TEXT NOT NULL,
  sealed_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Facts that came after the seal: proofs of delivery, late costs, money.
CREATE TABLE receipt_entries (
  run_id TEXT NOT NULL REFERENCES runs (id),
  seq    INTEGER NOT NULL,
  kind   TEXT NOT NULL,
  body   TEXT NOT NULL CHECK (json_valid(body)),
  at_ms  INTEGER NOT NULL,
  PRIMARY KEY (run_id, seq)
) STRICT, WITHOUT ROWID;

-- A service that is not called for now. No row: it is used.
CREATE TABLE service_pauses (
  service       TEXT PRIMARY KEY,
  -- watching: failures were seen, not yet enough to pause.
  state         TEXT NOT NULL CHECK (state IN ('watching', 'open', 'probing')),
  cause         TEXT NOT NULL CHECK (cause IN ('transient', 'throttled', 'credential')),
  reason        TEXT NOT NULL,
  failed_runs   TEXT NOT NULL CHECK (json_valid(failed_runs)),
  credential    TEXT NOT NULL,
  opened_count  INTEGER NOT NULL,
  since_ms      INTEGER NOT NULL,
  next_probe_ms INTEGER NOT NULL,
  probe_run_id  TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE queue_pause (
  only   INTEGER PRIMARY KEY CHECK (only = 1),
  reason TEXT NOT NULL,
  actor  TEXT NOT NULL,
  at_ms  INTEGER NOT NULL
) STRICT;

-- One row per operation that changes something: who, when, how it ended.
CREATE TABLE operation_records (
  id             TEXT PRIMARY KEY,
  operation      TEXT NOT NULL,
  actor          TEXT NOT NULL,
  owner          TEXT NOT NULL,
  started_ms     INTEGER NOT NULL,
  ended_ms       INTEGER,
  outcome        TEXT,
  message        TEXT,
  program_commit TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX operation_records_started ON operation_records (operation, started_ms);

-- The last probe of each thing that can be probed, and how it was before.
CREATE TABLE proofs (
  subject         TEXT PRIMARY KEY,
  outcome         TEXT NOT NULL CHECK (outcome IN ('proved', 'failed', 'not_proved')),
  detail          TEXT NOT NULL,
  fix             TEXT,
  at_ms           INTEGER NOT NULL,
  last_proved_ms  INTEGER,
  previous        TEXT
) STRICT, WITHOUT ROWID;
