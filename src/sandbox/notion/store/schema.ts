/** The tables of the stand-in. */

/** Lists and objects are kept as JSON text in the shape answers have. */
export const NOTION_SCHEMA = `
CREATE TABLE IF NOT EXISTS database_object (
  id TEXT PRIMARY KEY,
  parent_page_id TEXT NOT NULL,
  title TEXT NOT NULL,
  description TEXT NOT NULL,
  icon TEXT NOT NULL,
  cover TEXT NOT NULL,
  is_inline INTEGER NOT NULL,
  is_locked INTEGER NOT NULL,
  in_trash INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  edited_ms INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  edited_by TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS data_source (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  database_id TEXT NOT NULL,
  title TEXT NOT NULL,
  icon TEXT NOT NULL,
  in_trash INTEGER NOT NULL,
  next_number INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  edited_ms INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  edited_by TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS property (
  seq INTEGER PRIMARY KEY,
  data_source_id TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  description TEXT,
  config TEXT NOT NULL,
  UNIQUE (data_source_id, id),
  UNIQUE (data_source_id, name)
) STRICT;
CREATE TABLE IF NOT EXISTS page (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  parent_type TEXT NOT NULL,
  parent_id TEXT NOT NULL,
  number INTEGER NOT NULL,
  property_values TEXT NOT NULL,
  icon TEXT NOT NULL,
  cover TEXT NOT NULL,
  is_locked INTEGER NOT NULL,
  in_trash INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  edited_ms INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  edited_by TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS page_parent ON page (parent_id, in_trash);
CREATE TABLE IF NOT EXISTS relation_link (
  seq INTEGER PRIMARY KEY,
  relation_id TEXT NOT NULL,
  from_page TEXT NOT NULL,
  to_page TEXT NOT NULL,
  UNIQUE (relation_id, from_page, to_page)
) STRICT;
CREATE INDEX IF NOT EXISTS relation_link_back ON relation_link (relation_id, to_page);
CREATE TABLE IF NOT EXISTS block (
  id TEXT PRIMARY KEY,
  parent_id TEXT NOT NULL,
  parent_type TEXT NOT NULL,
  position INTEGER NOT NULL,
  type TEXT NOT NULL,
  content TEXT NOT NULL,
  in_trash INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  edited_ms INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  edited_by TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS block_parent ON block (parent_id, position);
CREATE TABLE IF NOT EXISTS comment (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  parent_type TEXT NOT NULL,
  parent_id TEXT NOT NULL,
  discussion_id TEXT NOT NULL,
  rich_text TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  edited_ms INTEGER NOT NULL,
  created_by TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS write_entry (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  at_ms INTEGER NOT NULL,
  by TEXT NOT NULL,
  method TEXT NOT NULL,
  path TEXT NOT NULL,
  kind TEXT NOT NULL,
  object_id TEXT NOT NULL,
  page_id TEXT,
  changed TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS setting (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;
`
