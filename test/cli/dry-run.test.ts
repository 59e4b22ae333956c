/** --dry-run decides on the same path and acts on nothing: the store is the same before and after, to the row. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { commandOf, loadAll } from '../../src/kernel/operation.ts'
import { OPERATIONS as LISTED_OPERATIONS } from '../../src/operations/index.ts'
import { TEST_KEY } from '../../src/sandbox/stripe/identity.ts'
import { stripeServer } from '../sandbox/stripe/support/server.ts'
import { listOf, partOf } from '../support/document.ts'
import { payAt } from '../support/pay.ts'
import { NEEDS_NOTION } from './support/notion.ts'
import { contents } from './support/store.ts'
import { BRIEF, gatedHome } from './support/sandbox.ts'

const OPERATIONS = await loadAll(LISTED_OPERATIONS)
const BY_BANK = ['--amount', '20', '--date', '2026-01-31', '--reference', 'RF18']

test('no operation that changes something changes anything with --dry-run', async () => {
  const stripe = (await stripeServer()).url
  const home = await gatedHome(() => null, { STRIPE_BASE_URL: stripe, STRIPE_SECRET_KEY: TEST_KEY })
  await home.json('client', 'set', 'Clinic', '--email', 'ana@clinic.example')
  const ordered = await home.json('task', 'add', BRIEF, '--price', '49.90', '--client', 'Clinic')
  const priced = String(ordered['taskId'])
  const paid = String((await home.json('task', 'add', BRIEF, '--price', '30'))['taskId'])
  const low = String((await home.json('task', 'add', `${BRIEF} [sandbox:score=50]`))['taskId'])
  const bad = String((await home.json('task', 'add', `${BRIEF} [sandbox:refuse]`))['taskId'])
  expect((await home.run('poll', '--drain', '--quiet')).code).toBe(0)
  await payAt(stripe, listOf(await home.json('task', 'show', paid), 'bills')[0]?.['link'])
  expect((await home.run('payments-scan')).code).toBe(0)
  const planned = await home.json('refund', 'plan', paid, '--amount', '1', '--reason', 'wrong')
  const plan = String(partOf(planned, 'refund')['id'])
  const queued = String((await home.json('task', 'add', BRIEF))['taskId'])
  const generated = String((await home.json('task', 'add', BRIEF))['taskId'])
  expect((await home.run('process', '--task', generated, '--quiet')).code).toBe(0)
  const calls: Readonly<Record<string, readonly string[]>> = {
    'alert ack': ['unit/a.service'],
    'alert snooze': ['unit/a.service'],
    'alert test': [],
    'alert unit': ['b.service'],
    'audit verify': [],
    'client list': [],
    'client set': ['Acme', '--currency', 'EUR'],
    'config init': ['--config', join(home.dir, 'new.toml')],
    doctor: [],
    heartbeat: [],
    maintain: [],
    operate: [],
    'payments record': [priced, ...BY_BANK],
    'payments withdraw': [priced, '--reason', 'of another client'],
    'payments-scan': [],
    poll: ['--drain'],
    process: [],
    qa: [],
    'queue pause': ['because'],
    'queue resume': [],
    refund: [paid, '--amount', '3', '--reason', 'late', '--yes'],
    'refund cancel': [plan],
    'refund plan': [paid, '--amount', '4', '--reason', 'wrong'],
    'refund run': [plan, '--yes'],
    replay: ['--task', bad],
    'report executive': ['--send'],
    'report supervisor': ['--send'],
    'report weekly': ['--send'],
    'service resume': ['api.openai.com'],
    'task add': [BRIEF],
    'task approve': [low],
    'task cancel': [queued],
    'task dismiss': [bad],
    'task retry': [bad],
    'task return': [low, '--note', 'shorter'],
    'task send': [priced],
  }
  const writing = OPERATIONS.filter(({ access }) => access !== 'read')
    .map(({ path }) => commandOf(path))
    .filter(command => !NEEDS_NOTION.has(command))
  expect(Object.keys(calls)).toEqual([...writing, 'config init'].toSorted())

  expect((await home.run('alert', 'unit', 'a.service')).code).toBe(0)
  expect((await home.run('payments', 'record', priced, ...BY_BANK)).code).toBe(0)
  const before = contents(home.stateDir)
  const files = readdirSync(home.dir, { recursive: true, encoding: 'utf8' }).toSorted()
  const asked = home.gate.arrived.filter(({ method }) => method === 'POST').length
  for (const [command, words] of Object.entries(calls)) {
    const ran = await home.run(...command.split(' '), ...words, '--dry-run', '--json')
    expect(ran, command).toMatchObject({ code: 0, stderr: '' })
    expect(contents(home.stateDir) === before, command).toBe(true)
  }
  expect(readdirSync(home.dir, { recursive: true, encoding: 'utf8' }).toSorted()).toEqual(files)
  expect(home.gate.arrived.filter(({ method }) => method === 'POST')).toHaveLength(asked)

  const paused = await home.json('queue', 'pause', 'because')
  expect(paused).toMatchObject({ dryRun: false, changed: true })
  expect(contents(home.stateDir) === before).toBe(false)
  const both = contents(home.stateDir)
  expect(await home.json('queue', 'resume', '--dry-run')).toMatchObject({ dryRun: true, paused: true })
  expect(contents(home.stateDir) === both).toBe(true)
})

test('a dry run tells what would be done and what it may cost', async () => {
  const home = await gatedHome(() => null)
  const id = String((await home.json('task', 'add', BRIEF))['taskId'])
  const text = await home.run('poll', '--drain', '--dry-run')
  expect(text.stdout).toMatch(/at most USD/)
  expect(text.stdout).toContain(id)
  expect((await home.run('task', 'add', BRIEF, '--dry-run')).stdout).toMatch(/^would add "Compare /)
  expect((await home.run('task', 'cancel', id, '--dry-run')).stdout).toMatch(/^would be cancelled: /)
  expect((await home.run('queue', 'pause', '--dry-run')).stdout).toMatch(/^would pause: /)
  expect((await home.run('config', 'init', '--config', 'x.toml', '--dry-run')).stdout).toBe(
    `would write ${home.dir}/x.toml\n`,
  )
})
