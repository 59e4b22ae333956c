-- How far what people write to the bot was read. It is set before anything is done about it, so that nothing is done twice.
CREATE TABLE chat_reading (
  service     TEXT PRIMARY KEY,
  next_update INTEGER NOT NULL CHECK (next_update >= 0),
  at_ms       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Who wrote to the bot and is on no list: how often on a day (UTC). Nothing of what was written is kept.
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
