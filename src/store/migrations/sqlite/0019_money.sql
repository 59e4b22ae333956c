-- Who is billed, and what for. Amounts are integers of the smallest unit of their currency; of two currencies none are
-- ever added. US dollars are integer nano-dollars, null where there was no rate.
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

CREATE INDEX clients_email ON clients (email) WHERE email IS NOT NULL;
CREATE INDEX clients_name ON clients (name, id);

ALTER TABLE tasks ADD COLUMN client_id TEXT REFERENCES clients (id);
-- Its own price, in its client's currency as that was when the task was taken up.
ALTER TABLE tasks ADD COLUMN price_minor INTEGER CHECK (price_minor >= 0);
ALTER TABLE tasks ADD COLUMN price_currency TEXT;
CREATE INDEX tasks_client_id ON tasks (client_id, created_ms, id) WHERE client_id IS NOT NULL;

-- The prices that it was created with; null in runs that were made before there were prices.
ALTER TABLE runs ADD COLUMN terms TEXT CHECK (json_valid(terms));

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
  fee_nano     INTEGER NOT NULL CHECK (fee_nano >= 0),
  created_ms   INTEGER NOT NULL,
  changed_ms   INTEGER NOT NULL,
  UNIQUE (task_id, number),
  CHECK ((basis = 'none') = (amount_minor IS NULL)),
  CHECK ((amount_minor IS NULL) = (currency IS NULL)),
  CHECK ((amount_minor IS NULL) = (price_minor IS NULL)),
  CHECK (state IN ('unpriced', 'cancelled') OR amount_minor IS NOT NULL)
) STRICT;

-- One open bill a task, whatever happens: more is asked for only once it is paid.
CREATE UNIQUE INDEX bills_open ON bills (task_id) WHERE state IN ('unpriced', 'unpaid', 'on_invoice');
-- The revenue of a client is added up in it alone.
CREATE INDEX bills_client ON bills (client_id, state, usd_nano) WHERE client_id IS NOT NULL;
CREATE INDEX bills_created ON bills (created_ms);
