/** With --dry-run nothing of the store changes, whatever is due: leases, holds, dead writes, words on the board. */
import { EFFECT_KINDS } from '../../../src/integrations/index.ts'
import { beforeEach, expect, test } from 'vitest'
import { realFiles, realRandom } from '../../../src/kernel/real-world.ts'
import { commandOf, loadAll } from '../../../src/kernel/operation.ts'
import { OPERATIONS as LISTED_OPERATIONS } from '../../../src/operations/index.ts'
import { LOOK_AGAIN_MS } from '../../../src/domain/retry-schedule.ts'
import { openStore } from '../../../src/store/index.ts'
import { dumpStore } from '../../support/books.ts'
import { listOf, partOf } from '../../support/document.ts'
import { payAt } from '../../support/pay.ts'
import { fakeMachine } from '../../support/fake-machine.ts'
import { ANY } from '../../support/store.ts'
import { briefThat } from '../../support/tasks.ts'
import type { Board } from './support/board.ts'
import { newDesk, openDesk, sharedOffice, type Desk } from './support/desk.ts'
import { runsOf } from './support/facts.ts'

const OPERATIONS = await loadAll(LISTED_OPERATIONS)
const BY_BANK = ['--amount', '20', '--date', '2026-01-31', '--reference', 'RF18']
const office = sharedOffice()
let board: Board

beforeEach(() => {
  board = office.board()
})

/** A store and a board on which every operation would find something to do. */
async function busyDesk(): Promise<{ desk: Desk; ids: Readonly<Record<string, string>> }> {
  const made = await openDesk(office)
  const machine = fakeMachine()
  const waits = await board.add(
    { 'Task Name': 'Waits', Description: briefThat('score=60') },
    { created_time: '2026-11-01T09:00:00Z' },
  )
  const lost = await board.add({ 'Task Name': 'Lost', Description: briefThat('score=95') })
  await made.done('poll', '--drain', '--limit', '1')
  await made.done('poll')
  await board.edit(lost, { in_trash: true })
  await made.call('task', 'cancel', runsOf(made, lost)[0]?.id ?? '')
  await made.call('deliver')
  const failed = await board.add({ 'Task Name': 'Empty' })
  const billed = await board.add({
    'Task Name': 'Billed',
    Description: briefThat('score=95'),
    Price: 49.9,
    'Client Email': 'ana@clinic.example',
  })
  const paid = await board.add({ 'Task Name': 'Paid', Description: briefThat('score=95'), Price: 30 })
  await made.call('poll', '--drain')
  const held = await board.add({ 'Task Name': 'Held', Description: briefThat('score=95') })
  const env = { ECHOPILOT_BUDGET_DAY_USD: '0.0001' }
  await newDesk(office, { stateDir: made.stateDir, clock: made.clock, env }).call('poll', '--drain')
  const queued = await board.add({ 'Task Name': 'Queued', Description: briefThat('score=95') })
  await board.arm({ type: 'status', status: 503 }, { method: 'PATCH', path: '/v1/pages/*' }, 1000)
  await made.call('poll')
  await board.disarm()
  await board.edit(waits, { values: { Decision: 'Approve', 'QA Score': 1 } })
  await board.add({ 'Task Name': 'New', Description: briefThat('score=95') })
  // A process that died with a run and a write in hand.
  const store = openStore({
    kinds: EFFECT_KINDS,
    path: made.storeFile,
    world: {
      clock: made.clock,
      random: realRandom(),
      files: realFiles(),
      processes: machine.process('ghost'),
    },
    commit: 'c0ffee000000',
    actor: 'tester',
    programVersion: '0.0.0-test',
  })
  made.clock.forward(LOOK_AGAIN_MS + 1)
  expect(await store.claims.claim(ANY)).not.toBeNull()
  expect((await store.outbox.claim('notion', 'all')).length).toBeGreaterThan(0)
  const client = await store.clients.add('Acme', {}, 'tester')
  store.close()
  machine.kill('ghost')
  const idOf = (pageId: string): string => runsOf(made, pageId)[0]?.id ?? ''
  const [dead] = made.rows<{ id: string }>(`SELECT id FROM effects WHERE state = 'dead'`)
  // The integration has a new token: the same workspace.
  const processes = machine.process('alive')
  const renewed = { NOTION_TOKEN: 'ntn_sandbox_renewed_00000000000000000000000000000' }
  const sending: typeof globalThis.fetch = (input, init) => {
    const headers = new Headers(init?.headers)
    headers.set('authorization', `Bearer ${made.env['NOTION_TOKEN'] ?? ''}`)
    const url = input instanceof Request ? input.url : String(input)
    return fetch(url, url.startsWith(office.url('notion')) ? { ...init, headers } : init)
  }
  const desk = newDesk(office, {
    stateDir: made.stateDir,
    clock: made.clock,
    processes,
    env: renewed,
    fetch: sending,
  })
  return {
    desk,
    ids: {
      waits: idOf(waits),
      failed: idOf(failed),
      billed: idOf(billed),
      paid: idOf(paid),
      held: idOf(held),
      queued: idOf(queued),
      dead: dead?.id ?? '',
      client,
    },
  }
}

/** Every row, bar the pace of requests: what only looks at Notion keeps to the shared rate too. */
function rowsIn(desk: Desk): Record<string, unknown[]> {
  const { rate_buckets: _, ...rows } = dumpStore(desk.storeFile)
  return rows
}

test('no operation changes a row of the store with --dry-run, with everything due', async () => {
  const { desk, ids } = await busyDesk()
  const { waits = '', failed = '', billed = '', paid = '', queued = '', dead = '', client = '' } = ids
  await payAt(
    office.url('stripe'),
    listOf((await desk.call('task', 'show', paid, '--json')).document, 'bills')[0]?.['link'],
  )
  await desk.call('payments-scan')
  const planned = await desk.call('refund', 'plan', paid, '--amount', '1', '--reason', 'wrong', '--json')
  const plan = String(partOf(planned.document, 'refund')['id'])
  const words: Readonly<Record<string, readonly string[]>> = {
    'alert ack': ['unit/a.service'],
    'alert snooze': ['unit/a.service'],
    'alert unit': ['b.service'],
    'client set': [client, '--currency', 'JPY'],
    'effect dismiss': [dead],
    'effect retry': [dead],
    'notion sync': ['--rebuild'],
    'payments record': [billed, ...BY_BANK],
    'payments withdraw': [billed, '--reason', 'of another client'],
    poll: ['--drain'],
    'queue pause': ['because'],
    refund: [paid, '--amount', '3', '--reason', 'late', '--yes'],
    'refund cancel': [plan],
    'refund plan': [paid, '--amount', '4', '--reason', 'wrong'],
    'refund run': [plan, '--yes'],
    replay: ['--task', failed],
    'report executive': ['--send'],
    'report supervisor': ['--send'],
    'report weekly': ['--send'],
    'service resume': ['openai'],
    'task add': ['A brief of some words.'],
    'task approve': [waits],
    'task cancel': [queued],
    'task dismiss': [failed],
    'task retry': [failed],
    'task send': [billed],
    'task return': [waits, '--note', 'shorter'],
    'config init': ['--config', 'new.toml'],
  }
  await desk.call('alert', 'unit', 'a.service')
  expect((await desk.call('payments', 'record', billed, ...BY_BANK)).err).toBe('')
  const before = rowsIn(desk)
  const writing = OPERATIONS.filter(({ access }) => access !== 'read').map(({ path }) => commandOf(path))
  for (const command of [...writing, 'notion sync', 'init', 'config init']) {
    const called = await desk.call(...command.split(' '), ...(words[command] ?? []), '--dry-run')
    expect({ command, code: called.code, err: called.err }).toEqual({ command, code: 0, err: '' })
    expect(rowsIn(desk), command).toEqual(before)
  }
  // Each of these would have changed it.
  await desk.call('deliver')
  expect(rowsIn(desk)).not.toEqual(before)
})
