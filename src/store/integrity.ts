import type { Clock } from '../kernel/world.ts'
import { AppError } from '../kernel/errors.ts'
import { reader, type Change, type StoreCore } from './core.ts'
import type { Engine, SqlRow, SqlValue } from './engine.ts'
import { schemaVersion } from './migrate.ts'

/** What a check of the file found. */
export interface Integrity {
  /** What is wrong; null where nothing was found. */
  readonly flaw: string | null
  /** When the last check of the whole file ended; null where there was none yet, or by a clock that was ahead. */
  readonly wholeMs: number | null
}

/** How much is looked at in one check. */
export interface CheckLimits {
  /** A file up to this size is checked whole. */
  readonly wholeBytes: number
  /** Of a larger one rows are read for this long, from where the check before stopped. */
  readonly budgetMs: number
}

/** SQLite checks some 100 MB a second. */
export const CHECK_LIMITS: CheckLimits = { wholeBytes: 200 * 1024 * 1024, budgetMs: 2_000 }

/** Where a check in parts has come to. */
interface Position {
  readonly table: string
  readonly key: readonly SqlValue[]
}

const ROWS_AT_ONCE = 500

/**
 * Tries a write, and looks for damage: with SQLite's own check where the file is small, else by reading all rows of
 * all tables, so many at a time that it ends within its budget, and goes on from there the next time.
 */
export async function checkIntegrity(
  core: StoreCore,
  engine: Engine,
  clock: Pick<Clock, 'now' | 'monotonicMs'>,
  limits: CheckLimits,
): Promise<Integrity> {
  try {
    engine.transaction(() => engine.script(`PRAGMA user_version = ${schemaVersion(engine)}`))
    if (sizeOf(engine) <= limits.wholeBytes) return checkWhole(engine, clock)
    const { position, found } = checkPart(engine, clock, limits)
    await core.change(core.actor, 'integrity.mark', tx => keepPosition(tx, position, found.wholeMs))
    // By a clock that was ahead nobody knows when that was.
    return { ...found, wholeMs: found.wholeMs !== null && found.wholeMs > clock.now() ? null : found.wholeMs }
  } catch (error) {
    if (error instanceof AppError) return { flaw: error.message, wholeMs: null }
    throw error
  }
}

function sizeOf(engine: Engine): number {
  const row = engine.get('SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size')
  return reader(row ?? {}).number('bytes')
}

/** `quick_check` throws instead of answering where a page is unreadable. */
function checkWhole(engine: Engine, clock: Pick<Clock, 'now'>): Integrity {
  const answer = String(engine.get('PRAGMA quick_check(1)')?.['quick_check'])
  return answer === 'ok' ? { flaw: null, wholeMs: clock.now() } : { flaw: answer, wholeMs: null }
}

function checkPart(
  engine: Engine,
  clock: Pick<Clock, 'now' | 'monotonicMs'>,
  limits: CheckLimits,
): { position: Position | null; found: Integrity } {
  const untilMs = clock.monotonicMs() + limits.budgetMs
  const row = engine.get('SELECT * FROM integrity')
  const begun = row === undefined ? null : reader(row).json<Position | null>('position', 'any')
  let position = begun ?? { table: '', key: [] }
  for (const table of tablesFrom(engine, position.table)) {
    if (table !== position.table) position = { table, key: [] }
    for (let rows = nextRows(engine, position); rows.length > 0; rows = nextRows(engine, position)) {
      position = { table, key: keyOf(engine, table, rows) }
      if (clock.monotonicMs() < untilMs) continue
      const wholeMs = row === undefined ? null : reader(row).numberOrNull('whole_ms')
      return { position, found: { flaw: null, wholeMs } }
    }
  }
  return { position: null, found: { flaw: null, wholeMs: clock.now() } }
}

function keepPosition(tx: Change, position: Position | null, wholeMs: number | null): void {
  tx.engine.run(
    `INSERT INTO integrity (only, position, whole_ms) VALUES (1, :position, :wholeMs)
     ON CONFLICT (only) DO UPDATE SET position = excluded.position, whole_ms = excluded.whole_ms`,
    { position: JSON.stringify(position), wholeMs },
  )
}

function tablesFrom(engine: Engine, first: string): string[] {
  return engine
    .all(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name >= :first ORDER BY name`,
      { first },
    )
    .map(row => reader(row).text('name'))
}

/** Its own key where it has no other; names are those of the schema. */
function keyColumns(engine: Engine, table: string): string[] {
  const rows = engine.all(
    `SELECT c.name FROM pragma_table_list(:table) t JOIN pragma_table_info(:table) c WHERE t.wr = 1 AND c.pk > 0
     ORDER BY c.pk`,
    { table },
  )
  return rows.length === 0 ? ['rowid'] : rows.map(row => reader(row).text('name'))
}

/** With the parts of the key as `k0`, `k1` and so on: a column of a table has no such name. */
function nextRows(engine: Engine, { table, key }: Position): SqlRow[] {
  const columns = keyColumns(engine, table)
  const named = columns.map((column, index) => `${column} AS k${index}`)
  const after =
    key.length === 0
      ? ''
      : `WHERE (${columns.join(', ')}) > (${key.map((_, index) => `:k${index}`).join(', ')})`
  return engine.all(
    `SELECT ${named.join(', ')}, * FROM ${table} ${after} ORDER BY ${columns.join(', ')} LIMIT ${ROWS_AT_ONCE}`,
    Object.fromEntries(key.map((value, index) => [`k${index}`, value])),
  )
}

function keyOf(engine: Engine, table: string, rows: readonly SqlRow[]): SqlValue[] {
  const last = rows.at(-1) ?? {}
  return keyColumns(engine, table).map((_, index) => {
    const value = last[`k${index}`]
    return typeof value === 'number' ? value : reader(last).text(`k${index}`)
  })
}
