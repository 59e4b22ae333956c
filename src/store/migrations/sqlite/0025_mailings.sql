-- Mails of accepted results to clients: which text went to whom. Each is an effect whose subject it is; a run has one unless
-- a person wants another.
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

CREATE INDEX mailings_wanted ON mailings (id) WHERE asked_ms IS NULL;
CREATE INDEX mailings_output ON mailings (output_id);
CREATE INDEX mailings_link ON mailings (link_id) WHERE link_id IS NOT NULL;
