import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { AppError, defect } from '../kernel/errors.ts'

/** What SQLite takes and gives. Booleans, dates and undefined never reach it. */
export type SqlValue = string | number | bigint | null | Uint8Array
/** Values by the name of their parameter. */
export type SqlParameters = Readonly<Record<string, SqlValue>>
/** A row by the names of its columns; {@link reader} gives it types. */
export type SqlRow = Record<string, unknown>

/** Reads rows. A statement that would change something is refused as a defect, before it does. */
export interface Reader {
  get(sql: string, parameters?: SqlParameters): SqlRow | undefined
  all(sql: string, parameters?: SqlParameters): SqlRow[]
}

/** Changes rows: what a change is handed, and nothing else. */
export interface Writer extends Reader {
  /** Runs one statement; returns the number of rows it changed. */
  run(sql: string, parameters?: SqlParameters): number
  /** Runs one statement that changes a row and returns it; undefined where it changed none. */
  returning(sql: string, parameters?: SqlParameters): SqlRow | undefined
}

/**
 * The private engine under the store: one connection, statements prepared once, and transactions that are
 * IMMEDIATE from their start (a deferred one is refused at once when it turns to writing, whatever the
 * timeout) and durable at their end (synchronous = FULL). Everything here is synchronous; nothing can be
 * awaited inside a transaction.
 */
export interface Engine extends Writer {
  /** Statements without parameters, several at once; for migrations. */
  script(sql: string): void
  /** Writes a copy of the whole file, as of now, into an empty one. */
  copyTo(path: string): void
  /** All or nothing: undone when `work` throws. */
  transaction<T>(work: () => T): T
  close(): void
}

/** How long a writer waits for another process's transaction: nothing else is done meanwhile. */
const BUSY_TIMEOUT_MS = 10_000
const BUSY_PAUSE_MS = 10

/**
 * Opens or creates the file. `inspect` looks at it before anything is written, and throws to refuse it.
 * @throws AppError `store` with what is wrong with the file; it is left as it was.
 */
export function openEngine(
  path: string,
  inspect: (engine: Engine) => void,
  busyTimeoutMs = BUSY_TIMEOUT_MS,
): Engine {
  try {
    return openOnce(path, inspect, { locking: 'NORMAL', busyTimeoutMs })
  } catch (error) {
    if (!(error instanceof AppError) || !isFull(path)) throw error
    // A full disk has no room for the index of the log that processes share. Alone, one does without: reads go on.
    return openOnce(path, inspect, { locking: 'EXCLUSIVE', busyTimeoutMs })
  }
}

interface Opening {
  readonly locking: 'NORMAL' | 'EXCLUSIVE'
  readonly busyTimeoutMs: number
}

function openOnce(
  path: string,
  inspect: (engine: Engine) => void,
  { locking, busyTimeoutMs }: Opening,
): Engine {
  const database = guard(path, () => new Database(path, { timeout: BUSY_TIMEOUT_MS }))
  const engine = engineOn(database, path)
  try {
    guard(path, () => database.pragma(`locking_mode = ${locking}`))
    inspect(engine)
    guard(path, () => applyPragmas(database))
    guard(path, () => database.pragma(`busy_timeout = ${busyTimeoutMs}`))
  } catch (error) {
    database.close()
    throw error
  }
  return engine
}

/** Less than SQLite needs to open a file: the first part of the index of its log is 32 KB. */
const LEAST_ROOM_BYTES = 64 * 1024

/** Whether the disk of a file has no room, or no file more can be made on it. */
function isFull(path: string): boolean {
  try {
    const { bavail, blocks, bsize, files, ffree } = statfsSync(dirname(path))
    // What has no blocks at all is no disk, such as /proc.
    return (blocks > 0 && bavail * bsize < LEAST_ROOM_BYTES) || (files > 0 && ffree === 0)
  } catch {
    return false
  }
}

/** Later opens of a WAL file default to synchronous = NORMAL, so each of these is set on every open. */
function applyPragmas(database: Database.Database): void {
  useWal(database)
  database.pragma('synchronous = FULL')
  database.pragma('foreign_keys = ON')
  database.pragma('trusted_schema = OFF')
  // 4 MB of pages: the system caches the file as well, and a bigger one of our own gained nothing.
  database.pragma('cache_size = -4000')
}

/**
 * Where several processes create the same file at once, SQLite refuses this pragma without waiting: of two readers
 * that both want to write, one must release its lock. So it is retried here.
 */
function useWal(database: Database.Database): void {
  for (let waitedMs = 0; ; waitedMs += BUSY_PAUSE_MS) {
    try {
      database.pragma('journal_mode = WAL')
      return
    } catch (error) {
      const busy = error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')
      if (!busy || waitedMs >= BUSY_TIMEOUT_MS) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BUSY_PAUSE_MS)
    }
  }
}

/** The version of SQLite, from a database that is nowhere. */
export function sqliteVersion(): string {
  const memory = new Database(':memory:')
  try {
    return String(memory.prepare<[], SqlRow>('SELECT sqlite_version() AS version').get()?.['version'])
  } finally {
    memory.close()
  }
}

function engineOn(database: Database.Database, path: string): Engine {
  const prepared = new Map<string, Database.Statement<[SqlParameters], SqlRow>>()
  const statement = (sql: string): Database.Statement<[SqlParameters], SqlRow> => {
    const known = prepared.get(sql)
    if (known !== undefined) return known
    const made = database.prepare<[SqlParameters], SqlRow>(planned(sql))
    prepared.set(sql, made)
    return made
  }
  const reading = (sql: string): Database.Statement<[SqlParameters], SqlRow> => {
    const made = statement(sql)
    if (!made.readonly) throw defect(`no reading, and outside of any change: ${sql}`)
    return made
  }
  return {
    run: (sql, parameters = {}) => guard(path, () => statement(sql).run(parameters).changes),
    returning: (sql, parameters = {}) => guard(path, () => statement(sql).get(parameters)),
    get: (sql, parameters = {}) => guard(path, () => reading(sql).get(parameters)),
    all: (sql, parameters = {}) => guard(path, () => reading(sql).all(parameters)),
    copyTo: target => void guard(path, () => statement('VACUUM INTO :target').run({ target })),
    script: sql => guard(path, () => database.exec(sql)),
    transaction: work => guard(path, () => database.transaction(work).immediate()),
    close: () => database.close(),
  }
}

/**
 * Hints for the planner, which knows no sizes of tables: in statements they are comments, and here SQLite's own words.
 * The last one is not written in statements: SQLite compiles a statement anew at every binding once its planner has looked at
 * the value of a parameter, as it does for nearly each join and ORDER BY: that costs many times the look-up itself.
 * `likely(x)` is x, for nothing, and the planner does not look into it.
 */
const HINTS: readonly (readonly [RegExp, string])[] = [
  [/\/\* by (\w+) \*\//g, 'INDEXED BY $1'],
  [/\/\* unindexed \*\/ /g, '+'],
  [/\/\* in this order \*\/ JOIN/g, 'CROSS JOIN'],
  [/(=|LIMIT) (:\w+)/g, '$1 likely($2)'],
]

function planned(sql: string): string {
  return HINTS.reduce((text, [hint, words]) => text.replaceAll(hint, words), sql)
}

/** What a failure means to the operator. */
interface Meaning {
  readonly kind: 'store' | 'busy'
  readonly what: string
  readonly hint: string
}

const DAMAGED: Meaning = {
  kind: 'store',
  what: 'is damaged',
  hint: 'keep a copy of that file and its -wal, then put a backup in its place; nothing was changed',
}

const FULL: Meaning = {
  kind: 'store',
  what: 'cannot grow: the disk is full',
  hint: 'free some space, then run the same command again; nothing was lost',
}

/** What each failure of SQLite means. Codes as in sqlite.org/rescode.html. */
const FAILURES: readonly (Meaning & { code: RegExp })[] = [
  {
    code: /^SQLITE_(BUSY|PROTOCOL)/,
    kind: 'busy',
    what: 'is locked by another process',
    hint: 'try again in a moment; `echopilot status` shows what is running',
  },
  {
    code: /^SQLITE_NOTADB/,
    kind: 'store',
    what: 'is not a database',
    hint: 'move that file away, or name another folder with --state-dir; nothing was changed',
  },
  { code: /^SQLITE_CORRUPT/, ...DAMAGED },
  {
    code: /^SQLITE_READONLY/,
    kind: 'store',
    what: 'cannot be written to',
    hint: 'give the user that runs EchoPilot write access to the file and its folder',
  },
  { code: /^SQLITE_FULL/, ...FULL },
  {
    code: /^SQLITE_(IOERR|CANTOPEN|PERM|NOLFS|NOMEM)/,
    kind: 'store',
    what: 'cannot be opened or read',
    hint: 'check the disk and the permissions of the folder, or name another one with --state-dir',
  },
]

/** Runs `work` and turns SQLite's own errors into ours. Constraint violations are bugs and pass through. */
function guard<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const failure = meaningOf(path, error)
    if (failure === null) throw error
    throw new AppError(failure.kind, `the store ${path} ${failure.what}`, failure.hint, error)
  }
}

function meaningOf(path: string, error: Error): Meaning | null {
  const code = 'code' in error ? String(error.code) : ''
  const known = FAILURES.find(candidate => candidate.code.test(code))
  if (known !== undefined) {
    // The system reports a full disk by many different codes.
    const { kind, what, hint } = /^SQLITE_(IOERR|CANTOPEN)/.test(code) && isFull(path) ? FULL : known
    return { kind, what: `${what} (${code})`, hint }
  }
  if (isSchemaDamage(code, error)) {
    const hint = `if a newer version of EchoPilot has used it meanwhile, run that one; else ${DAMAGED.hint}`
    return { ...DAMAGED, what: `${DAMAGED.what}: ${error.message}`, hint }
  }
  if (isValueDamage(error)) return { ...DAMAGED, what: `${DAMAGED.what}: ${error.message}` }
  if (error instanceof TypeError && /directory does not exist/.test(error.message)) {
    return { kind: 'store', what: 'has no folder', hint: 'name another folder with --state-dir' }
  }
  return null
}

/** The file lacks a part that its own version says it has. */
function isSchemaDamage(code: string, error: Error): boolean {
  return code === 'SQLITE_ERROR' && /no such (table|column|index)|has no column named/.test(error.message)
}

/** A number that no program of ours wrote: all of them are below 2^53. */
function isValueDamage(error: Error): boolean {
  return error instanceof RangeError && /too large/.test(error.message)
}
