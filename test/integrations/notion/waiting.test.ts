/** Runs that wait for a person must cost next to nothing while nobody has said anything. */
import { beforeEach, expect, test } from 'vitest'
import { fakeMachine } from '../../support/fake-machine.ts'
import { briefThat } from '../../support/tasks.ts'
import type { Board } from './support/board.ts'
import { newDesk, openDesk, sharedOffice, type Desk } from './support/desk.ts'
import { runsOf, statesOf } from './support/facts.ts'

const office = sharedOffice()
let board: Board

beforeEach(() => {
  board = office.board()
})

test('many rows that wait are looked at by one query, and each word on one of them still counts', async () => {
  const desk = await openDesk(office)
  const pageIds: string[] = []
  for (const name of ['one', 'two', 'three', 'four']) {
    pageIds.push(await board.add({ 'Task Name': name, Description: briefThat('score=60') }))
  }
  await desk.done('poll', '--drain')
  const asked: string[] = []
  const watching = newDesk(office, {
    stateDir: desk.stateDir,
    fetch: async (input, init) => {
      asked.push(`${init?.method ?? 'GET'} ${new URL(input instanceof Request ? input.url : input).pathname}`)
      return fetch(input, init)
    },
  })

  await watching.done('poll')
  expect(asked.map(line => line.replace(/[0-9a-f-]{36}/, 'ID'))).toEqual([
    'POST /v1/data_sources/ID/query',
    'POST /v1/data_sources/ID/query',
  ])

  await board.edit(pageIds[0] ?? '', { values: { Decision: 'Approve' } })
  await board.edit(pageIds[1] ?? '', { values: { Status: 'Cancelled' } })
  expect(await watching.done('poll', '--drain')).toMatchObject({ notion: { decided: 2 } })
  await board.edit(pageIds[2] ?? '', { in_trash: true })
  // Nothing can be written to a page in the trash any more, and that is said.
  expect((await watching.call('poll', '--drain')).code).toBe(3)
  expect(desk.rows('SELECT state, COUNT(*) AS runs FROM runs GROUP BY state ORDER BY state')).toEqual([
    { state: 'cancelled', runs: 2 },
    { state: 'done', runs: 1 },
    { state: 'waiting_human', runs: 1 },
  ])
})

/** A poll that reads the page, and goes on only when another process has written everything that waited. */
async function pollBeside(desk: Desk, pageId: string): Promise<void> {
  const machine = fakeMachine()
  const shared = { stateDir: desk.stateDir, clock: desk.clock }
  const writer = newDesk(office, { ...shared, processes: machine.process('writer') })
  let written = false
  const reader = newDesk(office, {
    ...shared,
    processes: machine.process('reader'),
    fetch: async (input, init) => {
      const answer = await fetch(input, init)
      const { pathname } = new URL(input instanceof Request ? input.url : input)
      if (written || pathname !== `/v1/pages/${pageId}` || init?.method?.toUpperCase() !== 'GET')
        return answer
      written = true
      desk.clock.forward(1_000_000)
      await writer.done('deliver')
      return answer
    },
  })
  await reader.call('poll')
  expect(written).toBe(true)
}

test('a decision that is wiped out while the page is read is not taken for a new one', async () => {
  const desk = await openDesk(office)
  const pageId = await board.add({ 'Task Name': 'Note', Description: briefThat('score=60') })
  await desk.done('poll', '--drain')
  await board.edit(pageId, { values: { Decision: 'Approve' } })
  await desk.done('task', 'return', runsOf(desk, pageId)[0]?.id ?? '', '--note', 'Shorter.')
  await board.arm({ type: 'status', status: 503 }, { method: 'PATCH', path: '/v1/pages/*' }, 1000)
  await desk.call('process')
  await desk.call('qa')
  await desk.call('poll', '--drain')
  await board.disarm()
  expect(statesOf(desk, pageId)).toEqual(['waiting_human'])
  await pollBeside(desk, pageId)
  expect((await board.row(pageId)).cells['Decision']).toBe(null)
  expect(statesOf(desk, pageId)).toEqual(['waiting_human'])
})

test('an old Cancelled that is written over while the page is read does not cancel the next run', async () => {
  const desk = await openDesk(office)
  const pageId = await board.add({ 'Task Name': 'Note', Description: briefThat('score=60') })
  await desk.done('poll', '--drain')
  await board.edit(pageId, { values: { Status: 'Cancelled' } })
  await desk.done('poll', '--drain')
  expect(statesOf(desk, pageId)).toEqual(['cancelled'])
  await board.tick(pageId)
  await board.arm({ type: 'status', status: 503 }, { method: 'PATCH', path: '/v1/pages/*' }, 1000)
  await desk.call('poll')
  await board.disarm()
  await pollBeside(desk, pageId)
  expect(statesOf(desk, pageId)).toEqual(['cancelled', 'queued'])
})

test('what was found stands on the row while a person is to decide, and goes when that is done', async () => {
  const desk = await openDesk(office)
  const Description = `Research the market for heat pumps in northern Germany. Give the market size of the last three years with figures from published studies and cite each source with a link. Add two quotes from installers about delivery times.

We supply 18,400 households with electricity around Husum. Two competitors offer rental at 139 euros a month.`
  const pageId = await board.add({ 'Task Name': 'Heat pumps', 'Task Type': 'Research', Description })
  await desk.done('poll', '--drain')
  const { cells } = await board.row(pageId)
  expect(cells['Notes']).toMatch(/^scored \d+, needed 80\nFound in it:\n• \S/)
  expect(cells['Result Summary']).not.toMatch(/^#|\*\*/m)
  await board.edit(pageId, { values: { Decision: 'Approve' } })
  await desk.done('poll')
  expect((await board.row(pageId)).cells['Notes']).toBe('approved by the operator')
})
