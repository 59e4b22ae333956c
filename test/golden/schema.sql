CREATE TABLE accounts (
  service    TEXT PRIMARY KEY,
  identity   TEXT NOT NULL,
  label      TEXT NOT NULL,
  credential TEXT NOT NULL,
  since_ms   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

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

CREATE TABLE audit_head (
  only   INTEGER PRIMARY KEY CHECK (only = 1),
  seq    INTEGER NOT NULL,
  digest TEXT NOT NULL
) STRICT;

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

CREATE TABLE bills (
  id           TEXT PRIMARY KEY,
  task_id      TEXT NOT NULL REFERENCES tasks (id),
  number       INTEGER NOT NULL CHECK (number >= 1),
  -- The run that was accepted.
  run_id       TEXT NOT NULL UNIQUE REFERENCES runs (id),
  client_id    TEXT REFERENCES clients (id),
  state        TEXT NOT NULL CHECK (state IN ('unpriced', 'unpaid', 'on_invoice', 'paid', 'partly_refunded', 'refunded',
                 'disputed', 'cancelled')),
  basis        TEXT NOT NULL CHECK (basis IN ('row', 'type', 'none')),
  currency     TEXT,
  amount_minor INTEGER CHECK (amount_minor >= 0),
  -- What the whole task costs: more than the amount where some of it was paid before.
  price_minor  INTEGER CHECK (price_minor >= amount_minor),
  why          TEXT NOT NULL,
  usd_nano     INTEGER CHECK (usd_nano >= 0),
  -- What the provider kept, once it tells.
  created_ms   INTEGER NOT NULL,
  changed_ms   INTEGER NOT NULL, owed TEXT NOT NULL DEFAULT 'unpaid' CHECK (owed IN ('unpriced', 'unpaid', 'on_invoice')), returned_minor INTEGER NOT NULL DEFAULT 0 CHECK (returned_minor >= 0), fee_nano INTEGER DEFAULT 0 CHECK (fee_nano >= 0), opened_again INTEGER NOT NULL DEFAULT 0 CHECK (opened_again IN (0, 1)),
  UNIQUE (task_id, number),
  CHECK ((basis = 'none') = (amount_minor IS NULL)),
  CHECK ((amount_minor IS NULL) = (currency IS NULL)),
  CHECK ((amount_minor IS NULL) = (price_minor IS NULL)),
  CHECK (state IN ('unpriced', 'cancelled') OR amount_minor IS NOT NULL)
) STRICT;

CREATE TABLE board_marks (
  name TEXT PRIMARY KEY,
  at   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

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
  ended_ms         INTEGER, client TEXT, note TEXT, credential TEXT NOT NULL DEFAULT '',
  CHECK ((ended_ms IS NULL) = (certainty = 'reserved'))
) STRICT;

CREATE TABLE chat_reading (
  service     TEXT PRIMARY KEY,
  next_update INTEGER NOT NULL CHECK (next_update >= 0),
  at_ms       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE chat_strangers (
  service TEXT NOT NULL,
  day     TEXT NOT NULL,
  -- The ids of the person and of the chat.
  user_id TEXT NOT NULL,
  chat_id TEXT NOT NULL,
  count   INTEGER NOT NULL CHECK (count > 0),
  last_ms INTEGER NOT NULL,
  PRIMARY KEY (service, day, user_id, chat_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE clients (
  id            TEXT PRIMARY KEY,
  source        TEXT NOT NULL CHECK (source IN ('local', 'notion')),
  -- Its row in Notion; null for a client that only the store knows.
  page_id       TEXT UNIQUE,
  name          TEXT NOT NULL,
  -- In lower case.
  email         TEXT,
  active        INTEGER NOT NULL CHECK (active IN (0, 1)),
  currency      TEXT,
  billing       TEXT CHECK (billing IN ('link', 'invoice')),
  -- Nano-dollars a minute.
  rate_nano     INTEGER CHECK (rate_nano >= 0),
  tax_category  TEXT CHECK (tax_category IN ('Standard', 'Reverse Charge', 'Exempt', 'Outside Scope')),
  payment_days  INTEGER CHECK (payment_days >= 0),
  language      TEXT,
  country       TEXT,
  tax_id        TEXT,
  address       TEXT,
  notes         TEXT,
  created_ms    INTEGER NOT NULL,
  -- When its row was last read, or it was last set here.
  read_ms       INTEGER NOT NULL,
  CHECK ((page_id IS NULL) = (source = 'local'))
) STRICT;

CREATE TABLE decisions (
  run_id    TEXT NOT NULL REFERENCES runs (id),
  output_id TEXT NOT NULL UNIQUE REFERENCES outputs (id),
  kind      TEXT NOT NULL CHECK (kind IN ('approve', 'return')),
  note      TEXT NOT NULL,
  actor     TEXT NOT NULL,
  at_ms     INTEGER NOT NULL
, work_id TEXT REFERENCES outputs (id)) STRICT;

CREATE TABLE disputes (
  id           TEXT PRIMARY KEY,
  payment_id   TEXT NOT NULL REFERENCES payments (id),
  outside_id   TEXT NOT NULL,
  currency     TEXT NOT NULL,
  amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
  -- An appeal can follow a lost one, so no state is the last.
  state        TEXT NOT NULL CHECK (state IN ('warning', 'needs_response', 'under_review', 'won', 'lost', 'closed')),
  reason       TEXT NOT NULL,
  -- Until when an answer is taken; null where none is asked for.
  due_ms       INTEGER,
  opened_ms    INTEGER NOT NULL,
  -- When the service was asked for what stands here: an older answer changes nothing.
  seen_ms      INTEGER NOT NULL,
  UNIQUE (payment_id, outside_id)
) STRICT;

CREATE TABLE "effects" (
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

CREATE TABLE integrity (
  only     INTEGER PRIMARY KEY CHECK (only = 1),
  position TEXT NOT NULL CHECK (json_valid(position)),
  whole_ms INTEGER
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

CREATE TABLE links (
  id           TEXT PRIMARY KEY,
  bill_id      TEXT NOT NULL REFERENCES bills (id),
  -- Of its bill, from 1: one that died is replaced.
  number       INTEGER NOT NULL CHECK (number >= 1),
  service      TEXT NOT NULL,
  livemode     INTEGER NOT NULL CHECK (livemode IN (0, 1)),
  currency     TEXT NOT NULL,
  amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
  -- asked: recorded, and made by an effect. closing: to be closed by an effect; it may still be paid until then.
  state        TEXT NOT NULL CHECK (state IN ('asked', 'open', 'closing', 'closed', 'expired', 'paid', 'refused')),
  outside_id   TEXT,
  url          TEXT,
  -- Why it was refused, closed or has run out; what befell the client who tried to pay at it.
  why          TEXT,
  asked_ms     INTEGER NOT NULL,
  made_ms      INTEGER,
  ended_ms     INTEGER,
  UNIQUE (bill_id, number),
  CHECK ((outside_id IS NULL) = (url IS NULL)),
  CHECK (state IN ('asked', 'refused', 'closing', 'closed') OR outside_id IS NOT NULL)
) STRICT;

CREATE TABLE locks (
  name           TEXT PRIMARY KEY,
  token          TEXT NOT NULL,
  owner          TEXT NOT NULL,
  since_ms       INTEGER NOT NULL,
  lease_until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE mailings (
  id         TEXT PRIMARY KEY,
  run_id     TEXT NOT NULL REFERENCES runs (id),
  -- Of its run, from 1.
  number     INTEGER NOT NULL CHECK (number >= 1),
  output_id  TEXT NOT NULL REFERENCES outputs (id),
  address    TEXT NOT NULL,
  wanted_ms  INTEGER NOT NULL,
  -- Null while it is only wanted: its payment link is still being made.
  asked_ms   INTEGER,
  -- What sends it; null as before.
  service    TEXT,
  -- The payment link in it; null for none.
  link_id    TEXT REFERENCES links (id),
  sent_ms    INTEGER,
  UNIQUE (run_id, number),
  CHECK ((asked_ms IS NULL) = (service IS NULL)),
  CHECK (asked_ms IS NOT NULL OR (link_id IS NULL AND sent_ms IS NULL))
) STRICT;

CREATE TABLE notion_databases (
  key            TEXT PRIMARY KEY,
  database_id    TEXT NOT NULL,
  data_source_id TEXT NOT NULL,
  properties     TEXT NOT NULL CHECK (json_valid(properties))
) STRICT, WITHOUT ROWID;

CREATE TABLE operate_report (
  only   INTEGER PRIMARY KEY CHECK (only = 1),
  at_ms  INTEGER NOT NULL,
  report TEXT NOT NULL
) STRICT;

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
, done INTEGER, failed INTEGER, job TEXT, slot_ms INTEGER, idle INTEGER) STRICT, WITHOUT ROWID;

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

CREATE TABLE outside_things (
  service    TEXT NOT NULL,
  key        TEXT NOT NULL,
  outside_id TEXT NOT NULL,
  PRIMARY KEY (service, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE payment_coverage (
  service TEXT NOT NULL,
  -- events: what the service says happened. objects: payments, refunds and disputes, compared with the books.
  what    TEXT NOT NULL CHECK (what IN ('events', 'objects')),
  from_ms INTEGER NOT NULL,
  to_ms   INTEGER NOT NULL,
  -- When the last look ended.
  at_ms   INTEGER NOT NULL,
  PRIMARY KEY (service, what),
  CHECK (from_ms <= to_ms)
) STRICT, WITHOUT ROWID;

CREATE TABLE payments (
  id           TEXT PRIMARY KEY,
  -- 'hand': it came by bank, and a person recorded it.
  service      TEXT NOT NULL,
  -- The payment itself there, or the reference of the transfer.
  outside_id   TEXT NOT NULL,
  livemode     INTEGER NOT NULL CHECK (livemode IN (0, 1)),
  link_id      TEXT REFERENCES links (id),
  -- Null: nobody knows what it is for.
  bill_id      TEXT REFERENCES bills (id),
  currency     TEXT NOT NULL,
  amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
  -- It only moves forward: pending, failed, paid.
  state        TEXT NOT NULL CHECK (state IN ('pending', 'failed', 'paid')),
  -- What the service kept of it, in the currency that it pays out; null until it tells.
  fee_minor    INTEGER,
  fee_currency TEXT,
  -- How it was learned of first.
  seen_by      TEXT NOT NULL CHECK (seen_by IN ('webhook', 'scan', 'hand')),
  paid_ms      INTEGER,
  recorded_ms  INTEGER NOT NULL,
  -- When the service was last asked how it stands.
  checked_ms   INTEGER NOT NULL, withdrawn_why TEXT CHECK (withdrawn_why IS NULL OR (service = 'hand' AND state = 'failed')), doubted_ms INTEGER CHECK (doubted_ms IS NULL OR (state = 'paid' AND service <> 'hand')), may_be_wrong INTEGER NOT NULL DEFAULT 0 CHECK (may_be_wrong IN (0, 1)),
  UNIQUE (service, outside_id),
  CHECK ((fee_minor IS NULL) = (fee_currency IS NULL)),
  CHECK (state <> 'paid' OR paid_ms IS NOT NULL)
) STRICT;

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

CREATE TABLE proofs (
  subject         TEXT PRIMARY KEY,
  outcome         TEXT NOT NULL CHECK (outcome IN ('proved', 'failed', 'not_proved')),
  detail          TEXT NOT NULL,
  fix             TEXT,
  at_ms           INTEGER NOT NULL,
  last_proved_ms  INTEGER,
  previous        TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE queue_pause (
  only   INTEGER PRIMARY KEY CHECK (only = 1),
  reason TEXT NOT NULL,
  actor  TEXT NOT NULL,
  at_ms  INTEGER NOT NULL
) STRICT;

CREATE TABLE rate_buckets (
  service TEXT PRIMARY KEY,
  tokens  REAL NOT NULL,
  at_ms   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE receipt_entries (
  run_id TEXT NOT NULL REFERENCES runs (id),
  seq    INTEGER NOT NULL,
  kind   TEXT NOT NULL,
  body   TEXT NOT NULL CHECK (json_valid(body)),
  at_ms  INTEGER NOT NULL,
  PRIMARY KEY (run_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE receipts (
  run_id    TEXT PRIMARY KEY REFERENCES runs (id),
  core      TEXT NOT NULL CHECK (json_valid(core)),
  digest    TEXT NOT NULL,
  sealed_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE refunds (
  id           TEXT PRIMARY KEY,
  payment_id   TEXT NOT NULL REFERENCES payments (id),
  -- Null until the service has made it.
  outside_id   TEXT,
  origin       TEXT NOT NULL CHECK (origin IN ('ours', 'outside')),
  amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
  -- planned: an intent that nobody has executed. sent: it may have been made. The rest is the service's word for it.
  state        TEXT NOT NULL CHECK (state IN ('planned', 'sent', 'pending', 'succeeded', 'failed', 'cancelled')),
  reason       TEXT NOT NULL,
  actor        TEXT NOT NULL,
  error        TEXT,
  planned_ms   INTEGER NOT NULL,
  sent_ms      INTEGER,
  ended_ms     INTEGER,
  CHECK (state IN ('planned', 'sent', 'failed', 'cancelled') OR outside_id IS NOT NULL)
) STRICT;

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

CREATE TABLE "runs" (
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
  dismissed_ms   INTEGER, replay_of TEXT REFERENCES runs (id), brief TEXT, terms TEXT CHECK (json_valid(terms)),
  UNIQUE (task_id, number),
  CHECK ((owner IS NULL) = (lease_until_ms IS NULL)),
  CHECK ((ended_ms IS NOT NULL) = (state IN ('done', 'failed_final', 'cancelled'))),
  CHECK ((next_stage IS NULL) = (state IN ('waiting_human', 'done', 'failed_final', 'cancelled'))),
  CHECK ((held_need_nano IS NOT NULL) = (state = 'held'))
) STRICT;

CREATE TABLE schema_migrations (
  number          INTEGER PRIMARY KEY,
  name            TEXT NOT NULL,
  sha256          TEXT NOT NULL,
  applied_at_ms   INTEGER NOT NULL,
  program_version TEXT NOT NULL
) STRICT;

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

CREATE TABLE spend (
  scope  TEXT NOT NULL CHECK (scope IN ('task', 'client_month', 'day', 'month')),
  key    TEXT NOT NULL,
  nano   INTEGER NOT NULL,
  PRIMARY KEY (scope, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE "tasks" (
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
, client_id TEXT REFERENCES clients (id), price_minor INTEGER CHECK (price_minor >= 0), price_currency TEXT) STRICT;

CREATE TABLE ticks (
  page_id   TEXT PRIMARY KEY,
  run_id    TEXT NOT NULL REFERENCES runs (id),
  confirmed INTEGER NOT NULL CHECK (confirmed IN (0, 1))
, stood_cancelled INTEGER NOT NULL DEFAULT 1 CHECK (stood_cancelled IN (0, 1))) STRICT, WITHOUT ROWID;

CREATE TABLE unit_failures (
  unit      TEXT NOT NULL,
  at_ms     INTEGER NOT NULL,
  result    TEXT,
  exit_code TEXT,
  -- The last lines of its log, without secrets and addresses.
  lines     TEXT,
  PRIMARY KEY (unit, at_ms)
) STRICT, WITHOUT ROWID;

CREATE TABLE webhook_refusals (
  service TEXT NOT NULL,
  day     TEXT NOT NULL,
  why     TEXT NOT NULL,
  count   INTEGER NOT NULL CHECK (count > 0),
  last_ms INTEGER NOT NULL,
  PRIMARY KEY (service, day, why)
) STRICT, WITHOUT ROWID;

CREATE TABLE webhooks (
  id            TEXT PRIMARY KEY,
  service       TEXT NOT NULL,
  -- By what it is told apart: the id of the event, or of the one that it repeats in another form; of what is not
  -- verified, which may be anybody's, the digest of all that came.
  event_key     TEXT NOT NULL,
  -- unverified: its signature cannot be judged yet. stored: to be worked. ignored: nothing follows from it.
  state         TEXT NOT NULL CHECK (state IN ('unverified', 'stored', 'worked', 'ignored', 'failed')),
  -- The service's id of it.
  event_id      TEXT,
  type          TEXT,
  -- What it is about: a kind of the service's, such as charge, and the id.
  thing_kind    TEXT,
  thing_id      TEXT,
  livemode      INTEGER CHECK (livemode IN (0, 1)),
  -- When it happened, as the service says.
  event_ms      INTEGER,
  -- What came, byte for byte, with the headers that it is verified by: only until it is.
  body          TEXT,
  headers       TEXT,
  received_ms   INTEGER NOT NULL,
  tries         INTEGER NOT NULL CHECK (tries >= 0),
  not_before_ms INTEGER NOT NULL,
  ended_ms      INTEGER,
  -- Why it is not verified, was ignored, or could not be worked.
  error         TEXT, read_by_us INTEGER NOT NULL DEFAULT 0 CHECK (read_by_us IN (0, 1)),
  CHECK ((state = 'unverified') = (event_id IS NULL)),
  CHECK ((event_id IS NULL) = (type IS NULL) AND (event_id IS NULL) = (livemode IS NULL) AND (event_id IS NULL) = (event_ms IS NULL)),
  CHECK ((state = 'unverified') = (body IS NOT NULL) AND (body IS NULL) = (headers IS NULL)),
  CHECK ((thing_kind IS NULL) = (thing_id IS NULL)),
  CHECK (state <> 'stored' OR thing_id IS NOT NULL),
  CHECK ((ended_ms IS NULL) = (state IN ('unverified', 'stored')))
) STRICT, WITHOUT ROWID;

CREATE INDEX alerts_live ON alerts (id) WHERE state = 'open' OR told_ms IS NOT NULL;

CREATE INDEX alerts_newest ON alerts (state, opened_ms, id);

CREATE INDEX bills_client ON bills (client_id, state, usd_nano) WHERE client_id IS NOT NULL;

CREATE INDEX bills_created ON bills (created_ms);

CREATE UNIQUE INDEX bills_open ON bills (task_id)
  WHERE state IN ('unpriced', 'unpaid', 'on_invoice') AND opened_again = 0;

CREATE INDEX bills_unpaid ON bills (created_ms, id) WHERE state = 'unpaid';

CREATE INDEX calls_day ON calls (day);

CREATE INDEX calls_doubtful ON calls (day) WHERE certainty IN ('unknown', 'unmetered') OR price_basis = 'unpriced';

CREATE INDEX calls_open ON calls (owner, run_id) WHERE certainty = 'reserved';

CREATE INDEX calls_run ON calls (run_id, started_ms);

CREATE INDEX calls_unbilled ON calls (day) WHERE certainty = 'unbilled';

CREATE INDEX clients_email ON clients (email) WHERE email IS NOT NULL;

CREATE INDEX clients_name ON clients (name, id);

CREATE INDEX disputes_due ON disputes (due_ms, id) WHERE state IN ('warning', 'needs_response');

CREATE INDEX disputes_outside ON disputes (outside_id);

CREATE INDEX effects_dead ON effects (target, seq) WHERE state = 'dead';

CREATE INDEX effects_dismissed ON effects (seq) WHERE state = 'dismissed';

CREATE INDEX effects_lasting ON effects (service, seq) WHERE state = 'pending' AND passing_ms IS NULL;

CREATE INDEX effects_owned ON effects (owner) WHERE owner IS NOT NULL;

CREATE INDEX effects_passing ON effects (service, seq) WHERE state = 'pending' AND passing_ms IS NOT NULL;

CREATE INDEX effects_pending ON effects (target, seq) WHERE state = 'pending';

CREATE INDEX effects_subject ON effects (subject_kind, subject_id, seq);

CREATE INDEX healings_began ON healings (healing, began_ms);

CREATE INDEX healings_open ON healings (id) WHERE ended_ms IS NULL;

CREATE UNIQUE INDEX links_live ON links (bill_id) WHERE state IN ('asked', 'open');

CREATE UNIQUE INDEX links_outside ON links (service, outside_id) WHERE outside_id IS NOT NULL;

CREATE INDEX links_standing ON links (state, asked_ms) WHERE state IN ('asked', 'open', 'closing');

CREATE INDEX mailings_link ON mailings (link_id) WHERE link_id IS NOT NULL;

CREATE INDEX mailings_output ON mailings (output_id);

CREATE INDEX mailings_wanted ON mailings (id) WHERE asked_ms IS NULL;

CREATE INDEX operation_records_open ON operation_records (job) WHERE job IS NOT NULL AND ended_ms IS NULL;

CREATE INDEX operation_records_slot ON operation_records (job, slot_ms, started_ms) WHERE job IS NOT NULL;

CREATE INDEX operation_records_started ON operation_records (operation, started_ms);

CREATE INDEX outside_things_found ON outside_things (service, outside_id);

CREATE INDEX payments_bill ON payments (bill_id) WHERE bill_id IS NOT NULL;

CREATE INDEX payments_open ON payments (checked_ms, id) WHERE state = 'pending';

CREATE INDEX payments_paid ON payments (service, paid_ms) WHERE state = 'paid';

CREATE INDEX payments_recorded ON payments (recorded_ms, id);

CREATE INDEX payments_wrong ON payments (recorded_ms, id) WHERE may_be_wrong = 1;

CREATE INDEX probe_calls_day ON probe_calls (day);

CREATE INDEX refunds_failed ON refunds (ended_ms) WHERE origin = 'ours' AND state = 'failed';

CREATE UNIQUE INDEX refunds_outside ON refunds (outside_id, payment_id) WHERE outside_id IS NOT NULL;

CREATE INDEX refunds_payment ON refunds (payment_id);

CREATE INDEX refunds_planned ON refunds (planned_ms, id);

CREATE INDEX refunds_sent ON refunds (sent_ms) WHERE origin = 'ours' AND state IN ('sent', 'pending', 'succeeded');

CREATE INDEX refunds_standing ON refunds (planned_ms, id) WHERE state IN ('planned', 'sent', 'pending');

CREATE INDEX runs_again ON runs (task_id, number) WHERE number > 1;

CREATE INDEX runs_done ON runs (ended_ms) WHERE state = 'done';

CREATE INDEX runs_failed ON runs (ended_ms, id) WHERE state = 'failed_final';

CREATE INDEX runs_newest ON runs (state, created_ms, id);

CREATE UNIQUE INDEX runs_open ON runs (task_id) WHERE ended_ms IS NULL;

CREATE INDEX runs_owned ON runs (owner) WHERE owner IS NOT NULL;

CREATE INDEX runs_ready ON runs (priority DESC, created_ms, id) WHERE next_stage IS NOT NULL;

CREATE INDEX runs_replayed ON runs (task_id) WHERE replay_of IS NOT NULL;

CREATE INDEX runs_watched ON runs (id) WHERE ended_ms IS NULL OR (state = 'failed_final' AND dismissed_ms IS NULL);

CREATE INDEX service_trials_run ON service_trials (run_id);

CREATE INDEX tasks_client ON tasks (client, created_ms, id) WHERE client IS NOT NULL;

CREATE INDEX tasks_client_id ON tasks (client_id, created_ms, id) WHERE client_id IS NOT NULL;

CREATE INDEX tasks_created ON tasks (created_ms, id);

CREATE UNIQUE INDEX tasks_page ON tasks (page_id) WHERE page_id IS NOT NULL;

CREATE INDEX unit_failures_newest ON unit_failures (at_ms);

CREATE UNIQUE INDEX webhooks_event ON webhooks (service, event_key);

CREATE INDEX webhooks_failed ON webhooks (id) WHERE state = 'failed';

CREATE INDEX webhooks_newest ON webhooks (service, received_ms, state) WHERE read_by_us = 0;

CREATE INDEX webhooks_unverified ON webhooks (service) WHERE state = 'unverified';

CREATE INDEX webhooks_waiting ON webhooks (id) WHERE state IN ('unverified', 'stored');
