/** People who take things away while we need them, and a Notion that says odd things of what it holds. */
import { beforeEach, expect, test } from 'vitest'
import { isJsonObject, isObjectList, parsed } from '../../sandbox/support/wire.ts'
import { briefThat } from '../../support/tasks.ts'
import type { Board } from './support/board.ts'
import { newDesk, openDesk, sharedOffice } from './support/desk.ts'
import { expectBodyOnce, expectDelivered, runsOf, statesOf } from './support/facts.ts'

const office = sharedOffice()
let board: Board

beforeEach(() => {
  board = office.board()
})

const QUEUE = 'Automation Queue'
const PASSES = { 'Task Name': 'Note', Description: briefThat('score=95') }
const WAITS = { 'Task Name': 'Note', Description: briefThat('score=60') }

test('a result that a person threw away makes room for the next version all the same', async () => {
  const desk = await openDesk(office)
  const pageId = await board.add(WAITS)
  await desk.done('poll', '--drain')
  const [container] = await board.containers(pageId)
  await board.api('DELETE', `blocks/${container?.id ?? ''}`)
  await board.edit(pageId, { values: { Decision: 'Return', 'Decision Note': 'Shorter.' } })
  await desk.done('poll', '--drain')
  await expectBodyOnce(desk, board, pageId, runsOf(desk, pageId)[0]?.id ?? '')
  expectDelivered(desk)
})

test('an optional column that decisions are found by is taken off: ticks are still picked up', async () => {
  const desk = await openDesk(office)
  await board.add(WAITS)
  const approved = await board.add(WAITS)
  await desk.done('poll', '--drain')
  await board.api('PATCH', `data_sources/${await board.sourceId(QUEUE)}`, { properties: { 'Run ID': null } })
  await board.edit(approved, { values: { Decision: 'Approve' } })
  const ticked = await board.add(PASSES)
  await desk.done('poll', '--drain')
  expect(statesOf(desk, approved)).toEqual(['done'])
  expect(statesOf(desk, ticked)).toEqual(['done'])
})

test('a block that the API does not show is no reason not to read the rest of a page', async () => {
  const desk = await openDesk(office)
  const pageId = await board.add(PASSES, { body: 'Say who came.' })
  const { results } = await board.api('GET', `blocks/${pageId}/children`)
  const known = isObjectList(results) ? results : []
  const unknown = {
    ...known[0],
    id: '99999999-9999-4999-8999-999999999999',
    type: 'unsupported',
    unsupported: {},
    has_children: true,
  }
  const showing = newDesk(office, {
    stateDir: desk.stateDir,
    fetch: async (input, init) => {
      const { pathname } = new URL(input instanceof Request ? input.url : input)
      const answer = await fetch(input, init)
      if (pathname !== `/v1/blocks/${pageId}/children`) return answer
      const list = parsed(await answer.text(), isJsonObject)
      return Response.json({ ...list, results: [...known, unknown] })
    },
  })
  await showing.done('poll')
  const [{ brief } = { brief: '' }] = desk.rows<{ brief: string }>('SELECT brief FROM tasks')
  expect(brief).toContain('Say who came.')
  expect(brief).toContain('[unsupported]')
})

test('a page below the page is named in the brief, not read into it', async () => {
  const desk = await openDesk(office)
  const pageId = await board.add(PASSES, { body: 'Say who came.' })
  await board.api('POST', 'pages', {
    parent: { type: 'page_id', page_id: pageId },
    properties: { title: { title: [{ text: { content: 'Old letters' } }] } },
    children: [{ paragraph: { rich_text: [{ text: { content: 'Dear Ana' } }] } }],
  })
  await desk.done('poll')
  const [{ brief } = { brief: '' }] = desk.rows<{ brief: string }>('SELECT brief FROM tasks')
  expect(brief).toContain('Say who came.\n\n[child_page: Old letters]')
  expect(brief).not.toContain('Dear Ana')
})

test('a Retry-After for ever is waited for an hour at most', async () => {
  const desk = await openDesk(office)
  await board.arm(
    { type: 'status', status: 529, headers: { 'retry-after': '1e300' } },
    { method: 'PATCH', path: '/v1/pages/*' },
    50,
  )
  await board.add(PASSES)
  await desk.call('poll', '--drain')
  await board.disarm()
  const [{ due } = { due: 0 }] = desk.rows<{ due: number }>(
    `SELECT MAX(not_before_ms) AS due FROM effects WHERE state = 'pending'`,
  )
  expect(due).toBeGreaterThan(desk.clock.now())
  expect(due).toBeLessThanOrEqual(desk.clock.now() + 1.2 * 3_600_000)
})

test.each(['/', '//', '/v1', '/v1/'])(
  'a base address with %s at its end is the same service',
  async ending => {
    const desk = newDesk(office, { env: { NOTION_BASE_URL: `${office.url('notion')}${ending}` } })
    await desk.done('init')
    expect(await board.rows(QUEUE)).toEqual([])
  },
)
