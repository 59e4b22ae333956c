import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { AppError } from '../../src/kernel/errors.ts'
import { openEngine, type Engine } from '../../src/store/engine.ts'
import {
  migrate,
  readMigrations,
  refuseForeign,
  schemaVersion,
  type Migration,
} from '../../src/store/migrate.ts'
import type { Store } from '../../src/store/index.ts'
import { rowsOf } from '../support/books.ts'
import { NOBODY_LIVES } from '../support/fake-machine.ts'
import { runScript } from '../support/child.ts'
import { addTo, aCall, claimFrom, NO_CAPS, unmadeStore, type TestStore } from '../support/store.ts'
import { temporaryFolder } from '../support/temporary.ts'

const PROBER = new URL('./support/prober.ts', import.meta.url)
const NOBODY = 65_534
const isRoot = process.getuid?.() === 0

/** How opening a file is refused: in which words, and whether the file is as it was, to the byte. */
function refusal(files: TestStore): { kind: string; message: string; hints: boolean; unharmed: boolean } {
  const before = readFileSync(files.path)
  const error = failureOf(() => files.open('late'))
  return {
    kind: error?.kind ?? 'opened',
    message: error?.message ?? '',
    hints: error?.hint !== null,
    unharmed: readFileSync(files.path).equals(before),
  }
}

function refusedWith(words: string): unknown {
  const message: unknown = expect.stringContaining(words)
  return { kind: 'store', message, hints: true, unharmed: true }
}

function failureOf(work: () => unknown): AppError | null {
  try {
    work()
    return null
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
}

/** A store that was used, is closed, and whose file holds all of it. */
async function usedStore(): Promise<TestStore> {
  const files = unmadeStore()
  const store = files.open('first')
  for (let tasks = 0; tasks < 50; tasks += 1) await addTo(store)
  store.close()
  return files
}

function exec(path: string, sql: string): void {
  const db = new Database(path)
  db.exec(sql)
  db.close()
}

test('a new store has every step, each once; a second opener finds nothing to do', () => {
  const files = unmadeStore()
  const store = files.open('first')
  const steps = readMigrations().map(({ number, name, sha256 }) => ({ number, name, sha256 }))
  const sql = 'SELECT number, name, sha256 FROM schema_migrations ORDER BY number'
  expect(rowsOf(files.path, sql)).toEqual(steps)
  files.open('second')
  expect(rowsOf(files.path, sql)).toEqual(steps)
  expect(store.facts.schema).toBe(steps.length)
  expect(readdirSync(dirname(files.path)).filter(file => file.includes('.schema-'))).toEqual([])
})

test('the steps are numbered without a gap', () => {
  expect(readMigrations().map(step => step.number)).toEqual(readMigrations().map((_, index) => index + 1))
})

test('a missing folder is made, for nobody else to look into', () => {
  const outer = join(temporaryFolder(), 'a')
  const files = unmadeStore(join(outer, 'b', 'echopilot.db'))
  files.open('first')
  expect(existsSync(files.path)).toBe(true)
  expect(statSync(outer).mode & 0o077).toBe(0)
})

function openAt(path: string): Engine {
  return openEngine(path, refuseForeign)
}

test('a store of a newer program is refused, unharmed', async () => {
  const files = await usedStore()
  exec(files.path, 'PRAGMA user_version = 9999')
  expect(refusal(files)).toEqual(refusedWith('a newer version wrote it'))
})

test('the database of another program is refused, unharmed', () => {
  const files = unmadeStore()
  exec(files.path, 'CREATE TABLE customers (name TEXT); INSERT INTO customers VALUES (1)')
  expect(refusal(files)).toEqual(refusedWith('the database of another program'))
})

test('an empty database that another program has marked as its own is refused, unharmed', () => {
  const files = unmadeStore()
  exec(files.path, 'PRAGMA application_id = 42')
  expect(refusal(files)).toEqual(refusedWith('the database of another program'))
})

test('a file that is no database is refused, unharmed', () => {
  const files = unmadeStore()
  writeFileSync(files.path, 'Dear diary, today I was not a database.\n'.repeat(200))
  expect(refusal(files)).toEqual(refusedWith('is not a database'))
})

test.each([0.3, 0.6, 0.9])(
  'a store that was cut off at %d of its length is refused or seen by its check',
  async share => {
    const files = await usedStore()
    const size = readFileSync(files.path).length
    truncateSync(files.path, Math.floor((size * share) / 4096) * 4096)
    const before = readFileSync(files.path)
    let opened: Store | null = null
    const error = failureOf(() => (opened = files.open('late')))
    expect(error?.kind ?? 'store').toBe('store')
    if (opened !== null) await expectSeen(opened)
    expect(readFileSync(files.path).equals(before)).toBe(true)
  },
)

async function expectSeen(store: Store): Promise<void> {
  expect((await store.check()).flaw).not.toBeNull()
}

test('a path that is a folder is a clear error', () => {
  const files = unmadeStore()
  mkdirSync(files.path)
  const error = failureOf(() => files.open('late'))
  expect(error).toMatchObject({ kind: 'store' })
})

test('a step that fails leaves the old schema whole', async () => {
  const files = await usedStore()
  const engine = openAt(files.path)
  const before = schemaVersion(engine)
  const broken = [
    ...readMigrations(),
    aStep(before + 1, 'CREATE TABLE extra (a INTEGER) STRICT; CREATE TABLE tasks (a INTEGER) STRICT'),
  ]
  expect(() =>
    migrate(engine, broken, {
      now: 1,
      programVersion: 'x',
      copy: () => () => undefined,
      processes: NOBODY_LIVES,
    }),
  ).toThrow('table tasks already exists')
  expect(schemaVersion(engine)).toBe(before)
  expect(engine.get(`SELECT name FROM sqlite_schema WHERE name = 'extra'`)).toBeUndefined()
  expect(engine.get('SELECT COUNT(*) AS tasks FROM tasks')).toEqual({ tasks: 50 })
  engine.close()
})

function aStep(number: number, sql: string): Migration {
  return { number, name: `step_${String(number)}`, sql, sha256: 's' }
}

test('the copy before a step is made under the lock: what the older program wrote last is in it', async () => {
  const files = await usedStore()
  const copyPath = `${files.path}.copy`
  const engine = openAt(files.path)
  const newer = [
    ...readMigrations(),
    aStep(schemaVersion(engine) + 1, 'CREATE TABLE extra (a INTEGER) STRICT'),
  ]
  migrate(engine, newer, {
    now: 1,
    programVersion: 'x',
    processes: NOBODY_LIVES,
    copy: from => {
      expect(from).toBe(readMigrations().length)
      // Anybody else who writes now has to wait.
      const rival = new Database(files.path, { timeout: 0 })
      expect(() => rival.prepare('DELETE FROM queue_pause').run()).toThrow('locked')
      rival.prepare('VACUUM INTO ?').run(copyPath)
      rival.close()
      return () => undefined
    },
  })
  engine.close()
  expect(rowsOf(copyPath, 'SELECT COUNT(*) AS tasks FROM tasks')).toEqual([{ tasks: 50 }])
  expect(rowsOf(copyPath, `SELECT name FROM sqlite_schema WHERE name = 'extra'`)).toEqual([])
  expect(rowsOf(files.path, `SELECT name FROM sqlite_schema WHERE name = 'extra'`)).toHaveLength(1)
})

test('a store of an older schema is brought up, with a copy of it as it was beside it', async () => {
  const files = unmadeStore()
  const engine = openAt(files.path)
  const [oldest] = readMigrations()
  migrate(engine, oldest === undefined ? [] : [oldest], {
    now: 1,
    programVersion: 'old',
    copy: () => () => undefined,
    processes: NOBODY_LIVES,
  })
  engine.close()
  const store = files.open('newer')
  expect(store.facts.schema).toBe(readMigrations().length)
  await addTo(store)
  const copies = readdirSync(dirname(files.path)).filter(file => file.includes('.schema-'))
  expect(copies).toEqual(readMigrations().length === 1 ? [] : ['echopilot.db.schema-1'])
  for (const copy of copies) {
    expect(rowsOf(join(dirname(files.path), copy), 'PRAGMA user_version')).toEqual([{ user_version: 1 }])
  }
})

test('a store that another process makes while one looks is not taken for a foreign one', () => {
  const files = unmadeStore()
  const engine = openAt(files.path)
  let looks = 0
  const interrupted: Engine = {
    ...engine,
    get: (sql, parameters) => {
      const answer = engine.get(sql, parameters)
      looks += 1
      if (looks === 1) files.open('rival')
      return answer
    },
  }
  expect(() => refuseForeign(interrupted)).not.toThrow()
  engine.close()
})

function modesOf(files: TestStore): Record<string, string> {
  const folder = dirname(files.path)
  return Object.fromEntries(
    readdirSync(folder).map(name => [name, (statSync(join(folder, name)).mode & 0o777).toString(8)]),
  )
}

const PRIVATE = { 'echopilot.db': '600', 'echopilot.db-shm': '600', 'echopilot.db-wal': '600' }

test('a store is for its owner alone, whatever the umask is and whoever made the folder', async () => {
  const files = unmadeStore()
  chmodSync(dirname(files.path), 0o777)
  await addTo(files.open('first'))
  expect(modesOf(files)).toEqual(PRIVATE)
})

test('a store that others may read is closed to them when it is opened, with its log and its copies', async () => {
  const files = unmadeStore()
  const first = files.open('first')
  await addTo(first)
  writeFileSync(`${files.path}.schema-1`, 'a copy')
  writeFileSync(join(dirname(files.path), 'theirs'), '', { mode: 0o644 })
  for (const name of readdirSync(dirname(files.path))) chmodSync(join(dirname(files.path), name), 0o644)
  files.open('second')
  expect(modesOf(files)).toEqual({ ...PRIVATE, 'echopilot.db.schema-1': '600', theirs: '644' })
})

test('the database of another program keeps its mode', () => {
  const files = unmadeStore()
  exec(files.path, 'CREATE TABLE customers (name TEXT)')
  chmodSync(files.path, 0o644)
  expect(refusal(files)).toEqual(refusedWith('the database of another program'))
  expect(modesOf(files)).toEqual({ 'echopilot.db': '644' })
})

/** A store with the first schema only, and something in it that keeps it from being brought up. */
function oldStore(files: TestStore, obstacle: string): void {
  const engine = openAt(files.path)
  migrate(engine, readMigrations().slice(0, 1), {
    now: 1,
    programVersion: 'old',
    copy: () => () => undefined,
    processes: NOBODY_LIVES,
  })
  engine.script(obstacle)
  engine.close()
}

test('an upgrade that fails leaves the store as it was, and no copy of it', () => {
  const files = unmadeStore()
  oldStore(files, 'CREATE TABLE ticks (a INTEGER) STRICT')
  expect(() => files.open('newer')).toThrow('table ticks already exists')
  expect(modesOf(files)).toEqual({ 'echopilot.db': '600' })
  expect(rowsOf(files.path, 'PRAGMA user_version')).toEqual([{ user_version: 1 }])
})

test('a copy that was cut off is made anew, whole, and for its owner alone', () => {
  const files = unmadeStore()
  oldStore(files, 'SELECT 1')
  writeFileSync(`${files.path}.schema-1.tmp`, 'half of a copy')
  files.open('newer')
  expect(modesOf(files)).toEqual({ ...PRIVATE, 'echopilot.db.schema-1': '600' })
  expect(rowsOf(`${files.path}.schema-1`, 'PRAGMA user_version')).toEqual([{ user_version: 1 }])
})

/* What only root can show: other users, a disk of its own. Said, not passed over, where it cannot be shown. */

async function asNobody(path: string): Promise<string> {
  const { stdout, stderr } = await runScript(PROBER, [path], { uid: NOBODY })
  return stdout === '' ? stderr : stdout
}

function notProved(what: string): void {
  process.stderr.write(`not proved: ${what} (needs root)\n`)
}

test('a store that may only be read is a clear error, and is unharmed', async () => {
  if (!isRoot) return notProved('a read-only store')
  const files = await usedStore()
  chmodSync(dirname(files.path), 0o755)
  chmodSync(files.path, 0o444)
  const before = readFileSync(files.path)
  expect(await asNobody(files.path)).toMatch(
    /^store: the store .* (cannot be written to|cannot be opened or read)/,
  )
  expect(readFileSync(files.path).equals(before)).toBe(true)
})

test('a folder that may only be read is a clear error', async () => {
  if (!isRoot) return notProved('a read-only folder')
  const folder = temporaryFolder()
  chmodSync(folder, 0o555)
  expect(await asNobody(join(folder, 'echopilot.db'))).toMatch(
    /^store: the store .* cannot be opened or read/,
  )
  expect(await asNobody(join(folder, 'deeper', 'echopilot.db'))).toMatch(
    /^store: the state folder .* cannot be made/,
  )
  expect(readdirSync(folder)).toEqual([])
})

test('a store one may write in a folder one may not: a clear error, and unharmed', async () => {
  if (!isRoot) return notProved('a writable store in a read-only folder')
  const files = await usedStore()
  chownSync(files.path, NOBODY, NOBODY)
  chmodSync(dirname(files.path), 0o555)
  const before = readFileSync(files.path)
  expect(await asNobody(files.path)).toMatch(/^store: /)
  expect(readFileSync(files.path).equals(before)).toBe(true)
})

test('a full disk: the transition fails whole, what was written stays, and space lets it go on', async () => {
  const folder = temporaryFolder()
  if (!mounted(folder)) return notProved('a full disk')
  const opened = unmadeStore(join(folder, 'echopilot.db')).open('only')
  const { taskId } = await addTo(opened)
  const ballast = join(folder, 'ballast')
  fill(ballast)
  const error = await addUntilFull(opened)
  expect(error).toMatchObject({ kind: 'store' })
  expect(error?.message).toContain('the disk is full')
  expect((await opened.tasks.get(taskId))?.state).toBe('queued')
  const before = (await opened.tasks.list({ states: null, client: null, limit: 10_000 })).length
  truncateSync(ballast, 0)
  await addTo(opened)
  expect(await opened.tasks.list({ states: null, client: null, limit: 10_000 })).toHaveLength(before + 1)
  expect((await opened.check()).flaw).toBeNull()
  const claimed = await claimFrom(opened)
  expect(await opened.stages.reserve(claimed.claim, aCall(), NO_CAPS)).toBeNull()
})

test('a full disk: what is there can be read by a new process, and a write says that the disk is full', async () => {
  const folder = temporaryFolder()
  if (!mounted(folder)) return notProved('reading on a full disk')
  const files = unmadeStore(join(folder, 'echopilot.db'))
  const first = files.open('first')
  const { taskId } = await addTo(first)
  first.close()
  fill(join(folder, 'ballast'))
  const late = files.open('late')
  expect((await late.tasks.get(taskId))?.state).toBe('queued')
  const error = await addUntilFull(late)
  expect(error).toMatchObject({ kind: 'store' })
  expect(error?.message).toContain('the disk is full')
})

test('a full disk: a new store cannot be made, and that is why', () => {
  const folder = temporaryFolder()
  if (!mounted(folder)) return notProved('a new store on a full disk')
  fill(join(folder, 'ballast'))
  const error = failureOf(() => unmadeStore(join(folder, 'echopilot.db')).open('only'))
  expect(error).toMatchObject({ kind: 'store' })
  expect(error?.message).toContain('the disk is full')
})

test('a full disk: an upgrade that finds no room leaves no part of a copy', () => {
  const folder = temporaryFolder()
  if (!mounted(folder)) return notProved('an upgrade on a full disk')
  const files = unmadeStore(join(folder, 'echopilot.db'))
  oldStore(files, `INSERT INTO queue_pause VALUES (1, '${'x'.repeat(600_000)}', 'tester', 1)`)
  const ballast = join(folder, 'ballast')
  writeFileSync(ballast, Buffer.alloc(1_000_000))
  const error = failureOf(() => files.open('newer'))
  expect(error).toMatchObject({ kind: 'store' })
  expect(error?.message).toContain('the disk is full')
  expect(Object.keys(modesOf(files)).toSorted()).toEqual(['ballast', 'echopilot.db'])
})

function mounted(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'echopilot-test', folder], { stdio: 'ignore' })
  } catch {
    return false
  }
  onTestFinished(() => void execFileSync('umount', ['-l', folder], { stdio: 'ignore' }))
  return true
}

function fill(file: string): void {
  for (let bytes = 2 ** 21; bytes >= 4096; bytes /= 2) {
    try {
      writeFileSync(file, Buffer.alloc(bytes), { flag: 'a' })
    } catch {
      // That was too much; half of it may fit.
    }
  }
}

async function addUntilFull(store: Store): Promise<AppError | null> {
  for (let tasks = 0; tasks < 1000; tasks += 1) {
    try {
      await addTo(store, { brief: 'x'.repeat(20_000) })
    } catch (error) {
      if (error instanceof AppError) return error
      throw error
    }
  }
  return null
}
