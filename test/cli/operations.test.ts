/** Every operation once as a user calls it, for a person and for a machine. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { commandOf, schemaOf, loadAll } from '../../src/kernel/operation.ts'
import { configInit } from '../../src/commands/config-init/index.ts'
import { OPERATIONS as LISTED_OPERATIONS } from '../../src/operations/index.ts'
import { NEEDS_NOTION } from './support/notion.ts'
import { listOf, parseDocument, partOf, type Document } from '../support/document.ts'
import { errorOf, type Home } from './support/run.ts'
import { textLike } from '../integrations/notion/support/facts.ts'
import { TEST_KEY } from '../../src/sandbox/stripe/identity.ts'
import { stripeServer } from '../sandbox/stripe/support/server.ts'
import { payAt } from '../support/pay.ts'
import { changeStore } from '../store/support/store-file.ts'
import { BRIEF, sandboxHome } from './support/sandbox.ts'

const OPERATIONS = await loadAll(LISTED_OPERATIONS)

/** Those that work without Notion; the others have a file of their own. */
const LOCAL = [configInit, ...OPERATIONS].filter(({ path }) => !NEEDS_NOTION.has(commandOf(path)))

/** Ids of tasks that rest in each of the states that a decision needs. */
interface Seeded {
  readonly done: string
  readonly waiting: readonly [string, string, string]
  readonly failed: string
  /** One that was paid at its link, with two refunds of it that are planned. */
  readonly paid: string
  readonly plans: readonly [string, string]
}

/** The cause of an alert that is open. */
const UNIT = 'unit/echopilot-poll.service'

const LOW = `${BRIEF} [sandbox:score=60]`

async function seed(home: Home): Promise<Seeded> {
  const add = async (brief: string): Promise<string> =>
    String((await home.json('task', 'add', brief))['taskId'])
  await home.json('client', 'set', 'Clinic', '--email', 'ana@clinic.example')
  const priced = await home.json('task', 'add', BRIEF, '--price', '49.90', '--client', 'Clinic')
  const done = String(priced['taskId'])
  const waiting = [await add(LOW), await add(LOW), await add(LOW)] as const
  const failed = await add(`${BRIEF} [sandbox:refuse]`)
  const paid = String((await home.json('task', 'add', BRIEF, '--price', '30'))['taskId'])
  expect((await home.run('poll', '--drain', '--quiet')).code).toBe(0)
  const url = String(home.env['STRIPE_BASE_URL'])
  await payAt(url, listOf(await home.json('task', 'show', paid), 'bills')[0]?.['link'])
  expect((await home.run('payments-scan')).code).toBe(0)
  const plan = async (amount: string): Promise<string> => {
    const planned = await home.json('refund', 'plan', paid, '--amount', amount, '--reason', 'wrong')
    return String(partOf(planned, 'refund')['id'])
  }
  const plans = [await plan('1'), await plan('2')] as const
  expect((await home.run('alert', 'unit', 'echopilot-poll.service')).code).toBe(0)
  changeStore(join(home.stateDir, 'echopilot.db'), LOST)
  return { done, waiting, failed, paid, plans }
}

/** A home whose clients pay at a stand-in of Stripe. */
async function stripeHome(): Promise<Home> {
  return sandboxHome({ STRIPE_BASE_URL: (await stripeServer()).url, STRIPE_SECRET_KEY: TEST_KEY })
}

/** A payment of a stranger, which the bank took back. */
const LOST = `
  INSERT INTO payments (id, service, outside_id, livemode, currency, amount_minor, state, seen_by, paid_ms, recorded_ms,
    checked_ms) VALUES ('pay_1', 'stripe', 'pi_1', 0, 'EUR', 700, 'paid', 'scan', 1, 1, 1);
  INSERT INTO disputes (id, payment_id, outside_id, currency, amount_minor, state, reason, opened_ms, seen_ms)
    VALUES ('dsp_00001', 'pay_1', 'dp_1', 'EUR', 700, 'lost', 'fraudulent', 1, 1)`

/** The words of a happy call of each operation; the second one where the first changed what it needs. */
function happy(seeded: Seeded, form: 0 | 1): Readonly<Record<string, readonly string[]>> {
  const { done, waiting, failed, paid, plans } = seeded
  return {
    'alert ack': [UNIT],
    'alert list': [],
    'alert snooze': [UNIT],
    'alert test': [],
    // It is open already: nothing is told again.
    'alert unit': ['echopilot-poll.service'],
    'audit export': ['--output', `audit-${String(form)}.jsonl`],
    'audit verify': [],
    'client list': [],
    'client set': ['Acme', '--currency', 'EUR'],
    'client show': ['Acme'],
    'config check': [],
    'config init': ['--config', `config-${String(form)}.toml`],
    'config show': ['--origin'],
    doctor: [],
    'effect list': [],
    explain: [done],
    heartbeat: [],
    'jobs list': [],
    'jobs show': ['poll'],
    maintain: [],
    metrics: [],
    operate: [],
    'payments debug': [],
    'payments evidence': ['dsp_00001'],
    'payments list': [],
    'payments payouts': [],
    'payments record': [done, '--amount', '20', '--date', '2026-01-31', '--reference', 'RF18'],
    'payments show': [done],
    'payments withdraw': [done, '--reason', 'of another client'],
    'payments-scan': [],
    poll: ['--drain'],
    process: [],
    qa: [],
    'queue pause': [],
    'queue resume': [],
    refund: [paid, '--amount', '3', '--reason', 'late', '--yes'],
    'refund cancel': [plans[0]],
    'refund list': [],
    'refund plan': [paid, '--amount', '4', '--reason', 'wrong'],
    'refund run': [plans[1], '--yes'],
    'refund show': [plans[1]],
    replay: [],
    'report cost': [],
    'report executive': ['--send'],
    'report ops': [],
    'report p95': [],
    'report supervisor': [],
    'report weekly': ['--format', 'html'],
    'service list': [],
    'service resume': ['api.openai.com'],
    status: [],
    'task add': [BRIEF],
    'task approve': [waiting[form]],
    'task cancel': form === 0 ? [failed] : [waiting[2]],
    'task dismiss': [failed],
    'task list': [],
    'task retry': [failed],
    'task return': [waiting[2], '--note', 'shorter'],
    'task send': [done, '--yes'],
    'task show': [done],
  }
}

/** What an operation may answer beside `ok`, here: a failed task is shown by status, a final one cannot be cancelled. */
const OTHER_EXIT: Readonly<Record<string, number>> = { status: 1, 'report ops': 1 }

/** What writes into the log, for that is what it is there for. */
const LOGS: Readonly<Record<string, RegExp>> = {
  operate: /^(warn: alert opened: 1 task failed for good .*\n)?$/,
  'alert test': /^notice: test of alerts: alerts of EchoPilot arrive here .*\n$/,
}

test('the table of calls names every operation', () => {
  const table = happy({ done: '', waiting: ['', '', ''], failed: '', paid: '', plans: ['', ''] }, 0)
  expect(Object.keys(table)).toEqual(LOCAL.map(({ path }) => commandOf(path)).toSorted())
})

test('each operation, for people: text on standard output, and only there', async () => {
  const home = await stripeHome()
  const seeded = await seed(home)
  const calls = { ...happy(seeded, 0), 'task cancel': [seeded.waiting[1]] }
  for (const [command, words] of Object.entries(calls)) {
    const ran = await home.run(...command.split(' '), ...words)
    expect(ran, command).toMatchObject({
      code: OTHER_EXIT[command] ?? 0,
      stderr: textLike(LOGS[command] ?? /^$/),
    })
    expect(ran.stdout, command).toMatch(/\S.*\n$/s)
    expect(ran.stdout, command).not.toMatch(/undefined|NaN|\[object/)
  }
})

test('each operation, for machines: one document with its schema on standard output, and only there', async () => {
  const home = await stripeHome()
  const seeded = await seed(home)
  const calls = { ...happy(seeded, 1), 'task return': [seeded.waiting[0], '--note', 'x'] }
  for (const operation of LOCAL) {
    const command = commandOf(operation.path)
    const words = new Map(Object.entries(calls)).get(command) ?? []
    // As a process of its own: what is installed holds all that each of them loads.
    const ran = await home.spawn('--json', ...operation.path, ...words)
    expect(ran, command).toMatchObject({
      code: OTHER_EXIT[command] ?? 0,
      stderr: textLike(LOGS[command] ?? /^$/),
    })
    const document = parseDocument(ran.stdout)
    expect(document['schema'], command).toBe(schemaOf(operation.path))
    expect(Object.keys(document)[0], command).toBe('schema')
  }
})

test('the story of a task through the documents', async () => {
  const home = await sandboxHome()
  const added = await home.json(
    'task',
    'add',
    BRIEF,
    '--type',
    'Research',
    '--client',
    'Acme',
    '--due',
    '2026-12-31',
  )
  expect(added).toMatchObject({
    schema: 'echopilot.task.add/1',
    status: 'Queued',
    client: 'Acme',
    dryRun: false,
  })
  const id = String(added['taskId'])
  const planned = await home.json('poll', '--drain', '--dry-run')
  expect(listOf(planned, 'runs')).toMatchObject([{ taskId: id, status: 'Queued' }])
  expect(Number(listOf(planned, 'runs')[0]?.['atMostUsd'])).toBeGreaterThan(0)
  const polled = await home.json('poll', '--drain')
  expect(listOf(polled, 'runs')).toMatchObject([{ taskId: id, status: 'Done', client: 'Acme' }])
  const shown = partOf(await home.json('task', 'show', id), 'task')
  expect(shown).toMatchObject({ id, status: 'Done', dueDate: '2026-12-31', type: 'Research' })
  const listed = await home.json('task', 'list', '--status', 'Done', '--client', 'Acme')
  expect(listOf(listed, 'tasks').map((task: Document) => task['id'])).toEqual([id])
  expect(listOf(await home.json('task', 'list', '--client', 'Nobody'), 'tasks')).toEqual([])
  // Any beginning of six or more characters that fits only one thing names it.
  const explained = await home.json('explain', id.slice(0, 20).toUpperCase())
  expect(explained).toMatchObject({ kind: 'task', id })
})

test('process generates, qa judges; together they are poll --drain', async () => {
  const home = await sandboxHome()
  await home.json('task', 'add', BRIEF)
  expect(listOf(await home.json('poll'), 'runs')).toEqual([])
  expect(listOf(await home.json('process'), 'runs')).toMatchObject([{ status: 'QA' }])
  expect(listOf(await home.json('process'), 'runs')).toEqual([])
  expect(listOf(await home.json('qa'), 'runs')).toMatchObject([{ status: 'Done' }])
})

test('--limit, --task and --concurrency', async () => {
  const home = await sandboxHome()
  const ids = []
  for (let n = 0; n < 3; n++) ids.push(String((await home.json('task', 'add', BRIEF))['taskId']))
  const limited = await home.json('poll', '--drain', '--limit', '1', '--concurrency', '3')
  expect(listOf(limited, 'runs').map(work => work['taskId'])).toEqual([ids[0]])
  const one = await home.json('poll', '--drain', '--task', ids[2] ?? '')
  expect(listOf(one, 'runs').map(work => work['taskId'])).toEqual([ids[2]])
})

test('--fail-on-failed exits 1 where a task ended as Failed-Final, and only there', async () => {
  const home = await sandboxHome()
  await home.json('task', 'add', `${BRIEF} [sandbox:refuse]`)
  await home.json('task', 'add', BRIEF)
  expect((await home.run('poll', '--drain', '--limit', '1', '--fail-on-failed')).code).toBe(1)
  expect((await home.run('poll', '--drain', '--fail-on-failed')).code).toBe(0)
})

test('metrics --textfile and config init write whole files, with their modes', async () => {
  const home = await sandboxHome()
  expect((await home.run('metrics', '--textfile', 'm.prom')).stdout).toBe(`written to ${home.dir}/m.prom\n`)
  expect(readFileSync(join(home.dir, 'm.prom'), 'utf8')).toMatch(/^# HELP echopilot_tasks /)
  // A folder is not a file: the caller's mistake, not a defect.
  for (const words of [
    ['metrics', '--textfile', '.'],
    ['metrics', '--textfile', 'm.prom/x'],
  ]) {
    const ran = await home.run(...words, '--json')
    expect(ran.code, words.join(' ')).toBe(64)
    expect(errorOf(ran)).toMatchObject({ hint: textLike(/^name a file/) })
  }
  const first = await home.json('config', 'init', '--config', 'c.toml')
  expect(first).toMatchObject({ path: join(home.dir, 'c.toml'), replaced: false })
  expect((await home.run('config', 'init', '--config', 'c.toml')).code).toBe(65)
  expect(existsSync(join(home.dir, 'c.toml.bak'))).toBe(false)
  expect(await home.json('config', 'init', '--config', 'c.toml', '--force')).toMatchObject({ replaced: true })
  expect(existsSync(join(home.dir, 'c.toml.bak'))).toBe(true)
})

test('what a dismissal leaves as it was is said once', async () => {
  const home = await stripeHome()
  const { failed } = await seed(home)
  expect((await home.run('task', 'dismiss', failed)).stdout).toMatch(/^dismissed: .* \(Failed-Final\)\n$/)
})
