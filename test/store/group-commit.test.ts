/** Writes that are asked for together are committed together, and each still stands or falls alone. */
import Database from 'better-sqlite3'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openEngine, type Engine } from '../../src/store/engine.ts'
import { groupCommit, type GroupCommit } from '../../src/store/group-commit.ts'
import { temporaryFolder } from '../support/temporary.ts'

/** A store with one table, and what it took to fill it. */
interface Shelf extends GroupCommit {
  readonly engine: Engine
  readonly path: string
  /** Transactions that were begun. */
  readonly commits: () => number
  readonly put: (name: string) => Promise<string>
  /** What another connection reads. */
  readonly kept: () => string[]
}

function shelf(): Shelf {
  const path = join(temporaryFolder(), 'shelf.db')
  const engine = openEngine(path, () => {})
  onTestFinished(() => engine.close())
  engine.script('CREATE TABLE things (name TEXT PRIMARY KEY) STRICT')
  let commits = 0
  const counted: Engine = {
    ...engine,
    transaction: work => {
      commits += 1
      return engine.transaction(work)
    },
  }
  const group = groupCommit(counted, setImmediate)
  const other = new Database(path, { readonly: true })
  onTestFinished(() => void other.close())
  return {
    ...group,
    engine,
    path,
    commits: () => commits,
    put: async name =>
      group.write(() => {
        engine.run('INSERT INTO things (name) VALUES (:name)', { name })
        return name
      }),
    kept: () =>
      other
        .prepare<[], { name: string }>('SELECT name FROM things ORDER BY rowid')
        .all()
        .map(({ name }) => name),
  }
}

/** How each of the writes ended: its value, or what its error says, without the path of the store. */
async function ends({ path }: Shelf, writes: readonly Promise<string>[]): Promise<string[]> {
  const settled = await Promise.allSettled(writes)
  return settled.map(end =>
    end.status === 'fulfilled' ? end.value : String(end.reason).replace(`the store ${path} `, ''),
  )
}

test('what is asked for in one moment is one commit, in the order of the calls', async () => {
  const it = shelf()
  const { put, kept, commits } = it
  const writes = ['a', 'b', 'c'].map(put)
  expect(kept()).toEqual([])
  expect(await ends(it, writes)).toEqual(['a', 'b', 'c'])
  expect([kept(), commits()]).toEqual([['a', 'b', 'c'], 1])
  expect(await put('d')).toBe('d')
  expect([kept(), commits()]).toEqual([['a', 'b', 'c', 'd'], 2])
})

test('a caller hears of its write when another process can read it, not before', async () => {
  const it = shelf()
  const { put, kept } = it
  const seen = await Promise.all(['a', 'b'].map(async name => put(name).then(() => kept())))
  expect(seen).toEqual([
    ['a', 'b'],
    ['a', 'b'],
  ])
})

test('one that throws undoes all of itself and nothing else', async () => {
  const it = shelf()
  const { write, put, kept, engine, commits } = it
  const half = write((): string => {
    engine.run(`INSERT INTO things (name) VALUES ('half')`)
    throw new RangeError('second half is missing')
  })
  expect(await ends(it, [put('a'), half, put('a'), put('b')])).toEqual([
    'a',
    'RangeError: second half is missing',
    'SqliteError: UNIQUE constraint failed: things.name',
    'b',
  ])
  // Begun together, and then each by itself: what throws is rare, and to be ready for it cost each write more.
  expect([kept(), commits()]).toEqual([['a', 'b'], 5])
})

test('where SQLite itself undoes the whole, each is tried again alone, and only the culprit fails', async () => {
  const it = shelf()
  const { engine, write, put, kept } = it
  // What a full disk or a failing one does in the middle of a transaction.
  const ruin = write((): string => {
    engine.script('ROLLBACK')
    throw new RangeError('the disk is full')
  })
  expect(await ends(it, [put('a'), ruin, put('b')])).toEqual(['a', 'RangeError: the disk is full', 'b'])
  expect(kept()).toEqual(['a', 'b'])
})

test('where the commit itself fails, nobody was told that all went well', async () => {
  const it = shelf()
  const { engine, write, put, kept } = it
  engine.script(`CREATE TABLE labels (thing TEXT REFERENCES things DEFERRABLE INITIALLY DEFERRED) STRICT`)
  const loose = write(() => {
    engine.run(`INSERT INTO labels (thing) VALUES ('nothing')`)
    return 'labelled'
  })
  expect(await ends(it, [put('a'), loose, put('b')])).toEqual([
    'a',
    'SqliteError: FOREIGN KEY constraint failed',
    'b',
  ])
  expect(kept()).toEqual(['a', 'b'])
})

test('a disk that is full for all of them fails all of them, and keeps what was there', async () => {
  const it = shelf()
  const { engine, put, kept } = it
  await put('a')
  engine.script('PRAGMA max_page_count = 1')
  const long = (letter: string): string => letter.repeat(9_000)
  const full = 'AppError: cannot grow: the disk is full (SQLITE_FULL)'
  expect(await ends(it, [put(long('b')), put(long('c')), put('d')])).toEqual([full, full, 'd'])
  expect(kept()).toEqual(['a', 'd'])
})

test('a store that another process has locked is so for all of them, at once', async () => {
  const it = shelf()
  const { engine, path, put, kept, commits } = it
  engine.script('PRAGMA busy_timeout = 50')
  const other = new Database(path)
  other.exec('BEGIN IMMEDIATE')
  const locked = 'AppError: is locked by another process (SQLITE_BUSY)'
  expect(await ends(it, [put('a'), put('b'), put('c'), put('d')])).toEqual([locked, locked, locked, locked])
  // Waited for once, not by each in turn.
  expect(commits()).toBe(1)
  other.exec('ROLLBACK')
  other.close()
  expect(await put('e')).toBe('e')
  expect(kept()).toEqual(['e'])
})

test('what still waits when the store is closed is kept', async () => {
  const it = shelf()
  const { put, flush, kept, commits } = it
  const writes = [put('a'), put('b')]
  flush()
  expect([kept(), commits()]).toEqual([['a', 'b'], 1])
  expect(await ends(it, writes)).toEqual(['a', 'b'])
})
