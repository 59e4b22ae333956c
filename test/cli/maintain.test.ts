/** The weekly maintenance: what it finds, does and leaves, and that no step keeps another from its work. */
import { closeSync, copyFileSync, openSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { AppError } from '../../src/kernel/errors.ts'
import { newId } from '../../src/kernel/ids.ts'
import type { Store } from '../../src/store/index.ts'
import { rowsOf } from '../support/books.ts'
import { callCli } from '../support/cli.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { listOf, parseDocument, type Document } from '../support/document.ts'
import { realWorld } from '../support/real-world.ts'
import { newHome, type Home } from './support/run.ts'
import { contents } from './support/store.ts'

const DAY_MS = 86_400_000

async function homeWithStore(): Promise<Home & { readonly file: string }> {
  const home = newHome()
  expect((await home.run('task', 'add', 'Say hello.')).code).toBe(0)
  return { ...home, file: join(home.stateDir, 'echopilot.db') }
}

/** What each step did, by its name. */
function steps(document: Document): Record<string, unknown> {
  return Object.fromEntries(listOf(document, 'steps').map(({ name, did }) => [String(name), did]))
}

function change(file: string, work: (db: Database.Database) => void): void {
  const db = new Database(file)
  work(db)
  db.close()
}

/** Records of so many days ago, of an operation that nothing else calls. */
function record(file: string, daysAgo: readonly number[]): void {
  change(file, db => {
    const insert = db.prepare(
      `INSERT INTO operation_records (id, operation, actor, owner, started_ms, ended_ms, outcome, program_commit)
       VALUES (?, 'qa', 'test', 'gone', ?, ?, 'ok', 'c')`,
    )
    db.transaction(() => {
      for (const [index, days] of daysAgo.entries()) {
        const ms = Date.now() - days * DAY_MS + index
        insert.run(`rec_old${String(index).padStart(5, '0')}`, ms, ms)
      }
    })()
  })
}

function lock(file: string, name: string, owner: string): void {
  change(file, db => {
    db.prepare('INSERT INTO locks (name, token, owner, since_ms, lease_until_ms) VALUES (?, ?, ?, 1, 2)').run(
      name,
      `lock_${name}`,
      owner,
    )
  })
}

test('in order, every step says what it found', async () => {
  const home = await homeWithStore()
  const ran = await home.run('maintain')
  expect(ran).toMatchObject({ code: 0, stderr: '' })
  expect(ran.stdout).toMatch(
    /^integrity +no damage found\nlocks +none was left behind\nrecords +none older than 90 days\nhealings +none/,
  )
  expect(listOf(await home.json('maintain'), 'steps').map(({ name, outcome }) => [name, outcome])).toEqual([
    ['integrity', 'ok'],
    ['locks', 'ok'],
    ['records', 'ok'],
    ['healings', 'ok'],
    ['unit failures', 'ok'],
    ['webhooks', 'ok'],
    ['refused webhooks', 'ok'],
    ['log of writes', 'ok'],
    ['copies', 'ok'],
    ['prices', 'ok'],
  ])
})

test('locks that nobody holds and old records go; the latest record of each operation stays, however old', async () => {
  const home = await homeWithStore()
  lock(home.file, 'left', 'gone')
  record(home.file, [...Array.from({ length: 2300 }, (_, index) => 400 - index / 10), 89, 1])
  const before = contents(home.stateDir)
  const dry = await home.json('maintain', '--dry-run')
  expect(contents(home.stateDir) === before).toBe(true)
  const done = await home.json('maintain')
  expect(steps(done)).toMatchObject({
    locks: 'taken away: left',
    records: '2300 records older than 90 days forgotten',
  })
  expect({ ...steps(done), ...steps(dry) }).toMatchObject({
    locks: steps(done)['locks'],
    records: steps(done)['records'],
  })
  expect(rowsOf(home.file, `SELECT COUNT(*) AS left FROM operation_records WHERE operation = 'qa'`)).toEqual([
    { left: 2 },
  ])
  expect(rowsOf(home.file, 'SELECT name FROM locks')).toEqual([])
  change(home.file, db => db.exec(`DELETE FROM operation_records WHERE operation = 'qa'`))
  record(home.file, [300, 200])
  expect(steps(await home.json('maintain'))['records']).toBe('1 record older than 90 days forgotten')
  expect(rowsOf(home.file, `SELECT id FROM operation_records WHERE operation = 'qa'`)).toEqual([
    { id: 'rec_old00001' },
  ])
})

test('healings and failures of units are kept for 90 days, and a healing is explained', async () => {
  const home = await homeWithStore()
  const ids = [91, 89].map(days => {
    const atMs = Date.now() - days * DAY_MS
    const id = newId('healing', {
      clock: { now: () => atMs },
      random: { bytes: length => Buffer.alloc(length), fraction: () => 0 },
    })
    change(home.file, db => {
      db.prepare(`INSERT INTO healings VALUES (?, 'redeliver', 'notion', ?, ?, 'done', '3 effects')`).run(
        id,
        atMs,
        atMs + 1000,
      )
      db.prepare(`INSERT INTO unit_failures VALUES ('a.service', ?, 'timeout', '1', NULL)`).run(atMs)
    })
    return id
  })
  const explained = await home.run('explain', ids[0] ?? '')
  expect(explained.stdout).toMatch(
    /^heal_\w+ is a healing\ndone redeliver, notion: 3 effects\n {2}begun \d{4}-.*, ended \d{4}-/,
  )
  const dry = steps(await home.json('maintain', '--dry-run'))
  expect(dry['healings']).toBe('1 healing older than 90 days forgotten')
  expect(steps(await home.json('maintain'))).toMatchObject({
    healings: dry['healings'],
    'unit failures': '1 unit failure older than 90 days forgotten',
  })
  expect(rowsOf(home.file, 'SELECT id FROM healings')).toEqual([{ id: ids[1] }])
  expect(rowsOf(home.file, 'SELECT at_ms FROM unit_failures')).toHaveLength(1)
  change(home.file, db => db.exec('UPDATE healings SET ended_ms = NULL, outcome = NULL, detail = NULL'))
  expect(await home.json('explain', ids[1] ?? '')).toMatchObject({
    kind: 'healing',
    healing: { healing: 'redeliver', thing: 'notion', end: null },
  })
})

test('the log of writes is emptied', async () => {
  const home = await homeWithStore()
  const reading = new Database(home.file)
  reading.prepare('SELECT COUNT(*) FROM tasks').get()
  await home.run('task', 'add', 'Say hello again.')
  expect(statSync(`${home.file}-wal`).size).toBeGreaterThan(0)
  const done = steps(await home.json('maintain'))
  expect(done['log of writes']).toMatch(/^[1-9]\d* pages taken over into the file$/)
  reading.close()
})

test('what a step cannot do is told, and keeps no other from its work', async () => {
  const home = await homeWithStore()
  record(home.file, [300, 200])
  const full = new AppError('store', 'the disk is full', 'free some space')
  const ran = await callCli(['maintain', '--json'], {
    world: realWorld({ env: home.env, cwd: home.dir, homeDir: home.dir }),
    wrapStore: store => ({
      ...store,
      locks: { ...store.locks, dropExpired: async () => Promise.reject(full) },
    }),
  })
  expect(ran.code).toBe(3)
  const document = parseDocument(ran.stdout)
  expect(listOf(document, 'failed')).toEqual([{ id: 'locks', kind: 'store', message: 'the disk is full' }])
  expect(listOf(document, 'steps')[1]).toEqual({
    name: 'locks',
    outcome: 'failed',
    kind: 'store',
    did: 'the disk is full',
    next: 'free some space',
  })
  expect(steps(document)).toMatchObject({ records: '1 record older than 90 days forgotten' })
  expect(
    rowsOf(home.file, `SELECT outcome, done, failed FROM operation_records WHERE operation = 'maintain'`),
  ).toEqual([{ outcome: 'partial', done: 9, failed: 1 }])
})

test('a damaged file is found, and what to do is said', async () => {
  const home = await homeWithStore()
  change(home.file, db => {
    db.pragma('wal_checkpoint(TRUNCATE)')
  })
  const [page] = rowsOf<{ rootpage: number }>(
    home.file,
    `SELECT rootpage FROM sqlite_schema WHERE name = 'rate_buckets'`,
  )
  const { page_size: size } = rowsOf<{ page_size: number }>(home.file, 'PRAGMA page_size')[0] ?? {
    page_size: 0,
  }
  change(home.file, db => {
    db.pragma('journal_mode = DELETE')
  })
  const handle = openSync(home.file, 'r+')
  writeSync(handle, Buffer.alloc(size, 0x5a), 0, size, ((page?.rootpage ?? 1) - 1) * size)
  closeSync(handle)
  const ran = await home.run('maintain')
  expect(ran).toMatchObject({ code: 3, stderr: '' })
  expect(ran.stdout).toMatch(/^integrity +failed: .*\n.*next: keep a copy of the file/m)
  expect(ran.stdout).toMatch(/^prices +prices of models as of /m)
})

test('old copies and an old table of prices are told, with what to do; nothing of it is taken away', async () => {
  const home = await homeWithStore()
  const copy = `${home.file}.schema-3`
  copyFileSync(home.file, copy)
  writeFileSync(`${home.file}.schema-900`, 'of a version that this store never had')
  const clock = fakeClock(Date.now() + 100 * DAY_MS)
  const ran = await callCli(['maintain'], {
    world: realWorld({ env: home.env, cwd: home.dir, homeDir: home.dir, clock }),
  })
  expect(ran.code).toBe(0)
  expect(ran.stdout).toContain(`older than 30 days: ${copy} (`)
  expect(ran.stdout).toContain(`next: rm ${copy}\n`)
  expect(ran.stdout).toMatch(
    /prices of models as of \d{4}-\d\d-\d\d, \d+ d old\n.*next: install a newer EchoPilot/,
  )
  expect(statSync(copy).size).toBeGreaterThan(0)
})

test('told to stop, it leaves the rest and says which', async () => {
  const home = await homeWithStore()
  const stop = new AbortController()
  const stopping = (store: Store): Store => ({
    ...store,
    check: async limits => {
      stop.abort()
      return store.check(limits)
    },
  })
  const ran = await callCli(['maintain', '--json'], {
    world: realWorld({ env: home.env, cwd: home.dir, homeDir: home.dir }),
    stop: stop.signal,
    wrapStore: stopping,
  })
  expect(parseDocument(ran.stdout)).toMatchObject({
    steps: [{ name: 'integrity' }],
    left: [
      'locks',
      'records',
      'healings',
      'unit failures',
      'webhooks',
      'refused webhooks',
      'log of writes',
      'copies',
      'prices',
    ],
  })
})
