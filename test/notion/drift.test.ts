/** `notion diff` and `notion sync --rebuild`: what the board says beside what the store says. */
import { beforeEach, expect, test } from 'vitest'
import { briefThat } from '../support/tasks.ts'
import type { Board } from './support/board.ts'
import { newDesk, openDesk, sharedOffice } from './support/desk.ts'
import { expectDelivered, runsOf, statesOf } from './support/facts.ts'
import { whileWorking } from './support/while-working.ts'

const office = sharedOffice()
let board: Board

beforeEach(() => {
  board = office.board()
})

const FALLS_SHORT = { 'Task Name': 'Note', Description: briefThat('score=60') }

async function failAt(kind: string, status: number): Promise<void> {
  const body = JSON.stringify({ action: { type: 'status', status }, match: { kind }, times: 1000 })
  await fetch(`${office.url('openai')}/__sandbox/faults`, { method: 'POST', body })
}

test('a run that is tried again after its draft was judged is no drift', async () => {
  const desk = await openDesk(office)
  const pageId = await board.add(FALLS_SHORT)
  await failAt('revise', 503)
  await desk.done('poll', '--drain')
  expect(statesOf(desk, pageId)).toEqual(['retrying'])
  expect((await board.row(pageId)).cells).toMatchObject({ Status: 'Failed', 'QA Score': 60 })
  expect(await desk.done('notion', 'diff')).toMatchObject({ compared: 1, drifts: [] })
})

test('a run that is held after its draft was judged is no drift, nor one that is let go again', async () => {
  const desk = await openDesk(office)
  const pageId = await board.add(FALLS_SHORT)
  await desk.done('poll')
  await desk.done('process')
  // Room for a verdict, not for another draft.
  const env = { ECHOPILOT_BUDGET_DAY_USD: '0.02' }
  const capped = newDesk(office, { stateDir: desk.stateDir, clock: desk.clock, env })
  await capped.done('poll', '--drain')
  expect(statesOf(desk, pageId)).toEqual(['held'])
  expect((await board.row(pageId)).cells).toMatchObject({ Status: 'Held', 'QA Score': 60 })
  expect(await desk.done('notion', 'diff')).toMatchObject({ compared: 1, drifts: [] })
  await desk.done('poll', '--drain')
  expect(statesOf(desk, pageId)).toEqual(['waiting_human'])
  expect(await desk.done('notion', 'diff')).toMatchObject({ compared: 1, drifts: [] })
})

test('what a call cost is told to the page also where its run had ended by then', async () => {
  const desk = await openDesk(office)
  const pageId = await board.add({ 'Task Name': 'Note', Description: briefThat('score=95') })
  const working = newDesk(office, {
    stateDir: desk.stateDir,
    clock: desk.clock,
    fetch: whileWorking(async () => {
      const [task] = desk.rows<{ id: string }>('SELECT id FROM tasks')
      await desk.done('task', 'cancel', task?.id ?? '')
    }),
  })
  await working.done('poll', '--drain')
  expect(statesOf(desk, pageId)).toEqual(['cancelled'])
  const [spent] = desk.rows<{ usd: number }>('SELECT SUM(cost_nano) / 1e9 AS usd FROM calls')
  expect(spent?.usd).toBeGreaterThan(0)
  expect((await board.row(pageId)).cells['Cost USD']).toBeCloseTo(spent?.usd ?? 0, 6)
  const [run] = runsOf(desk, pageId)
  const job = (await board.rows('Job Log')).find(row => row.cells['Run ID'] === run?.id)
  expect(job?.cells['Cost USD']).toBeCloseTo(spent?.usd ?? 0, 6)
  expectDelivered(desk)
})
