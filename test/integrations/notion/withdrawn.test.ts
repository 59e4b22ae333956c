/** A hand-set Cancelled, or a page thrown away, at every state: the run ends there, and nothing more is paid. */
import { beforeEach, expect, test } from 'vitest'
import { bodyOf } from '../../support/held-fetch.ts'
import { briefThat } from '../../support/tasks.ts'
import { listOf } from '../../support/document.ts'
import type { Board, Edit } from './support/board.ts'
import { newDesk, openDesk, sharedOffice, type Desk, type DeskOptions } from './support/desk.ts'
import { runsOf, statesOf } from './support/facts.ts'

const office = sharedOffice()
let board: Board

beforeEach(() => {
  board = office.board()
})

const WORDS: readonly [string, Edit][] = [
  ['set to Cancelled', { values: { Status: 'Cancelled' } }],
  ['trashed', { in_trash: true }],
]

/** A desk on which a word is said while the n-th call of a model is under way. */
function duringCall(
  desk: Desk,
  number: number,
  say: () => Promise<void>,
): { desk: Desk; calls: () => number } {
  let calls = 0
  const fetched: DeskOptions['fetch'] = async (input, init) => {
    const { pathname } = new URL(input instanceof Request ? input.url : input)
    if (!pathname.endsWith('/chat/completions')) return fetch(input, init)
    calls += 1
    if (calls === number) await say()
    return fetch(input, init)
  }
  return {
    desk: newDesk(office, { stateDir: desk.stateDir, clock: desk.clock, fetch: fetched }),
    calls: () => calls,
  }
}

async function expectCancelled(desk: Desk, pageId: string): Promise<void> {
  expect(statesOf(desk, pageId)).toEqual(['cancelled'])
  const { trashed, cells } = await board.row(pageId)
  expect(trashed ? 'Cancelled' : cells['Status']).toBe('Cancelled')
}

const cases = WORDS.flatMap(([how, edit]) => [
  { how, edit, stage: 'generating', number: 1, directive: 'score=95' },
  { how, edit, stage: 'judging', number: 2, directive: 'score=95' },
  { how, edit, stage: 'judging to wait', number: 4, directive: 'score=60' },
  { how, edit, stage: 'revising', number: 3, directive: 'score=60' },
])

test.for(cases)('$how while $stage: nothing more is paid, what was spent is kept', async one => {
  const desk = await openDesk(office)
  const pageId = await board.add({ 'Task Name': 'Note', Description: briefThat(one.directive) })
  const working = duringCall(desk, one.number, async () => board.edit(pageId, one.edit))
  await working.desk.call('poll', '--drain')
  await expectCancelled(desk, pageId)
  expect(working.calls()).toBe(one.number)
  const [spent] = desk.rows<{ calls: number; open: number; cost: number }>(
    `SELECT COUNT(*) AS calls, SUM(certainty = 'reserved') AS open, SUM(cost_nano) AS cost FROM calls`,
  )
  expect(spent).toMatchObject({ calls: one.number, open: 0 })
  expect(spent?.cost).toBeGreaterThan(0)
  expect(await board.containers(pageId).catch(() => [])).toEqual([])
  // At the next poll all is still as it was said.
  await desk.call('poll', '--drain')
  await expectCancelled(desk, pageId)
})

test('thrown away while it is worked on, a row is no alarm; put back, it says Cancelled', async () => {
  const desk = await openDesk(office)
  const pageId = await board.add({ 'Task Name': 'Note', Description: briefThat('score=95') })
  const working = duringCall(desk, 1, async () => board.edit(pageId, { in_trash: true }))
  await working.desk.call('poll', '--drain')
  expect(desk.rows(`SELECT DISTINCT cause FROM effects WHERE state = 'dead'`)).toEqual([{ cause: 'target' }])
  for (const words of [['status'], ['notion', 'diff'], ['deliver'], ['poll', '--drain']])
    expect({ words, code: (await desk.call(...words)).code }).toEqual({ words, code: 0 })
  await board.edit(pageId, { in_trash: false })
  desk.clock.forward(11 * 60_000)
  await desk.done('poll', '--drain')
  expect((await board.row(pageId)).cells).toMatchObject({ Status: 'Cancelled', Trigger: false })
  expect(desk.rows(`SELECT key FROM effects WHERE state <> 'done'`)).toEqual([])
  expect(statesOf(desk, pageId)).toEqual(['cancelled'])
})

test.for(WORDS)('%s while a run waits for its next attempt, or a cap', async ([, edit]) => {
  const desk = await openDesk(office, { env: { ECHOPILOT_BUDGET_DAY_USD: '0.0001' } })
  const pageId = await board.add({ 'Task Name': 'Note', Description: briefThat('score=95') })
  await desk.done('poll', '--drain')
  expect(statesOf(desk, pageId)).toEqual(['held'])
  await board.edit(pageId, edit)
  await desk.call('poll', '--drain')
  await expectCancelled(desk, pageId)
})

test('process and qa heed it as well', async () => {
  const desk = await openDesk(office)
  const drafted = await board.add({ 'Task Name': 'Drafted', Description: briefThat('score=95') })
  await desk.done('poll')
  await desk.done('process')
  await desk.done('deliver')
  await board.edit(drafted, { values: { Status: 'Cancelled' } })
  await desk.done('qa')
  expect(statesOf(desk, drafted)).toEqual(['cancelled'])
  const queued = await board.add({ 'Task Name': 'Queued', Description: briefThat('score=95') })
  await desk.done('poll')
  await board.edit(queued, { in_trash: true })
  await desk.done('process')
  expect(statesOf(desk, queued)).toEqual(['cancelled'])
})

test('set to Cancelled when the run is done and its row has not heard of it: everything is written but the Status', async () => {
  const desk = await openDesk(office)
  const pageId = await board.add({ 'Task Name': 'Note', Description: briefThat('score=95') })
  await board.arm({ type: 'status', status: 503 }, { method: 'PATCH', path: '/v1/pages/*' }, 1000)
  await desk.call('poll', '--drain')
  await board.disarm()
  expect(statesOf(desk, pageId)).toEqual(['done'])
  await board.edit(pageId, { values: { Status: 'Cancelled' } })
  desk.clock.forward(3_600_000)
  await desk.done('deliver')
  expect((await board.row(pageId)).cells).toMatchObject({
    Status: 'Cancelled',
    'QA Score': 95,
    Trigger: false,
  })
})

test('where Notion cannot be read, what was picked up is worked on', async () => {
  const desk = await openDesk(office)
  const pageId = await board.add({ 'Task Name': 'Note', Description: briefThat('score=95') })
  let isDown = false
  const cut = newDesk(office, {
    stateDir: desk.stateDir,
    clock: desk.clock,
    fetch: async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input)
      if (url.pathname.endsWith('/chat/completions')) isDown = true
      else if (isDown) throw new TypeError('fetch failed')
      return fetch(input, init)
    },
  })
  await cut.call('poll', '--drain')
  expect(statesOf(desk, pageId)).toEqual(['done'])
})

/** Ways to let a failure be: on the board, or in the shell. */
const DISMISSALS: readonly [string, (desk: Desk, pageId: string) => Promise<void>][] = [
  ...WORDS.map(([how, edit]): (typeof DISMISSALS)[number] => [
    how,
    async (desk, pageId) => {
      await board.edit(pageId, edit)
      await desk.done('poll', '--drain')
    },
  ]),
  [
    'dismissed',
    async (desk, pageId) => void (await desk.done('task', 'dismiss', runsOf(desk, pageId)[0]?.id ?? '')),
  ],
]

test.for(DISMISSALS)('a failed row that is %s is no alarm any more', async ([how, dismiss]) => {
  const desk = await openDesk(office)
  const pageId = await board.add({ 'Task Name': 'Empty' })
  await desk.done('poll', '--drain')
  expect(statesOf(desk, pageId)).toEqual(['failed_final'])
  const alarmed = await desk.call('status')
  expect({ code: alarmed.code, failed: listOf(alarmed.document, 'failed').length }).toEqual({
    code: 1,
    failed: 1,
  })
  expect((await desk.call('task', 'dismiss', runsOf(desk, pageId)[0]?.id ?? '', '--dry-run')).code).toBe(0)
  expect((await desk.call('status')).code).toBe(1)
  await dismiss(desk, pageId)
  const quiet = await desk.call('status')
  expect({ how, code: quiet.code, failed: listOf(quiet.document, 'failed') }).toEqual({
    how,
    code: 0,
    failed: [],
  })
  expect(statesOf(desk, pageId)).toEqual(['failed_final'])
  // Nor is it a drift, and what was said on the board stays.
  const said = await board.row(pageId)
  const { code, document } = await desk.call('notion', 'diff')
  expect({ how, code, drifts: listOf(document, 'drifts') }).toEqual({ how, code: 0, drifts: [] })
  await desk.done('notion', 'sync', '--rebuild')
  expect(await board.row(pageId)).toEqual(said)
})

test('set to Cancelled when its next run was picked up and its row has not heard of that: the next run ends', async () => {
  const desk = await openDesk(office)
  const pageId = await board.add({ 'Task Name': 'Note', Description: briefThat('score=60') })
  await desk.done('poll', '--drain')
  expect(statesOf(desk, pageId)).toEqual(['waiting_human'])
  await board.tick(pageId)
  await board.arm({ type: 'status', status: 503 }, { method: 'PATCH', path: '/v1/pages/*' }, 1000)
  await desk.call('poll')
  await board.disarm()
  expect(statesOf(desk, pageId)).toEqual(['cancelled', 'queued'])
  await board.edit(pageId, { values: { Status: 'Cancelled' } })
  desk.clock.forward(3_600_000)
  await desk.done('deliver')
  expect(statesOf(desk, pageId)).toEqual(['cancelled', 'cancelled'])
  expect((await board.row(pageId)).cells).toMatchObject({ Status: 'Cancelled', Trigger: false })
})

/** A list of blocks whose cursor repeats. */
function endlessList(): Response {
  const list = {
    object: 'list',
    results: [],
    has_more: true,
    next_cursor: 'again',
    type: 'block',
    block: {},
  }
  return new Response(JSON.stringify(list), { headers: { 'content-type': 'application/json' } })
}

test('a page whose blocks have no end fails by itself, with the reason on its row; others are worked on', async () => {
  const desk = await openDesk(office)
  const endless = await board.add({ 'Task Name': 'Endless', Description: briefThat('score=95') })
  const good = await board.add({ 'Task Name': 'Good', Description: briefThat('score=95') })
  const odd = newDesk(office, {
    stateDir: desk.stateDir,
    clock: desk.clock,
    fetch: async (input, init) => {
      const { pathname } = new URL(input instanceof Request ? input.url : input)
      const isTheList = pathname === `/v1/blocks/${endless}/children` && bodyOf(init) === ''
      return isTheList ? endlessList() : fetch(input, init)
    },
  })
  await odd.done('poll', '--drain')
  expect(statesOf(desk, endless)).toEqual(['failed_final'])
  expect(statesOf(desk, good)).toEqual(['done'])
  const { cells } = await board.row(endless)
  expect(cells).toMatchObject({ Status: 'Failed-Final', Trigger: false })
  expect(cells['Notes']).toMatch(/cursor repeats/)
})

test('a brief that cannot be read any more when the work is done keeps no result from its page', async () => {
  const desk = await openDesk(office)
  const pageId = await board.add({ 'Task Name': 'Note', Description: briefThat('score=95') })
  let isWorkedOn = false
  const odd = newDesk(office, {
    stateDir: desk.stateDir,
    clock: desk.clock,
    fetch: async (input, init) => {
      const { pathname } = new URL(input instanceof Request ? input.url : input)
      if (pathname.endsWith('/chat/completions')) isWorkedOn = true
      const isTheList = pathname === `/v1/blocks/${pageId}/children` && bodyOf(init) === ''
      return isWorkedOn && isTheList ? endlessList() : fetch(input, init)
    },
  })
  await odd.done('poll', '--drain')
  const [container, ...more] = await board.containers(pageId)
  expect(container?.title).toMatch(/the brief was changed while/)
  expect(more).toEqual([])
})
