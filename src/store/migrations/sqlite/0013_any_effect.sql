-- Effects of any kind, of any subject, at any service. A CHECK lists only what is closed: kinds of effect, sources of
-- tasks and causes of runs are not, each new part of the program brings its own.

CREATE TABLE effects_anew (
  id             TEXT PRIMARY KEY,
  seq            INTEGER NOT NULL UNIQUE,
  key            TEXT NOT NULL,
  -- What it tells of: a run, an invoice, a report …, by its id.
  subject_kind   TEXT NOT NULL,
  subject_id     TEXT NOT NULL,
  service        TEXT NOT NULL,
  kind           TEXT NOT NULL,
  target         TEXT NOT NULL,
  -- What has to be there for it to be delivered: its page, or the log of its kind.
  place          TEXT NOT NULL,
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
  -- How long it may wait to be written with what comes after it; null for what is written in any case.
  passing_ms     INTEGER CHECK (passing_ms >= 0),
  UNIQUE (service, key),
  CHECK ((owner IS NULL) = (lease_until_ms IS NULL)),
  CHECK ((ended_ms IS NULL) = (state = 'pending')),
  CHECK (cause IS NULL OR state IN ('dead', 'dismissed'))
) STRICT;

INSERT INTO effects_anew SELECT id, seq, key, CASE WHEN run_id IS NULL THEN 'effect' ELSE 'run' END, COALESCE(run_id, id),
  'notion', kind, target, CASE WHEN kind IN ('log', 'job') THEN kind ELSE target END, body, state, cause, tries, uncertain, looked_up_ms, not_before_ms, owner, claim_no,
  lease_until_ms, error, created_ms, ended_ms, passing_ms FROM effects;
DROP TABLE effects;
ALTER TABLE effects_anew RENAME TO effects;

CREATE INDEX effects_pending ON effects (target, seq) WHERE state = 'pending';
CREATE INDEX effects_subject ON effects (subject_kind, subject_id, seq);
CREATE INDEX effects_owned ON effects (owner) WHERE owner IS NOT NULL;
CREATE INDEX effects_lasting ON effects (service, seq) WHERE state = 'pending' AND passing_ms IS NULL;
CREATE INDEX effects_passing ON effects (service, seq) WHERE state = 'pending' AND passing_ms IS NOT NULL;
CREATE INDEX effects_dead ON effects (target, seq) WHERE state = 'dead';
CREATE INDEX effects_dismissed ON effects (seq) WHERE state = 'dismissed';

-- Things of ours at a service that are found again by its id: log rows, result containers.
CREATE TABLE outside_things (
  service    TEXT NOT NULL,
  key        TEXT NOT NULL,
  outside_id TEXT NOT NULL,
  PRIMARY KEY (service, key)
) STRICT, WITHOUT ROWID;

INSERT INTO outside_things SELECT 'notion', effect_key, notion_id FROM notion_things;
DROP TABLE notion_things;
CREATE INDEX outside_things_found ON outside_things (service, outside_id);

CREATE TABLE tasks_anew (
  id            TEXT PRIMARY KEY,
  -- `local`, or the service that it came from.
  source        TEXT NOT NULL,
  title         TEXT NOT NULL,
  brief         TEXT NOT NULL,
  type          TEXT NOT NULL CHECK (type IN ('Research', 'Drafting', 'Data-transform', 'Transcription', 'Other')),
  client        TEXT,
  qa_target     REAL CHECK (qa_target BETWEEN 1 AND 100),
  priority      INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 3),
  due_date      TEXT,
  created_ms    INTEGER NOT NULL,
  page_id       TEXT,
  client_email  TEXT
) STRICT;

INSERT INTO tasks_anew SELECT id, source, title, brief, type, client, qa_target, priority, due_date, created_ms, page_id,
  client_email FROM tasks ORDER BY rowid;
DROP TABLE tasks;
ALTER TABLE tasks_anew RENAME TO tasks;

CREATE UNIQUE INDEX tasks_page ON tasks (page_id) WHERE page_id IS NOT NULL;
CREATE INDEX tasks_created ON tasks (created_ms, id);
CREATE INDEX tasks_client ON tasks (client, created_ms, id) WHERE client IS NOT NULL;

CREATE TABLE runs_anew (
  id             TEXT PRIMARY KEY,
  task_id        TEXT NOT NULL REFERENCES tasks (id),
  number         INTEGER NOT NULL CHECK (number >= 1),
  cause          TEXT NOT NULL,
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
  -- A fault of the row itself (QA target, type): the run fails with it before anything is spent.
  flaw           TEXT,
  -- A failure that the operator has seen and lets be: no alarm any more.
  dismissed_ms   INTEGER,
  UNIQUE (task_id, number),
  CHECK ((owner IS NULL) = (lease_until_ms IS NULL)),
  CHECK ((ended_ms IS NOT NULL) = (state IN ('done', 'failed_final', 'cancelled'))),
  CHECK ((next_stage IS NULL) = (state IN ('waiting_human', 'done', 'failed_final', 'cancelled'))),
  CHECK ((held_need_nano IS NOT NULL) = (state = 'held'))
) STRICT;

INSERT INTO runs_anew SELECT id, task_id, number, cause, state, next_stage, priority, brief_digest, threshold, band,
  revisions, attempt, not_before_ms, owner, claim_no, lease_until_ms, held_need_nano, error_class, reason, score,
  output_id, program_commit, created_ms, started_ms, ended_ms, flaw, dismissed_ms FROM runs ORDER BY rowid;
DROP TABLE runs;
ALTER TABLE runs_anew RENAME TO runs;

-- One open run a task: a second go begins when the first has ended.
CREATE UNIQUE INDEX runs_open ON runs (task_id) WHERE ended_ms IS NULL;
CREATE INDEX runs_ready ON runs (priority DESC, created_ms, id) WHERE next_stage IS NOT NULL;
CREATE INDEX runs_owned ON runs (owner) WHERE owner IS NOT NULL;
CREATE INDEX runs_newest ON runs (state, created_ms, id);
CREATE INDEX runs_watched ON runs (id) WHERE ended_ms IS NULL OR (state = 'failed_final' AND dismissed_ms IS NULL);
CREATE INDEX runs_again ON runs (task_id, number) WHERE number > 1;

-- A lock is held by a token, for as long as it is renewed. What an older program held is over: it was one poll.
DROP TABLE locks;
CREATE TABLE locks (
  name           TEXT PRIMARY KEY,
  token          TEXT NOT NULL,
  owner          TEXT NOT NULL,
  since_ms       INTEGER NOT NULL,
  lease_until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How many items an operation handled, and how many it could not.
ALTER TABLE operation_records ADD COLUMN done INTEGER;
ALTER TABLE operation_records ADD COLUMN failed INTEGER;
