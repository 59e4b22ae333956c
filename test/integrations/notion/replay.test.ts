/** A replay of a row: what its page and the logs say of it. */
import { beforeEach, expect, test } from 'vitest'
import { briefThat } from '../../support/tasks.ts'
import type { Board } from './support/board.ts'
import { openDesk, sharedOffice } from './support/desk.ts'
import { expectBodyOnce, expectDelivered, logRows, runsOf, textLike } from './support/facts.ts'

const office = sharedOffice()
let board: Board

beforeEach(() => {
  board = office.board()
})

test('a row that failed is replayed on an edited brief: its page, its result and both logs tell of it', async () => {
  const desk = await openDesk(office)
  const page = await board.add({ 'Task Name': 'Note', Description: briefThat('refuse') })
  await desk.done('poll', '--drain')
  const [failed] = runsOf(desk, page)
  expect((await board.row(page)).cells['Status']).toBe('Failed-Final')
  await desk.done('replay', '--task', failed?.id ?? '', '--brief-text', briefThat('score=93'))
  await desk.done('deliver')
  expectDelivered(desk)
  const replayed = runsOf(desk, page)[1]
  expect((await board.row(page)).cells).toMatchObject({
    Status: 'Done',
    'QA Score': 93,
    'Run ID': replayed?.id,
  })
  const rows = await logRows(board, 'Automation Log', replayed?.id ?? '')
  expect(rows.map(row => row.cells['Message'])).toContain(`replay of ${failed?.id ?? ''}`)
  expect(await logRows(board, 'Job Log', replayed?.id ?? '')).toHaveLength(1)
  await expectBodyOnce(desk, board, page, replayed?.id ?? '')
  const titles = (await board.containers(page)).map(({ title }) => title)
  expect(titles).toEqual([textLike(/ – of a brief that was edited for this run/)])
  expect((await desk.done('notion', 'diff'))['drifts']).toEqual([])
})
