/** Remembers for which briefs something was done already. */
import { createHash } from 'node:crypto'
import type { Database } from '../lib/db.ts'

/** Tables of {@link onceMarks}. */
export const ONCE_SCHEMA = `
CREATE TABLE IF NOT EXISTS done_once (digest TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;`

/** Marks by text. */
export interface OnceMarks {
  /** True for the first call with this text, false ever after. */
  first(text: string): boolean
  clear(): void
}

/** Opens the marks over `db`, which must have {@link ONCE_SCHEMA}. */
export function onceMarks(db: Database): OnceMarks {
  const mark = db.prepare<[string]>('INSERT OR IGNORE INTO done_once (digest) VALUES (?)')
  const clear = db.prepare('DELETE FROM done_once')
  return {
    first: text => mark.run(createHash('sha256').update(text).digest('hex')).changes === 1,
    clear: () => clear.run(),
  }
}
