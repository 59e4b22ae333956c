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

/** How long the program waits between two looks at its outbox. */
const BEAT_MS = 500
/** What passes in such a wait: four things look up in this beat. */
const PASSES_IN_BEAT_MS = 125

/**
 * A desk that keeps what is asked of Notion: the method and the path, without ids. Time stands still there but
 * for the beat of the outbox, while a model that takes `modelMs` is waited for: on a busy machine a second that passed
 * would have states in between written too.
 */
function counting(
  desk: Desk,
  { env = {}, modelMs = 0 }: { env?: Readonly<Record<string, string>>; modelMs?: number } = {},
): { desk: Desk; asked: string[] } {
  const asked: string[] = []
  const notion = office.url('notion')
  const openai = office.url('openai')
  const startedMs = desk.clock.now()
  let passedMs = 0
  let answerAtMs = 0
  let answer = (): void => {}
  const counted = newDesk(office, {
    stateDir: desk.stateDir,
    clock: {
      ...desk.clock,
      now: () => startedMs + passedMs,
      monotonicMs: () => passedMs,
      sleep: async (ms, signal) => {
        if (ms === BEAT_MS && passedMs < answerAtMs) passedMs += PASSES_IN_BEAT_MS
        if (passedMs >= answerAtMs) answer()
        await desk.clock.sleep(ms, signal)
      },
    },
    env,
    fetch: async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input)
      if (url.href.startsWith(notion)) {
        asked.push(`${init?.method ?? 'GET'} ${url.pathname.replaceAll(/[0-9a-f-]{32,36}/g, 'ID')}`)
      } else if (url.href.startsWith(openai) && modelMs > 0) {
        answerAtMs = passedMs + modelMs
        await new Promise<void>(resolve => {
          answer = resolve
        })
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

test.for([
  { modelMs: 0, most: 10 },
  // That work has begun is written, after a look of its own: a Cancelled that was set meanwhile must stay.
  { modelMs: 20_000, most: 11 },
])(
  'a row that is alone, with a model that takes $modelMs ms, costs at most $most requests',
  async ({ modelMs, most }) => {
    const { desk, asked } = counting(await openDesk(office), { modelMs })
    await board.add(PASSES)
    await desk.done('poll', '--drain')
    expect(statesOf(desk)).toEqual(['done'])
    expectDelivered(desk)
    // The list of ticked rows is asked for by each poll, whatever stands there.
    const lists = asked.filter(line => line.endsWith('/query'))
    expect(lists).toHaveLength(1)
    expect(asked.length - lists.length, asked.join('\n')).toBeLessThanOrEqual(most)
  },
)

test('a row costs at most 7 requests in a burst, what is shared by all rows apart', async () => {
  const { desk, asked } = counting(await openDesk(office), {
    env: { ECHOPILOT_NOTION_REQUESTS_PER_SECOND: '3' },
  })
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
    effects = await store.outbox.delivered(effects, null, 'all')
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

test('with --limit the next poll begins with the oldest row again', async () => {
  const opened = await openDesk(office)
  await board.add(PASSES, { count: 1_050, created_time: '2026-11-01T09:00:00Z' })
  await withRuns(opened, await queueRows())
  const { desk } = counting(opened)
  expect(await desk.done('poll')).toMatchObject({ notion: { picked: [] } })
  const newer = await board.add(PASSES, { created_time: '2026-11-02T09:00:00Z' })
  await board.add(PASSES, { created_time: '2026-11-03T09:00:00Z' })
  const picksOne = async (pageId: string): Promise<void> =>
    expect(await desk.done('poll', '--limit', '1')).toMatchObject({ notion: { picked: [{ pageId }] } })
  await picksOne(newer)
  const older = await board.add(PASSES, { created_time: '2026-10-01T09:00:00Z' })
  await picksOne(older)
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
