import { findRow, reader, type StoreReader } from './core.ts'
import type { Engine } from './engine.ts'

/** What became of the log of writes beside the file. */
export interface Checkpoint {
  /** Pages of it that are in the file now. */
  readonly pages: number
  /** Another process reads an older state: the log is emptied when that has ended. */
  readonly isBusy: boolean
}

/**
 * Takes over into the file what stands in its log, and empties that; waits for others as a write does.
 * @throws AppError `store` where the disk does not take it
 */
export function checkpoint(engine: Engine): Checkpoint {
  // How much there is has to be asked first: emptied, the log has no pages.
  const pages = reader(engine.returning('PRAGMA wal_checkpoint(PASSIVE)') ?? {}).number('checkpointed')
  const isBusy = reader(engine.returning('PRAGMA wal_checkpoint(TRUNCATE)') ?? {}).number('busy') !== 0
  return { pages, isBusy }
}

/** A copy of the file that was made beside it before a migration. */
export interface StoreCopy {
  readonly path: string
  /** Null where that is not known. */
  readonly madeMs: number | null
}

/** Which of the files are copies, with when each was made: that is when its schema was left. */
export function copiesAmong(core: StoreReader, files: readonly string[]): StoreCopy[] {
  return files.flatMap(path => {
    const schema = /\.schema-(\d+)$/.exec(path)?.[1]
    if (schema === undefined) return []
    const sql = 'SELECT applied_at_ms FROM schema_migrations WHERE number = :number'
    const madeMs = findRow(core, sql, { number: Number(schema) + 1 }, is => is.number('applied_at_ms'))
    return [{ path, madeMs }]
  })
}
