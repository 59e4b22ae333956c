/** Writes that Notion refuses for good: they are named, block nothing else, and come back with what they need. */
import { beforeEach, expect, test } from 'vitest'
import { AppError } from '../../../src/kernel/errors.ts'
import { LOOK_AGAIN_MS, LOOK_RARELY_MS } from '../../../src/domain/retry-schedule.ts'
import { listOf } from '../../support/document.ts'
import { briefThat } from '../../support/tasks.ts'
import type { Board } from './support/board.ts'
import { newDesk, openDesk, sharedOffice, type Desk } from './support/desk.ts'
import { expectBodyOnce, expectDelivered, logged, runsOf, statesOf, textLike } from './support/facts.ts'

const office = sharedOffice()
let board: Board

beforeEach(() => {
  board = office.board()
})

const PASSES = { 'Task Name': 'Note', Description: briefThat('score=95') }
const APPENDS = { method: 'PATCH', path: '/v1/blocks/*' }

interface Dead {
  readonly id: string
  readonly kind: string
  readonly state: string
  readonly cause: string | null
}

function deadOf(desk: Desk): Dead[] {
  return desk.rows(
    `SELECT id, kind, state, cause FROM effects WHERE state IN ('dead', 'dismissed') ORDER BY seq`,
  )
}

/** Delivers until nothing is due any more, with time in between. */
async function deliverAll(desk: Desk, passes = 4): Promise<void> {
  for (let pass = 0; pass < passes; pass += 1) {
    desk.clock.forward(1_000_000)
    await desk.call('deliver')
  }
}

/** A task whose result cannot be written into its page, whatever is tried. */
async function withoutBody(desk: Desk): Promise<{ pageId: string; runId: string; effectId: string }> {
  const pageId = await board.add(PASSES)
  await board.arm({ type: 'status', status: 400 }, APPENDS, 1000)
  await desk.call('poll', '--drain')
  await deliverAll(desk)
  await board.disarm()
  const [dead] = deadOf(desk)
  expect(deadOf(desk)).toEqual([{ id: dead?.id, kind: 'body', state: 'dead', cause: 'refused' }])
  return { pageId, runId: runsOf(desk, pageId)[0]?.id ?? '', effectId: dead?.id ?? '' }
}

async function expectWhole(desk: Desk, pageId: string): Promise<void> {
  const [run] = runsOf(desk, pageId)
  await expectBodyOnce(desk, board, pageId, run?.id ?? '')
  expect((await board.row(pageId)).cells).toMatchObject({ Status: 'Done', Trigger: false, 'QA Score': 95 })
  expect(await logged(board, run?.id ?? '')).toEqual({ log: ['Processing', 'Success'], job: ['Done'] })
  expectDelivered(desk)
  expect(await desk.done('notion', 'diff')).toMatchObject({ drifts: [], dead: [] })
}

test.for([
  { status: 404, skip: 0 },
  { status: 404, skip: 1 },
  { status: 400, skip: 1 },
])('a single $status while the result is written loses nothing', async ({ status, skip }) => {
  const desk = await openDesk(office)
  const pageId = await board.add(PASSES)
  await board.arm({ type: 'status', status }, { ...APPENDS, skip })
  await desk.call('poll', '--drain')
  await deliverAll(desk)
  await expectWhole(desk, pageId)
})

test.for([
  { what: 'properties of a page', match: { method: 'PATCH', path: '/v1/pages/*' } },
  { what: 'a row of a log', match: { method: 'POST', path: '/v1/pages' } },
])('a 404 for $what, though it is there, is tried again', async ({ match }) => {
  const desk = await openDesk(office)
  const pageId = await board.add(PASSES)
  await board.arm({ type: 'status', status: 404 }, match)
  await desk.call('poll', '--drain')
  expect(deadOf(desk)).toEqual([])
  await deliverAll(desk)
  await expectWhole(desk, pageId)
})

test.for([
  { what: 'is not shown for a moment', times: 2, rows: 1 },
  { what: 'stays away', times: 1000, rows: 2 },
])('a row of a log that $what: $rows in the end', async ({ times, rows }) => {
  const desk = await openDesk(office)
  const pageId = await board.add({ 'Task Name': 'Note', Description: briefThat('score=60') })
  await desk.done('poll', '--drain')
  const [job] = await board.rows('Job Log')
  // The write and the look at what was refused.
  await board.arm({ type: 'status', status: 404 }, { path: `/v1/pages/${job?.id ?? ''}` }, times)
  await board.edit(pageId, { values: { Decision: 'Approve' } })
  await desk.call('poll', '--drain')
  await deliverAll(desk)
  await board.disarm()
  const statuses = (await board.rows('Job Log')).map(({ cells }) => cells['Status'])
  expect(statuses.filter(status => status === 'Done')).toHaveLength(1)
  expect(statuses).toHaveLength(rows)
  expectDelivered(desk)
})

test('a container that is not shown for a moment makes way for the next version', async () => {
  const desk = await openDesk(office)
  const pageId = await board.add({ 'Task Name': 'Note', Description: briefThat('score=60') })
  await desk.done('poll', '--drain')
  const [container] = await board.containers(pageId)
  await board.arm(
    { type: 'status', status: 404 },
    { method: 'DELETE', path: `/v1/blocks/${container?.id ?? ''}` },
  )
  await board.edit(pageId, { values: { Decision: 'Return' } })
  await desk.call('poll', '--drain')
  await deliverAll(desk)
  await expectBodyOnce(desk, board, pageId, runsOf(desk, pageId)[0]?.id ?? '')
  expectDelivered(desk)
})

test('a result that is refused is named everywhere, stops nothing else, and is written by a retry', async () => {
  const desk = await openDesk(office)
  const { pageId, effectId } = await withoutBody(desk)
  // What came after it went on.
  expect((await board.row(pageId)).cells).toMatchObject({ Status: 'Done', 'QA Score': 95 })
  expect(await board.containers(pageId)).toEqual([])

  const status = await desk.call('status')
  expect(status.code).toBe(1)
  const named = {
    id: effectId,
    title: 'Note',
    state: 'dead',
    reason: textLike(/400/),
    next: textLike(/effect retry/),
  }
  expect(listOf(status.document, 'dead')).toEqual([expect.objectContaining(named)])
  expect((await desk.read('status')).out.replaceAll(/\s+/g, ' ')).toMatch(
    new RegExp(`next: echopilot .*effect retry ${effectId}, or`),
  )
  expect(listOf(await desk.done('effect', 'list'), 'effects')).toMatchObject([named])
  expect(await desk.done('effect', 'show', effectId.slice(0, 20))).toMatchObject({
    effect: named,
    says: { kind: 'body' },
  })
  const diff = await desk.call('notion', 'diff')
  expect(diff.code).toBe(1)
  expect(diff.document).toMatchObject({
    drifts: [{ title: 'Note', what: 'result', notion: 'missing', mendable: true }],
    dead: [named],
  })
  expect((await desk.read('deliver')).out).toMatch(
    /1 can never be delivered as things are: echopilot .*effect list/,
  )

  expect(await desk.done('effect', 'retry', effectId, '--dry-run')).toMatchObject({
    dryRun: true,
    state: 'dead',
  })
  expect(deadOf(desk)).toHaveLength(1)
  expect(await desk.done('effect', 'retry', effectId)).toMatchObject({ before: 'dead', state: 'pending' })
  await desk.done('deliver')
  await expectWhole(desk, pageId)
  expect(await desk.call('effect', 'retry', effectId)).toMatchObject({ code: 65 })
  expect((await desk.call('status')).code).toBe(0)
})

test('an Approve waits until the text that it would approve stands in the page', async () => {
  const desk = await openDesk(office)
  const pageId = await board.add({ 'Task Name': 'Note', Description: briefThat('score=60') })
  await desk.done('poll', '--drain')
  const [{ id: runId } = { id: '' }] = runsOf(desk, pageId)
  await board.arm({ type: 'status', status: 400 }, APPENDS, 1000)
  await desk.done('task', 'return', runId, '--note', 'shorter')
  await desk.call('poll', '--drain')
  await deliverAll(desk)
  await board.disarm()
  expect(deadOf(desk)).toMatchObject([{ kind: 'body' }])
  await board.edit(pageId, { values: { Decision: 'Approve' } })
  expect(await desk.done('poll')).toMatchObject({ notion: { decided: 0 } })
  expect(statesOf(desk, pageId)).toEqual(['waiting_human'])
  await desk.done('effect', 'retry', deadOf(desk)[0]?.id ?? '')
  await desk.done('deliver')
  expect(await desk.done('poll')).toMatchObject({ notion: { decided: 1 } })
  expect(statesOf(desk, pageId)).toEqual(['done'])
})

test('notion sync --rebuild writes a result that was refused', async () => {
  const desk = await openDesk(office)
  const { pageId } = await withoutBody(desk)
  expect(await desk.done('notion', 'sync', '--rebuild', '--dry-run')).toMatchObject({ revived: 1, pages: 1 })
  expect(deadOf(desk)).toHaveLength(1)
  expect(await desk.done('notion', 'sync', '--rebuild')).toMatchObject({ revived: 1, failed: [], dead: 0 })
  await expectWhole(desk, pageId)
})

test('what notion sync --rebuild delivers in its second pass has not failed', async () => {
  const desk = await openDesk(office)
  const pageId = await board.add(PASSES)
  await desk.done('poll')
  await desk.done('process')
  await board.arm({ type: 'status', status: 503 }, { method: 'PATCH', path: '/v1/pages/*' }, 1000)
  const between = newDesk(office, {
    stateDir: desk.stateDir,
    clock: desk.clock,
    fetch: async (input, init) => {
      const { pathname } = new URL(input instanceof Request ? input.url : input)
      if (pathname.startsWith('/v1/data_sources/')) {
        await board.disarm()
        desk.clock.forward(60_000)
      }
      return fetch(input, init)
    },
  })
  expect(await between.done('notion', 'sync', '--rebuild')).toMatchObject({ failed: [], pending: 0 })
  expect((await board.row(pageId)).cells['Status']).toBe('QA')
})

test('a page whose reading is refused is not called gone', async () => {
  const desk = await openDesk(office)
  const pageId = await board.add(PASSES)
  await desk.done('poll', '--drain')
  await board.arm({ type: 'status', status: 400 }, { method: 'GET', path: `/v1/pages/${pageId}` })
  const { code, document } = await desk.call('notion', 'diff')
  expect(code).toBe(1)
  expect(listOf(document, 'drifts')).toMatchObject([
    { what: 'page', notion: textLike(/^not to be read: .*400/) },
  ])
})

test('the result of a next run is written though the one before was refused', async () => {
  const desk = await openDesk(office)
  const { pageId } = await withoutBody(desk)
  await board.tick(pageId)
  await desk.call('poll', '--drain')
  const [first, second] = runsOf(desk, pageId)
  await expectBodyOnce(desk, board, pageId, second?.id ?? '')
  await desk.done('notion', 'sync', '--rebuild')
  await expectBodyOnce(desk, board, pageId, first?.id ?? '')
  expectDelivered(desk)
})

test('what was dismissed is no alarm and no drift, and can still be written', async () => {
  const desk = await openDesk(office)
  const { pageId, effectId } = await withoutBody(desk)
  expect(await desk.done('effect', 'dismiss', effectId)).toMatchObject({ before: 'dead', state: 'dismissed' })
  expect(deadOf(desk)).toMatchObject([{ state: 'dismissed' }])
  expect((await desk.call('status')).code).toBe(0)
  expect(await desk.done('notion', 'diff')).toMatchObject({ drifts: [], dead: [] })
  expect(await desk.done('notion', 'sync', '--rebuild')).toMatchObject({ revived: 0, pages: 0 })
  expect(await board.containers(pageId)).toEqual([])
  expect(await desk.done('effect', 'dismiss', effectId)).toMatchObject({ before: 'dismissed' })
  await desk.done('effect', 'retry', effectId)
  await desk.done('deliver')
  await expectWhole(desk, pageId)
})

const AWAY: readonly {
  how: string
  leave: (id: string) => Promise<void>
  back: (id: string) => Promise<void>
}[] = [
  {
    how: 'not shared',
    leave: async id => {
      for (const path of [`/v1/pages/${id}`, `/v1/blocks/${id}/children`]) {
        await board.arm({ type: 'status', status: 404 }, { path }, 1000)
      }
    },
    back: async () => board.disarm(),
  },
  {
    how: 'in the trash',
    leave: async id => board.edit(id, { in_trash: true }),
    back: async id => board.edit(id, { in_trash: false }),
  },
]

test.for(AWAY)(
  'a page that is $how while its result is due gets it when it is back',
  async ({ leave, back }) => {
    const desk = await openDesk(office)
    const pageId = await board.add(PASSES)
    await desk.done('poll')
    // The whole run is worked on while nothing can be written to its page.
    await desk.call('process')
    await desk.call('qa')
    expect(statesOf(desk, pageId)).toEqual(['done'])
    await leave(pageId)
    await deliverAll(desk)
    expect([...new Set(deadOf(desk).map(({ cause }) => cause))]).toEqual(['target'])
    const { document } = await desk.call('status')
    expect(listOf(document, 'dead')[0]?.['reason']).toMatch(
      /^the page is (?:in the trash|gone, or no longer shared)/,
    )
    expect(listOf(document, 'dead')[0]?.['next']).toMatch(/restore it, or share it/)
    await back(pageId)
    desk.clock.forward(LOOK_AGAIN_MS)
    await desk.done('deliver')
    await expectWhole(desk, pageId)
  },
)

test('a store that fails while a place is looked at is said, and is no trouble of Notion', async () => {
  const desk = await openDesk(office)
  const pageId = await board.add(PASSES)
  await desk.done('poll')
  await desk.call('process')
  await board.edit(pageId, { in_trash: true })
  await deliverAll(desk)
  expect(deadOf(desk).length).toBeGreaterThan(0)
  await board.edit(pageId, { in_trash: false })
  desk.clock.forward(LOOK_RARELY_MS)
  const full = newDesk(office, {
    stateDir: desk.stateDir,
    clock: desk.clock,
    wrapStore: store => ({
      ...store,
      effects: {
        ...store.effects,
        revive: async () => Promise.reject(new AppError('store', 'the disk is full', 'free some space')),
      },
    }),
  })
  const { code, err } = await full.call('deliver')
  expect({ code, err }).toEqual({ code: 74, err: textLike(/the disk is full/) })
})

test('a log whose database is away gets its rows when it is back', async () => {
  const desk = await openDesk(office)
  const log = await board.sourceId('Automation Log')
  const [{ database_id: database } = { database_id: '' }] = desk.rows<{ database_id: string }>(
    `SELECT database_id FROM notion_databases WHERE key = 'log'`,
  )
  await board.arm({ type: 'status', status: 404 }, { path: '/v1/pages', bodyIncludes: log }, 1000)
  await board.arm({ type: 'status', status: 404 }, { path: `/v1/data_sources/${log}*` }, 1000)
  await board.arm({ type: 'status', status: 404 }, { path: `/v1/databases/${database}` }, 1000)
  const pages = [await board.add(PASSES), await board.add(PASSES)]
  await desk.call('poll', '--drain')
  await deliverAll(desk, 2)
  expect(deadOf(desk).map(({ kind, cause }) => ({ kind, cause }))).toEqual(
    Array.from({ length: 4 }, () => ({ kind: 'log', cause: 'target' })),
  )
  await board.disarm()
  desk.clock.forward(LOOK_AGAIN_MS)
  // What may have been made is looked for twice, 10 s apart; the two rows of a run go in order.
  for (let pass = 0; pass < 5; pass += 1) {
    await desk.call('deliver')
    desk.clock.forward(11_000)
  }
  for (const pageId of pages) await expectWhole(desk, pageId)
})

test('pages that stay away cost a bounded number of requests, later on once a day', async () => {
  const seen: string[] = []
  const desk = await openDesk(office)
  const watched = newDesk(office, {
    stateDir: desk.stateDir,
    clock: desk.clock,
    fetch: async (input, init) => {
      seen.push(new URL(input instanceof Request ? input.url : input).pathname)
      return fetch(input, init)
    },
  })
  const pages: string[] = []
  for (let count = 0; count < 5; count += 1) pages.push(await board.add(PASSES))
  await desk.done('poll')
  for (const pageId of pages) await board.edit(pageId, { in_trash: true })
  for (const { id } of desk.rows<{ id: string }>('SELECT id FROM tasks'))
    await desk.done('task', 'cancel', id)
  await desk.call('deliver')
  expect(deadOf(desk).length).toBeGreaterThanOrEqual(5)
  await watched.call('deliver')
  expect(seen).toEqual([])
  desk.clock.forward(LOOK_AGAIN_MS)
  const looks: number[] = []
  for (let pass = 0; pass < 3; pass += 1) {
    seen.length = 0
    await watched.call('deliver')
    looks.push(seen.length)
  }
  // Nobody misses what is not written to them.
  for (const ms of [LOOK_AGAIN_MS, LOOK_RARELY_MS]) {
    desk.clock.forward(ms)
    seen.length = 0
    await watched.call('deliver')
    looks.push(seen.length)
  }
  expect(looks).toEqual([3, 2, 0, 0, 3])
})

test('a write that comes back writes nothing over what was said after it', async () => {
  const desk = await openDesk(office)
  const pageId = await board.add(PASSES)
  // The state at the beginning is refused, the outcome is not.
  await board.arm(
    { type: 'status', status: 400 },
    { method: 'PATCH', path: `/v1/pages/${pageId}`, bodyIncludes: 'Queued' },
    1,
  )
  await desk.call('poll')
  const [dead] = deadOf(desk)
  expect(dead).toMatchObject({ kind: 'page', cause: 'refused' })
  expect((await desk.read('effect', 'show', dead?.id ?? '')).out).toMatch(/tried 1 time,/)
  await board.disarm()
  await desk.call('poll', '--drain')
  await deliverAll(desk)
  await desk.call('effect', 'retry', dead?.id ?? '')
  await desk.call('deliver')
  await expectWhole(desk, pageId)
})

test('beside work, pages that stay away take no requests from it', async () => {
  const desk = await openDesk(office)
  await board.add(PASSES, { count: 8 })
  await desk.done('poll')
  for (const { page_id: pageId } of runsOf(desk)) await board.edit(pageId, { in_trash: true })
  for (const { id } of desk.rows<{ id: string }>('SELECT id FROM tasks'))
    await desk.done('task', 'cancel', id)
  await desk.call('deliver')
  desk.clock.forward(LOOK_AGAIN_MS)
  await desk.done('task', 'add', briefThat('score=95'))
  let looks = 0
  let claims = 0
  let isWorking = false
  const fewPasses = Promise.withResolvers<void>()
  const busy = newDesk(office, {
    stateDir: desk.stateDir,
    clock: desk.clock,
    fetch: async (input, init) => {
      const { pathname } = new URL(input instanceof Request ? input.url : input)
      if (pathname.startsWith('/v1/pages/')) looks += 1
      if (pathname.endsWith('/chat/completions')) {
        isWorking = true
        await fewPasses.promise
      }
      return fetch(input, init)
    },
    wrapStore: store => ({
      ...store,
      outbox: {
        ...store.outbox,
        claim: async (service, passing) => {
          if (isWorking) claims += 1
          if (claims === 12) fewPasses.resolve()
          return store.outbox.claim(service, passing)
        },
      },
    }),
  })
  await busy.done('poll', '--drain')
  expect(looks).toBe(3)
})
