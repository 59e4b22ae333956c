/** What a row and an idle poll cost in requests to Notion: at its rate, that is the throughput. */
import { EFFECT_KINDS } from '../../../src/integrations/index.ts'
import { beforeEach, expect, test } from 'vitest'
import { openStore } from '../../../src/store/index.ts'
import { realClock, realFiles, realRandom } from '../../../src/kernel/real-world.ts'
import { fakeMachine } from '../../support/fake-machine.ts'
import { briefThat } from '../../support/tasks.ts'
import { aPage, aRun } from '../../support/store.ts'
import { isObjectList } from '../../sandbox/support/wire.ts'
import type { Board } from './support/board.ts'
import { newDesk, openDesk, sharedOffice, type Desk } from './support/desk.ts'
import { expectDelivered, statesOf } from './support/facts.ts'

const office = sharedOffice()
let board: Board

beforeEach(() => {
  board = office.board()
})

const PASSES = { 'Task Name': 'Note {n}', Description: briefThat('score=95') }

/** A desk that keeps what is asked of Notion: the method and the path, without ids. */
function counting(desk: Desk, env: Readonly<Record<string, string>> = {}): { desk: Desk; asked: string[] } {
  const asked: string[] = []
  const notion = office.url('notion')
  const counted = newDesk(office, {
    stateDir: desk.stateDir,
    // How old a look at a row is does not hang on how busy the machine is.
    clock: { ...desk.clock, monotonicMs: () => 0 },
    env,
    fetch: async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input)
      if (url.href.startsWith(notion)) {
        asked.push(`${init?.method ?? 'GET'} ${url.pathname.replaceAll(/[0-9a-f-]{32,36}/g, 'ID')}`)
      }
      return fetch(input, init)
    },
  })
  return { desk: counted, asked }
}

/** How often each was asked; looks at rows that are worked on, and lists of ticked rows, are shared by all rows. */
function countsOf(asked: readonly string[]): { own: number; shared: number; each: string } {
  const isShared = (line: string): boolean => line.endsWith('/query') || line.startsWith('GET /v1/pages/')
  const each = Object.entries(Object.groupBy(asked, line => line)).map(([line, all]) => [line, all?.length])
  const shared = asked.filter(isShared).length
  return { own: asked.length - shared, shared, each: JSON.stringify(each) }
}

test('a row that is alone costs at most 10 requests, looks at it apart', async () => {
  const { desk, asked } = counting(await openDesk(office))
  await board.add(PASSES)
  await desk.done('poll', '--drain')
  expect(statesOf(desk)).toEqual(['done'])
  expectDelivered(desk)
  const { own, shared, each } = countsOf(asked)
  expect(own, each).toBeLessThanOrEqual(9)
  expect(shared, each).toBeLessThanOrEqual(6)
})

test('a row costs at most 7 requests in a burst, what is shared by all rows apart', async () => {
  const { desk, asked } = counting(await openDesk(office), { ECHOPILOT_NOTION_REQUESTS_PER_SECOND: '3' })
  const rows = 12
  await board.add(PASSES, { count: rows })
  await desk.done('poll', '--drain')
  expect(statesOf(desk)).toEqual(Array.from({ length: rows }, () => 'done'))
  expectDelivered(desk)
  const { own, shared, each } = countsOf(asked)
  expect(own / rows, each).toBeLessThanOrEqual(7)
  expect(shared / rows, each).toBeLessThanOrEqual(1)
})

/** Queued runs of these pages, their unticks confirmed, written into the store. */
async function withRuns(desk: Desk, pageIds: readonly string[]): Promise<void> {
  const store = openStore({
    kinds: EFFECT_KINDS,
    path: desk.storeFile,
    world: {
      clock: realClock(),
      random: realRandom(),
      files: realFiles(),
      processes: fakeMachine().process('filler'),
    },
    commit: 'c0ffee000000',
    actor: 'tester',
    programVersion: '0.0.0-test',
  })
  const picked = pageIds.map(async (pageId, at) =>
    store.pickUps.pickUp({ ...aPage(pageId), title: `Row ${String(at)}` }, aRun({ cause: 'tick' })),
  )
  await Promise.all(picked)
  for (let effects = await store.outbox.claim('notion', 'all'); effects.length > 0;)
    effects = await store.outbox.done(effects, null, 'all')
  store.close()
}

test.for([0, 10, 10_000])('an idle poll beside %i queued rows costs a handful of requests', async count => {
  const opened = await openDesk(office)
  const pageIds = Array.from(
    { length: count },
    (_, at) => `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`,
  )
  await withRuns(opened, pageIds)
  const { desk, asked } = counting(opened)
  for (let polls = 0; polls < 2; polls += 1) {
    await desk.done('poll')
    // Ticks, what is said, the next hundred rows; and a few rows that no query shows.
    expect(asked.splice(0).length).toBeLessThanOrEqual(count === 0 ? 1 : 8)
  }
})

/** All rows of the queue, oldest first. */
async function queueRows(): Promise<string[]> {
  const path = `data_sources/${await board.sourceId('Automation Queue')}/query`
  const sorts = [{ timestamp: 'created_time', direction: 'ascending' }]
  const ids: string[] = []
  for (let cursor: unknown = null; ;) {
    const list = await board.api('POST', path, {
      sorts,
      ...(cursor === null ? {} : { start_cursor: cursor }),
    })
    const { results } = list
    if (isObjectList(results)) ids.push(...results.map(({ id }) => String(id)))
    cursor = list['next_cursor']
    if (list['has_more'] !== true) return ids
  }
}

test('of many ticked rows that wait for their runs a poll reads a part, and the next goes on there', async () => {
  const opened = await openDesk(office)
  await board.add(PASSES, { count: 1_150, created_time: '2026-11-01T09:00:00Z' })
  await board.add(PASSES, { count: 150, created_time: '2026-11-02T09:00:00Z' })
  const ids = await queueRows()
  const last = ids.pop()
  await withRuns(opened, ids)
  const { desk, asked } = counting(opened)
  // A thousand rows; then the rest of those of the same minute; then those made later.
  for (let polls = 0; polls < 2; polls += 1) {
    expect(await desk.done('poll')).toMatchObject({ notion: { picked: [] } })
    expect(asked.splice(0).length).toBeLessThanOrEqual(20)
  }
  expect(await desk.done('poll')).toMatchObject({ notion: { picked: [{ pageId: last }] } })
})
