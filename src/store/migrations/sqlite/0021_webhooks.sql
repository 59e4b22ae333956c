-- Webhooks: what services told, each event once. An event is a hint: what it is about is asked for before anything is
-- recorded, so nothing of its content is kept once it is known to be the service's.
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
  error         TEXT,
  CHECK ((state = 'unverified') = (event_id IS NULL)),
  CHECK ((event_id IS NULL) = (type IS NULL) AND (event_id IS NULL) = (livemode IS NULL) AND (event_id IS NULL) = (event_ms IS NULL)),
  CHECK ((state = 'unverified') = (body IS NOT NULL) AND (body IS NULL) = (headers IS NULL)),
  CHECK ((thing_kind IS NULL) = (thing_id IS NULL)),
  CHECK (state <> 'stored' OR thing_id IS NOT NULL),
  CHECK ((ended_ms IS NULL) = (state IN ('unverified', 'stored')))
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX webhooks_event ON webhooks (service, event_key);
CREATE INDEX webhooks_waiting ON webhooks (id) WHERE state IN ('unverified', 'stored');
CREATE INDEX webhooks_unverified ON webhooks (service) WHERE state = 'unverified';
CREATE INDEX webhooks_failed ON webhooks (id) WHERE state = 'failed';
CREATE INDEX webhooks_newest ON webhooks (service, received_ms, state);

-- What was not taken for a webhook: how often on a day (UTC), and why. Nothing of it is kept.
CREATE TABLE webhook_refusals (
  service TEXT NOT NULL,
  day     TEXT NOT NULL,
  why     TEXT NOT NULL,
  count   INTEGER NOT NULL CHECK (count > 0),
  last_ms INTEGER NOT NULL,
  PRIMARY KEY (service, day, why)
) STRICT, WITHOUT ROWID;
