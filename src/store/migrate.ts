import { readdirSync, readFileSync } from 'node:fs'
import { sha256 } from '../kernel/digest.ts'
import { AppError } from '../kernel/errors.ts'
import type { Processes } from '../kernel/world.ts'
import type { Engine } from './engine.ts'

/** One numbered, forward-only step of the schema. */
export interface Migration {
  readonly number: number
  readonly name: string
  readonly sql: string
  readonly sha256: string
}

/** The steps of this program, in order, from `migrations/sqlite/NNNN_what.sql` beside this file. */
export function readMigrations(): Migration[] {
  const folder = new URL('./migrations/sqlite/', import.meta.url)
  return readdirSync(folder)
    .filter(file => file.endsWith('.sql'))
    .toSorted()
    .map(file => migrationIn(new URL(file, folder), file))
}

/** The text is read when it is asked for: nearly every opening finds a file that has its newest schema. */
function migrationIn(url: URL, file: string): Migration {
  return {
    number: Number(file.slice(0, 4)),
    name: file.slice(5, -4),
    get sql() {
      return readFileSync(url, 'utf8')
    },
    get sha256() {
      return sha256(this.sql)
    },
  }
}

/** The schema that this program writes. */
export function newestSchema(): number {
  return readMigrations().at(-1)?.number ?? 0
}

/** The schema number of an open file; 0 for an empty one. */
export function schemaVersion(engine: Engine): number {
  const row = engine.get('PRAGMA user_version')
  return Number(row?.['user_version'])
}

/** Marks a file as ours ("ECHO"), so that no other program's database is ever migrated. */
const APPLICATION_ID = 0x4543484f

/**
 * Refuses a database that some other program made, before anything is written to it.
 * @throws AppError `store`
 */
export function refuseForeign(engine: Engine): void {
  // Tables before the mark: another opener may make both, in one transaction, between these two looks.
  const tables = Number(engine.get('SELECT COUNT(*) AS tables FROM sqlite_schema')?.['tables'])
  const id = Number(engine.get('PRAGMA application_id')?.['application_id'])
  if (id === APPLICATION_ID || (id === 0 && tables === 0)) return
  throw new AppError(
    'store',
    'the store file is the database of another program',
    'name another folder with --state-dir; nothing was changed',
  )
}

/**
 * Brings the file to the newest schema. The first opener does it, in one transaction under the write lock:
 * a crash leaves the old schema whole, a second opener waits and then finds nothing to do. Before a file
 * that holds data is changed, `copy` is asked to put a copy beside it (by a connection of its own); where the
 * change comes to nothing the way that `copy` returned takes it away again.
 * @throws AppError `store` where the file was written by a newer program; it is left as it was.
 */
export function migrate(
  engine: Engine,
  migrations: readonly Migration[],
  options: {
    now: number
    programVersion: string
    copy: (fromVersion: number) => () => void
    processes: Pick<Processes, 'state' | 'nameOf'>
    /** What is kept of it, in the same transaction. */
    tell?: (fromVersion: number, toVersion: number) => void
  },
): void {
  const newest = migrations.at(-1)?.number ?? 0
  const found = schemaVersion(engine)
  refuseNewer(found, newest)
  if (found === newest) return
  let takeAway = (): void => {}
  try {
    withoutForeignKeys(engine, () => {
      const now = schemaVersion(engine)
      refuseNewer(now, newest)
      // Under the write lock: by one opener only, and with everything that the older program has written.
      if (now > 0 && now < newest) {
        refuseWhileWorking(engine, options.processes)
        takeAway = options.copy(now)
      }
      for (const migration of migrations.filter(step => step.number > now)) apply(engine, migration, options)
      refuseLostRows(engine)
      if (now < newest) options.tell?.(now, newest)
    })
  } catch (error) {
    // Unless the commit failed and went through all the same.
    if (schemaVersion(engine) === found) takeAway()
    throw error
  }
}

/**
 * A process of the older program could not record what it has paid for once the tables are others.
 * @throws AppError `busy` while one works
 */
function refuseWhileWorking(engine: Engine, processes: Pick<Processes, 'state' | 'nameOf'>): void {
  const tables = ['runs', 'effects'].filter(
    name =>
      engine.get(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = :name`, { name }) !== undefined,
  )
  const owners = tables.flatMap(name =>
    engine
      .all(`SELECT DISTINCT owner FROM ${name} WHERE owner IS NOT NULL`)
      .map(({ owner }) => String(owner)),
  )
  const working = owners.find(owner => processes.state(owner) === 'alive')
  if (working === undefined) return
  throw new AppError(
    'busy',
    `an older version of EchoPilot works on this store (${processes.nameOf(working)}): it is not brought up while that runs`,
    'let it end, or stop it with SIGTERM, then run the same command again; nothing was changed',
  )
}

/**
 * All or nothing, with foreign keys off: a table that others refer to can be dropped and made anew (sqlite.org/lang_altertable.html,
 * "Making Other Kinds Of Table Schema Changes"). The pragma does nothing inside a transaction.
 */
function withoutForeignKeys(engine: Engine, work: () => void): void {
  engine.script('PRAGMA foreign_keys = OFF')
  try {
    engine.transaction(work)
  } finally {
    engine.script('PRAGMA foreign_keys = ON')
  }
}

/** Before the commit: a step that lost rows others refer to is undone. */
function refuseLostRows(engine: Engine): void {
  const [lost] = engine.all('PRAGMA foreign_key_check')
  if (lost === undefined) return
  throw new AppError(
    'store',
    `the store cannot be brought up: rows of ${String(lost['table'])} refer to rows of ${String(lost['parent'])} that are not there`,
    'keep using the program that wrote it, or put a backup in its place; nothing was changed',
  )
}

function apply(engine: Engine, migration: Migration, options: { now: number; programVersion: string }): void {
  if (migration.number === 1) engine.script(`PRAGMA application_id = ${APPLICATION_ID}; ${MIGRATIONS_TABLE}`)
  engine.script(migration.sql)
  engine.run(
    `INSERT INTO schema_migrations (number, name, sha256, applied_at_ms, program_version)
     VALUES (:number, :name, :sha256, :now, :programVersion)`,
    {
      number: migration.number,
      name: migration.name,
      sha256: migration.sha256,
      now: options.now,
      programVersion: options.programVersion,
    },
  )
  engine.script(`PRAGMA user_version = ${migration.number}`)
}

const MIGRATIONS_TABLE = `CREATE TABLE schema_migrations (
  number          INTEGER PRIMARY KEY,
  name            TEXT NOT NULL,
  sha256          TEXT NOT NULL,
  applied_at_ms   INTEGER NOT NULL,
  program_version TEXT NOT NULL
) STRICT;`

function refuseNewer(found: number, newest: number): void {
  if (found <= newest) return
  throw new AppError(
    'store',
    `the store has schema ${found}, this program knows up to ${newest}: a newer version wrote it`,
    'run the newer version, or name another folder with --state-dir; nothing was changed',
  )
}
