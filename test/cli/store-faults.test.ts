/** A store that cannot be used: exit 74, what is wrong with which file, what to do; and the file is left as it was. */
import Database from 'better-sqlite3'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { changeStore } from '../store/support/store-file.ts'
import { BIN, errorOf, newHome, spawn, type Home } from './support/run.ts'

function storeFile(home: Home): string {
  return join(home.stateDir, 'echopilot.db')
}

/** A home with a task in its store, and no log of writes beside it. */
async function usedHome(): Promise<Home> {
  const home = newHome()
  await home.json('task', 'add', 'Say hello.')
  const database = new Database(storeFile(home))
  database.pragma('wal_checkpoint(TRUNCATE)')
  database.close()
  return home
}

async function expectRefused(home: Home, message: RegExp): Promise<void> {
  const before = readFileSync(storeFile(home))
  for (const words of [['task', 'list'], ['task', 'add', 'Say hello.'], ['status']]) {
    const ran = await home.run(...words, '--json')
    expect(ran.code, words.join(' ')).toBe(74)
    const error = errorOf(ran)
    expect(error).toMatchObject({ kind: 'store', exit: 74 })
    expect(error['message']).toMatch(message)
    expect(error['hint']).toMatch(/nothing was changed|write access|--state-dir/)
  }
  expect(readFileSync(storeFile(home)).equals(before)).toBe(true)
}

test('written by a newer version', async () => {
  const home = await usedHome()
  const database = new Database(storeFile(home))
  database.pragma('user_version = 9999')
  database.close()
  await expectRefused(
    home,
    /^the store has schema 9999, this program knows up to \d+: a newer version wrote it$/,
  )
})

test('the database of another program', async () => {
  const home = newHome()
  mkdirSync(home.stateDir)
  const database = new Database(storeFile(home))
  database.exec('CREATE TABLE theirs (id INTEGER)')
  database.close()
  await expectRefused(home, /database of another program/)
})

test('not a database', async () => {
  const home = newHome()
  mkdirSync(home.stateDir)
  writeFileSync(storeFile(home), 'Dear diary, today I was mistaken for a database. '.repeat(100))
  await expectRefused(home, /echopilot\.db is not a database \(SQLITE_NOTADB\)$/)
})

test('truncated', async () => {
  const home = await usedHome()
  truncateSync(storeFile(home), 4096 * 3)
  await expectRefused(
    home,
    /echopilot\.db (is damaged|is not a database|cannot be opened or read) \(SQLITE_\w+\)$/,
  )
})

test('doctor says so, and still tells of everything else: exit 1', async () => {
  const home = newHome({ OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' })
  mkdirSync(home.stateDir)
  writeFileSync(storeFile(home), 'no database at all, but long enough to be looked at. '.repeat(100))
  const ran = await home.run('doctor')
  expect(ran).toMatchObject({ code: 1, stderr: '' })
  expect(ran.stdout).toMatch(/^failed {6}store\n/m)
  expect(ran.stdout).toMatch(/^proved {6}node\n/m)
})

test('… also where what is damaged is the list of accounts', async () => {
  const home = await usedHome()
  const database = new Database(storeFile(home))
  const page = database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'accounts'").pluck().get()
  const bytes = Number(database.pragma('page_size', { simple: true }))
  database.close()
  const file = readFileSync(storeFile(home))
  file.fill(0x5a, (Number(page) - 1) * bytes, Number(page) * bytes)
  writeFileSync(storeFile(home), file)
  const ran = await home.run('doctor')
  expect(ran).toMatchObject({ code: 1, stderr: '' })
  expect(ran.stdout).toMatch(/^failed {6}store\n/m)
})

/** The user root passes over file modes unless it gives up the right to: then it is a user like any other. */
const WITHOUT_OVERRIDE = [
  '/usr/bin/setpriv',
  '--bounding-set=-dac_override,-dac_read_search',
  '--inh-caps=-all',
]
const isRoot = process.getuid?.() === 0

test('read-only, for a user who may not write', async ({ skip }) => {
  skip(
    isRoot && !existsSync(WITHOUT_OVERRIDE[0] ?? ''),
    'not proved: root, and no setpriv to give up its rights',
  )
  const home = await usedHome()
  chmodSync(storeFile(home), 0o444)
  chmodSync(home.stateDir, 0o555)
  try {
    const program = [...(isRoot ? WITHOUT_OVERRIDE : []), process.execPath, BIN]
    const ran = await spawn(['task', 'add', 'x', '--json'], { env: home.env, program })
    expect(ran.code).toBe(74)
    expect(errorOf(ran)['message']).toMatch(/echopilot\.db (cannot be written to|cannot be opened or read)/)
    const elsewhere = await spawn(['task', 'list', '--state-dir', join(home.stateDir, 'deeper'), '--json'], {
      env: home.env,
      program,
    })
    expect(elsewhere.code).toBe(74)
    expect(errorOf(elsewhere)['message']).toMatch(/^the state folder .*deeper cannot be made: EACCES/)
  } finally {
    chmodSync(home.stateDir, 0o755)
  }
})

test('locked by another process for longer than one waits: busy, 75', async () => {
  const home = await usedHome()
  const database = new Database(storeFile(home))
  database.exec('BEGIN IMMEDIATE')
  const ran = await home.spawn('task', 'add', 'x', '--json')
  database.exec('ROLLBACK')
  database.close()
  expect(ran.code).toBe(75)
  expect(errorOf(ran)).toMatchObject({ kind: 'busy', exit: 75 })
  expect((await home.run('task', 'add', 'x')).code).toBe(0)
})

test('what went wrong leaves no half-made files behind', async () => {
  const home = newHome({ ECHOPILOT_STATE_DIR: '/proc/self/nothing' })
  const ran = await home.run('task', 'list', '--json')
  expect(ran.code).toBe(74)
  expect(errorOf(ran)['hint']).toContain('--state-dir')
  expect(readdirSync(join(home.dir, 'home'))).toEqual([])
})

/** A home with a run that has ended, and its id. */
async function endedHome(): Promise<{ home: Home; runId: string }> {
  const home = newHome()
  const { taskId, runId } = await home.json('task', 'add', 'Say hello.')
  await home.json('task', 'cancel', String(taskId))
  return { home, runId: String(runId) }
}

test('explain ends with 1 and the reason where a seal is broken; doctor names the run', async () => {
  const { home, runId } = await endedHome()
  expect((await home.run('explain', runId)).code).toBe(0)
  changeStore(storeFile(home), `UPDATE receipts SET core = replace(core, '"cancelled"', '"done"')`)
  const ran = await home.run('explain', runId)
  expect(ran).toMatchObject({ code: 1, stderr: '' })
  expect(ran.stdout).toMatch(/seal {4}BROKEN: what was sealed is not what stands there now/)
  expect((await home.run('doctor')).stdout).toMatch(
    new RegExp(
      `^failed {6}receipts\\n {12}1 of 1 seal broken: ${runId}\\n {12}fix: echopilot explain ${runId}$`,
      'm',
    ),
  )
})

test('explain ends with 1 and the reason where a row cannot be read; a list of it with 74', async () => {
  const { home, runId } = await endedHome()
  changeStore(storeFile(home), `PRAGMA ignore_check_constraints = ON; UPDATE runs SET state = 'dreaming'`)
  const ran = await home.run('explain', runId)
  expect(ran).toMatchObject({ code: 1, stderr: '' })
  expect(ran.stdout).toMatch(/UNREADABLE run_\w+: the store is damaged: its column state holds/)
  const listed = await home.run('task', 'list', '--json')
  expect(listed.code).toBe(74)
  const hint: unknown = expect.stringMatching(/^echopilot doctor; /)
  expect(errorOf(listed)).toMatchObject({ kind: 'store', hint })
})

test('doctor names what is open to others', async () => {
  const home = await usedHome()
  const secrets = join(home.dir, 'config', 'secrets')
  mkdirSync(secrets, { recursive: true })
  writeFileSync(home.configFile, '')
  writeFileSync(join(secrets, 'judge_api_key'), 'k', { mode: 0o644 })
  const doctor = async (): Promise<string> => (await home.run('doctor', '--config', home.configFile)).stdout
  chmodSync(join(home.dir, 'config'), 0o777)
  const found = (await doctor()).replaceAll(/\s+/g, ' ')
  expect(found).toContain(
    `failed file modes open to others: ${join(secrets, 'judge_api_key')}, ${join(home.dir, 'config')} fix: `,
  )
  expect(found).toContain(
    `chmod 600 ${join(secrets, 'judge_api_key')}; chmod o-w ${join(home.dir, 'config')}`,
  )
  chmodSync(join(home.dir, 'config'), 0o755)
  chmodSync(join(secrets, 'judge_api_key'), 0o600)
  expect(await doctor()).toMatch(/^proved {6}file modes/m)
})
