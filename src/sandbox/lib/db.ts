/** Opens a stand-in's own database. */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import Sqlite from 'better-sqlite3'

/** One connection; every statement is synchronous. */
export type Database = Sqlite.Database

/** One prepared statement: what it binds, and the rows it gives. */
export type Statement<Bound extends unknown[], Row> = Sqlite.Statement<Bound, Row>

/** True when the database is held by another process. */
export function isHeld(error: unknown): boolean {
  return error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY')
}

/**
 * Opens (or creates) `file` and applies `schema`, which must be repeatable (`IF NOT EXISTS`).
 * The file is held until close or the end of the process, however it ends; while another process holds it this throws
 * (see {@link isHeld}). What was committed survives a kill of the process.
 */
export function openDatabase(file: string, schema: string): Database {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const db = new Sqlite(file, { timeout: 0 })
  try {
    // Two stand-ins on one file would each believe they are the vendor; the lock makes the second one say so.
    db.pragma('locking_mode = EXCLUSIVE')
    db.pragma('journal_mode = WAL')
    // A kill loses nothing in WAL; only a power cut could, and a rehearsal does not outlive one.
    db.pragma('synchronous = NORMAL')
    db.transaction(() => db.exec(schema)).immediate()
    return db
  } catch (error) {
    db.close()
    throw error
  }
}
