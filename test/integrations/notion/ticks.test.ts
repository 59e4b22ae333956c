/** A tick has an identity (SPEC §7): each one of the operator's is worked on once, none of ours is. */
import { beforeEach, expect, test } from 'vitest'
import { spawn } from '../../cli/support/run.ts'
import { dumpStore } from '../../support/books.ts'
import { bodyOf } from '../../support/held-fetch.ts'
import { briefThat } from '../../support/tasks.ts'
import type { Board } from './support/board.ts'
import { newDesk, openDesk, sharedOffice, type Desk } from './support/desk.ts'
import { expectBodyOnce, expectDelivered, logged, patchesOf, runsOf, statesOf } from './support/facts.ts'
import { whileWorking } from './support/while-working.ts'

const office = sharedOffice()
let board: Board

beforeEach(() => {
  board = office.board()
})

const PASSES = { 'Task Name': 'Note', Description: briefThat('score=95') }

/** Waits until the board shows the untick. */
async function untickedOnBoard(pageId: string): Promise<void> {
  await expect.poll(async () => (await board.row(pageId)).cells['Trigger'], { interval: 20 }).toBe(false)
}

/** Waits until the store knows that the untick arrived. */
async function confirmed(desk: Desk, pageId: string): Promise<void> {
  const sql = `SELECT confirmed FROM ticks WHERE page_id = '${pageId}'`
  await expect.poll(() => desk.rows<{ confirmed: number }>(sql)[0]?.confirmed, { interval: 20 }).toBe(1)
}

/** Each run of the page has its rows and its body, and nothing is left to do. */
async function expectRuns(desk: Desk, pageId: string, states: readonly string[]): Promise<void> {
  expect(statesOf(desk, pageId)).toEqual(states)
  expect((await board.row(pageId)).cells['Trigger']).toBe(false)
  for (const { id, state } of runsOf(desk, pageId)) {
    if (state !== 'done') continue
    await expectBodyOnce(desk, board, pageId, id)
    expect(await logged(board, id)).toEqual({ log: ['Processing', 'Success'], job: ['Done'] })
  }
  expectDelivered(desk)
}

test('ticked again while it is worked on: the next run', async () => {
  const desk = await openDesk(office)
  const pageId = await board.add(PASSES)
  const working = newDesk(office, {
    stateDir: desk.stateDir,
    fetch: whileWorking(async () => {
      await untickedOnBoard(pageId)
      await confirmed(desk, pageId)
      await board.tick(pageId)
    }),
  })
  await working.done('poll', '--drain')
  expect(statesOf(desk, pageId)).toEqual(['done'])
  expect((await board.row(pageId)).cells['Trigger']).toBe(true)
  await desk.done('poll', '--drain')
  await expectRuns(desk, pageId, ['done', 'done'])
  expect(await desk.done('poll', '--drain')).toMatchObject({ runs: [] })
})

test('ticked again before our untick is confirmed: the same tick', async () => {
  const desk = await openDesk(office)
  const pageId = await board.add(PASSES)
  await board.arm({ type: 'status', status: 503 }, { path: `/v1/pages/${pageId}`, method: 'PATCH' }, 3)
  await desk.call('poll', '--drain')
  expect((await board.row(pageId)).cells['Trigger']).toBe(true)
  await board.tick(pageId)
  expect(await desk.done('poll', '--drain')).toMatchObject({ notion: { picked: [] } })
  desk.clock.forward(3_600_000)
  await desk.done('deliver')
  await expectRuns(desk, pageId, ['done'])
  expect(await desk.done('poll', '--drain')).toMatchObject({ notion: { picked: [] } })
})

test.for([
  { name: 'with a Run ID on the row', without: [], values: { Trigger: true, Status: 'New' } },
  { name: 'without one, by the status', without: ['Run ID'], values: { Trigger: true } },
])('our untick arrived and its answer was lost: a new tick stands ($name)', async ({ without, values }) => {
  const desk = newDesk(office)
  await desk.done('init')
  if (without.length > 0) await dropColumns(desk, without)
  const pageId = await board.add(PASSES)
  await pollUnheard(desk, pageId)
  await board.edit(pageId, { values })
  desk.clock.forward(3_600_000)
  await desk.done('deliver')
  expect((await board.row(pageId)).cells['Trigger']).toBe(true)
  await desk.done('poll', '--drain')
  await expectRuns(desk, pageId, ['done', 'done'])
})

test.for([
  {
    word: 'a tick',
    request: 'false',
    values: { Trigger: true },
    directive: 'score=95',
    states: ['done', 'done'],
  },
  {
    word: 'a decision',
    request: 'Waiting Human',
    values: { Decision: 'Approve' },
    directive: 'score=60',
    states: ['done'],
  },
])(
  '$word that is made while our own write waits to be repeated stands',
  async ({ request, values, directive, states }) => {
    const desk = await openDesk(office)
    const pageId = await board.add({ 'Task Name': 'Note', Description: briefThat(directive) })
    const path = `/v1/pages/${pageId}`
    await board.arm({ type: 'lose-answer' }, { path, method: 'PATCH', bodyIncludes: request })
    let said = false
    const writer = newDesk(office, {
      stateDir: desk.stateDir,
      clock: desk.clock,
      fetch: async (input, init) => {
        try {
          return await fetch(input, init)
        } catch (error) {
          if (!said) await board.edit(pageId, { values })
          said = true
          throw error
        }
      },
    })
    await writer.call('poll', '--drain')
    expect(said).toBe(true)
    desk.clock.forward(3_600_000)
    await desk.done('deliver')
    await desk.done('poll', '--drain')
    await expectRuns(desk, pageId, states)
  },
)

/**
 * A poll whose untick arrives, while its answer and every look at the page after it are lost: so it waits for a later
 * pass.
 */
async function pollUnheard(desk: Desk, pageId: string): Promise<void> {
  let isCut = false
  const cut = newDesk(office, {
    stateDir: desk.stateDir,
    clock: desk.clock,
    fetch: async (input, init) => {
      const { pathname } = new URL(input instanceof Request ? input.url : input)
      if (pathname !== `/v1/pages/${pageId}`) return fetch(input, init)
      if (isCut) throw new TypeError('the connection is gone')
      isCut = init?.method === 'PATCH' && bodyOf(init).includes('"checkbox":false')
      const answer = await fetch(input, init)
      if (isCut) throw new TypeError('the connection is gone')
      return answer
    },
  })
  await cut.call('poll', '--drain')
  expect(isCut).toBe(true)
  expect((await board.row(pageId)).cells['Trigger']).toBe(false)
}

/** Takes columns off the queue, and lets the program notice. */
async function dropColumns(desk: Desk, names: readonly string[]): Promise<void> {
  const properties = Object.fromEntries(names.map(name => [name, null]))
  await board.api('PATCH', `data_sources/${await board.sourceId('Automation Queue')}`, { properties })
  await desk.done('init')
}

test('our untick arrived, its answer was lost, and reading the page back is throttled: a new tick still stands', async () => {
  const desk = await openDesk(office)
  const pageId = await board.add(PASSES)
  await pollUnheard(desk, pageId)
  await board.tick(pageId)
  desk.clock.forward(3_600_000)
  await board.arm(
    { type: 'rate-limit', retryAfterSeconds: 30 },
    { path: `/v1/pages/${pageId}`, method: 'GET' },
  )
  await desk.call('deliver')
  desk.clock.forward(3_600_000)
  await desk.done('deliver')
  expect((await board.row(pageId)).cells['Trigger']).toBe(true)
  await desk.done('poll', '--drain')
  await expectRuns(desk, pageId, ['done', 'done'])
})

test.for([
  { directive: 'score=60', first: 'waiting_human', env: {}, shown: 'Waiting Human' },
  { directive: 'score=95', first: 'held', env: { ECHOPILOT_BUDGET_DAY_USD: '0.0001' }, shown: 'Held' },
])('ticked again on $shown: that run is closed as superseded', async ({ directive, first, env, shown }) => {
  const desk = await openDesk(office, { env })
  const pageId = await board.add({ 'Task Name': 'Note', Description: briefThat(directive) })
  await desk.done('poll', '--drain')
  expect(statesOf(desk, pageId)).toEqual([first])
  expect((await board.row(pageId)).cells['Status']).toBe(shown)
  await board.edit(pageId, { values: { Trigger: true, Description: briefThat('score=95') } })
  const unbound = newDesk(office, { stateDir: desk.stateDir })
  await unbound.done('poll', '--drain')
  await expectRuns(unbound, pageId, ['cancelled', 'done'])
  const [closed] = runsOf(unbound, pageId)
  expect(closed?.reason).toBe('superseded by a new tick')
  expect(await logged(board, closed?.id ?? '')).toEqual({
    log: ['Processing', 'Warning'],
    job: ['Cancelled'],
  })
})

test.for([
  { what: 'cut', action: { type: 'cut' } },
  { what: 'answered 500', action: { type: 'status', status: 500 } },
  { what: 'answered 409', action: { type: 'conflict' } },
  { what: 'answered 529', action: { type: 'overloaded', retryAfterSeconds: 1 } },
])(
  'the untick is $what again and again: it is sent until it arrives, and the work is done once',
  async ({ action }) => {
    const desk = await openDesk(office)
    const pageId = await board.add(PASSES)
    await board.arm(action, { path: `/v1/pages/${pageId}`, method: 'PATCH' }, 6)
    expect((await desk.call('poll', '--drain')).code).toBe(3)
    for (let passes = 0; passes < 3; passes += 1) {
      desk.clock.forward(3_600_000)
      await desk.call('poll', '--drain')
    }
    await expectRuns(desk, pageId, ['done'])
  },
)

test('the untick is refused for good: the work is done once, and a later poll unticks', async () => {
  const desk = await openDesk(office)
  const pageId = await board.add(PASSES)
  await board.arm(
    { type: 'status', status: 400 },
    { path: `/v1/pages/${pageId}`, method: 'PATCH', bodyIncludes: 'false' },
  )
  expect((await desk.call('poll', '--drain')).code).toBe(3)
  expect(statesOf(desk, pageId)).toEqual(['done'])
  await desk.call('poll', '--drain')
  expect((await board.row(pageId)).cells).toMatchObject({ Trigger: false, Status: 'Done' })
  expect(statesOf(desk, pageId)).toEqual(['done'])
  // From then on a tick is a new one.
  await board.tick(pageId)
  await desk.done('poll', '--drain')
  expect(statesOf(desk, pageId)).toEqual(['done', 'done'])
})

test('cancelled by hand just before a late untick is sent: unticked all the same, and not picked up again', async () => {
  const desk = await openDesk(office)
  const pageId = await board.add({ 'Task Name': 'Note', Description: briefThat('score=60') })
  const match = { path: `/v1/pages/${pageId}`, method: 'PATCH', bodyIncludes: 'false' }
  await board.arm({ type: 'status', status: 400 }, match)
  const working = newDesk(office, {
    stateDir: desk.stateDir,
    clock: desk.clock,
    fetch: whileWorking(async () => {
      const dead = (): unknown[] => desk.rows(`SELECT id FROM effects WHERE state = 'dead'`)
      await expect.poll(() => dead().length, { interval: 20 }).toBeGreaterThan(0)
    }),
  })
  await working.call('poll', '--drain')
  expect((await board.row(pageId)).cells).toMatchObject({ Status: 'Waiting Human', Trigger: true })
  const canceller = newDesk(office, {
    stateDir: desk.stateDir,
    clock: desk.clock,
    fetch: async (input, init) => {
      const answer = await fetch(input, init)
      if (bodyOf(init).includes('checkbox')) await board.edit(pageId, { values: { Status: 'Cancelled' } })
      return answer
    },
  })
  await canceller.done('poll', '--drain')
  await desk.done('poll', '--drain')
  expect((await board.row(pageId)).cells).toMatchObject({ Status: 'Cancelled', Trigger: false })
  expect(statesOf(desk, pageId)).toEqual(['cancelled'])
})

test('a second poll says who picks up, works on beside the first, and ends with 0', async () => {
  const desk = await openDesk(office)
  const pageId = await board.add(PASSES)
  await board.arm({ type: 'delay', ms: 1_500 }, { path: `/v1/data_sources/*` })
  const local = await desk.done(
    'task',
    'add',
    '--type',
    'Drafting',
    '--title',
    'Local',
    'Say hello to the bakery on Mill Road.',
  )
  const env = desk.env
  const first = spawn(['--state-dir', desk.stateDir, 'poll', '--drain', '--json'], { env })
  await expect.poll(() => desk.rows('SELECT owner FROM locks').length, { interval: 10 }).toBe(1)
  const [{ owner } = { owner: '' }] = desk.rows<{ owner: string }>('SELECT owner FROM locks')
  const pid = owner.split('/')[2]
  const second = await desk.call('poll', '--drain')
  expect(second).toMatchObject({ code: 0, err: '' })
  expect(second.document).toMatchObject({
    notion: { busy: `pid ${pid} on this machine`, picked: [] },
    runs: [{ taskId: local['taskId'], status: 'Done' }],
  })
  expect(await desk.read('poll')).toMatchObject({ code: 0, out: /another process is picking up/ })
  expect(await first).toMatchObject({ code: 0, stderr: '' })
  await expectRuns(desk, pageId, ['done'])
})

test('two polls at once on many rows: each is done once', async () => {
  const desk = await openDesk(office)
  await board.add({ ...PASSES, 'Task Name': 'Note {n}' }, { count: 8 })
  const words = ['--state-dir', desk.stateDir, 'poll', '--drain', '--json']
  const ends = await Promise.all([1, 2].map(async () => spawn(words, { env: desk.env })))
  expect(ends.map(({ code }) => code)).toEqual([0, 0])
  await desk.done('poll', '--drain')
  expect(
    runsOf(desk)
      .map(({ title, state }) => `${title} ${state}`)
      .toSorted(),
  ).toEqual(Array.from({ length: 8 }, (_, index) => `Note ${String(index + 1)} done`))
  for (const { id, page_id } of runsOf(desk)) {
    await expectBodyOnce(desk, board, page_id, id)
    expect(await logged(board, id)).toEqual({ log: ['Processing', 'Success'], job: ['Done'] })
  }
})

/** A desk on whose board something happens just after the ticked rows were listed, once. */
async function afterListing(desk: Desk, act: () => Promise<void>): Promise<Desk> {
  let acted = false
  return newDesk(office, {
    stateDir: desk.stateDir,
    clock: desk.clock,
    fetch: async (input, init) => {
      const answer = await fetch(input, init)
      const { pathname } = new URL(input instanceof Request ? input.url : input)
      if (acted || !pathname.endsWith('/query') || !bodyOf(init).includes('checkbox')) return answer
      acted = true
      await act()
      return answer
    },
  })
}

test('unticked by hand after it was listed, on a page that was worked on before: not picked up', async () => {
  const desk = await openDesk(office)
  const pageId = await board.add(PASSES)
  await desk.done('poll', '--drain')
  const before = await patchesOf(board, pageId)
  await board.tick(pageId)
  const late = await afterListing(desk, async () => board.edit(pageId, { values: { Trigger: false } }))
  expect(await late.done('poll', '--drain')).toMatchObject({ runs: [], notion: { picked: [] } })
  expect(await patchesOf(board, pageId)).toEqual(before)
})

test('unticked by hand long after it was listed, before its turn came: not picked up', async () => {
  const desk = await openDesk(office)
  const first = await board.add(PASSES, { created_time: '2026-11-01T09:00:00Z' })
  const second = await board.add(PASSES, { created_time: '2026-11-02T09:00:00Z' })
  let isFirst = true
  const slow = newDesk(office, {
    stateDir: desk.stateDir,
    clock: desk.clock,
    fetch: async (input, init) => {
      const { pathname } = new URL(input instanceof Request ? input.url : input)
      if (isFirst && pathname === `/v1/blocks/${first}/children`) {
        isFirst = false
        await board.edit(second, { values: { Trigger: false } })
        desk.clock.forward(11_000)
      }
      return fetch(input, init)
    },
  })
  expect(await slow.done('poll', '--drain')).toMatchObject({ notion: { picked: [{ pageId: first }] } })
  expect(statesOf(desk, second)).toEqual([])
})

/** Until the program has looked for ticks this often, and is done with it. */
async function lookedForTicks(desk: Desk, looks: readonly string[], times: number): Promise<void> {
  await expect.poll(() => looks.length, { interval: 20 }).toBe(times)
  await expect.poll(() => desk.rows('SELECT name FROM locks'), { interval: 20 }).toEqual([])
}

test('--limit holds for all that one poll picks up, beside the work too', async () => {
  const desk = await openDesk(office)
  const looks: string[] = []
  const slow = newDesk(office, {
    stateDir: desk.stateDir,
    clock: desk.clock,
    fetch: async (input, init) => {
      const { pathname } = new URL(input instanceof Request ? input.url : input)
      if (pathname.endsWith('/query') && bodyOf(init).includes('checkbox')) looks.push(pathname)
      if (looks.length === 1 && pathname.endsWith('/chat/completions')) {
        for (let rows = 0; rows < 2; rows += 1) await board.add(PASSES)
        desk.clock.forward(61_000)
        await lookedForTicks(desk, looks, 2)
      }
      return fetch(input, init)
    },
  })
  await board.add(PASSES)
  const { notion } = await slow.done('poll', '--drain', '--limit', '2')
  expect(looks).toHaveLength(2)
  expect(notion).toMatchObject({ picked: [{ title: 'Note' }, { title: 'Note' }] })
  expect(statesOf(desk)).toEqual(['done', 'done'])
})

test('--dry-run tells rows and at most their cost, and changes nothing anywhere', async () => {
  const desk = await openDesk(office)
  await board.add(PASSES, { created_time: '2026-11-01T09:00:00Z' })
  await board.add({ 'Task Name': 'Empty' })
  const { rate_buckets: _, ...before } = dumpStore(desk.storeFile)
  const written = await board.writes()
  const planned = await desk.done('poll', '--drain', '--dry-run')
  expect(planned).toMatchObject({
    dryRun: true,
    notion: {
      picked: [
        { title: 'Note', runId: null },
        { title: 'Empty', atMostUsd: '0.000000' },
      ],
    },
  })
  expect(JSON.stringify(planned)).toMatch(/"title":"Note","atMostUsd":"0\.[0-9]*[1-9]/)
  // How fast Notion may be asked is shared by all processes: only that is written.
  const { rate_buckets: __, ...after } = dumpStore(desk.storeFile)
  expect(after).toEqual(before)
  expect(await board.writes()).toEqual(written)
})
