/** Runs that wait for a person must cost next to nothing while nobody has said anything. */
import { beforeEach, expect, test } from 'vitest'
import { briefThat } from '../support/tasks.ts'
import type { Board } from './support/board.ts'
import { newDesk, openDesk, sharedOffice } from './support/desk.ts'

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
