import { readFileSync } from 'node:fs'
import Database from 'better-sqlite3'

/** Changes a store file by a connection of its own, past all of the program's code. */
export function changeStore(storeFile: string, sql: string): void {
  const db = new Database(storeFile)
  try {
    db.pragma('foreign_keys = ON')
    db.exec(sql)
  } finally {
    db.close()
  }
}

const WAL_HEADER_BYTES = 32
const FRAME_HEADER_BYTES = 24

/**
 * Transactions that were committed to a store file since its log began: the frame that ends one has the size
 * of the database in its header (sqlite.org/fileformat2.html#walformat). Right until the first checkpoint.
 */
export function commitsOf(storeFile: string): number {
  const log = readFileSync(`${storeFile}-wal`)
  const frameBytes = FRAME_HEADER_BYTES + log.readUInt32BE(8)
  let commits = 0
  for (let at = WAL_HEADER_BYTES; at + frameBytes <= log.length; at += frameBytes) {
    if (log.readUInt32BE(at + 4) > 0) commits += 1
  }
  return commits
}
