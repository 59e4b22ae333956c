/** The heartbeat in the Status database: one row a day, true, and once whatever befalls its writing. */
import { beforeEach, expect, test } from 'vitest'
import { briefThat } from '../../support/tasks.ts'
import { boundariesOf, workUntilKilled } from '../../crash/support/matrix.ts'
import type { Board } from './support/board.ts'
import { newDesk, openDesk, sharedOffice, type Desk } from './support/desk.ts'

const office = sharedOffice()
let board: Board
beforeEach(() => {
  board = office.board()
})

const HOUR = 3_600_000
const today = ({ clock }: Desk): string => new Date(clock.now()).toISOString().slice(0, 10)

/** Puts the clock to so many minutes after the next midnight, so that no day ends within a test. */
function toMorning(desk: Desk, minutes = 0): void {
  const DAY = 24 * HOUR
  desk.clock.forward(DAY - (desk.clock.now() % DAY) + minutes * 60_000)
}

async function cells(): Promise<Record<string, unknown>[]> {
  const rows = (await board.rows('Status')).map(row => ({ ...row.cells }))
  return rows.toSorted((a, b) => (String(a['Name']) < String(b['Name']) ? -1 : 1))
}

test('with no Notion it is told nobody, which is no failure', async () => {
  const desk = newDesk(office, { env: { NOTION_TOKEN: '' } })
  expect(await desk.done('heartbeat')).toMatchObject({
    service: null,
    averageScore: null,
    jobs: 0,
    waits: false,
  })
  expect((await desk.read('heartbeat')).out).toContain('told nobody: there is no board')
  expect(desk.rows('SELECT id FROM effects')).toEqual([])
})

test('the row of the day is made in its first hour and changed in each other one; no data is not 0', async () => {
  const desk = await openDesk(office)
  toMorning(desk)
  await desk.done('heartbeat')
  expect(await cells()).toMatchObject([
    {
      Name: `Heartbeat ${today(desk)}`,
      OK: false,
      'Jobs (24h)': 0,
      'Avg QA (24h)': null,
      'Low-QA Count': 0,
      Commit: 'c0ffee000000',
    },
  ])
  for (const score of [90, 85]) await desk.done('task', 'add', briefThat(`score=${String(score)}`))
  await desk.done('poll', '--drain')
  await desk.done('operate')
  desk.clock.forward(1)
  await desk.done('heartbeat')
  const [row, ...others] = await cells()
  expect(others).toEqual([])
  const head = String((await desk.done('audit', 'verify'))['head'])
  expect(row).toMatchObject({ OK: true, 'Jobs (24h)': 2, 'Avg QA (24h)': 87.5 })
  // The head it tells is one that the chain went through.
  const [, told = ''] = /audit (\d+:[0-9a-f]{64})$/.exec(String(row?.['Notes'])) ?? []
  expect(Number.parseInt(told, 10)).toBeLessThan(Number.parseInt(head, 10))
  await desk.done('audit', 'verify', '--against', told)
  // What operate found long ago says nothing of now.
  desk.clock.forward(HOUR)
  await desk.done('heartbeat')
  expect(await cells()).toMatchObject([{ OK: false }])
  toMorning(desk)
  await desk.done('heartbeat')
  expect((await cells()).map(({ Name }) => Name)).toEqual([row?.['Name'], `Heartbeat ${today(desk)}`])
})

test('a row an hour where that is set', async () => {
  const desk = await openDesk(office, { env: { ECHOPILOT_NOTION_HEARTBEAT: 'append' } })
  toMorning(desk)
  await desk.done('heartbeat')
  await desk.done('heartbeat')
  desk.clock.forward(HOUR)
  await desk.done('heartbeat')
  const day = today(desk)
  expect((await cells()).map(({ Name }) => Name)).toEqual([
    `Heartbeat ${day} 00:00 UTC`,
    `Heartbeat ${day} 01:00 UTC`,
  ])
})

test('while Notion is down heartbeats wait, and all arrive in one row', async () => {
  const desk = await openDesk(office)
  toMorning(desk)
  await board.arm({ type: 'status', status: 503 }, {}, 1000)
  const { code, document } = await desk.call('heartbeat')
  expect([code, document['waits']]).toEqual([3, true])
  desk.clock.forward(HOUR)
  await desk.call('heartbeat')
  await board.disarm()
  desk.clock.forward(HOUR)
  await desk.call('heartbeat')
  for (let pass = 0; pass < 4; pass += 1) {
    desk.clock.forward(20 * 60_000)
    await desk.call('deliver')
  }
  expect(await cells()).toHaveLength(1)
  expect(desk.rows(`SELECT id FROM effects WHERE state <> 'done'`)).toEqual([])
})

test('an answer that was lost makes no second row', async () => {
  const desk = await openDesk(office)
  toMorning(desk)
  await board.arm({ type: 'lose-answer' }, { method: 'POST', path: '/v1/pages' })
  await desk.call('heartbeat')
  expect(await cells()).toHaveLength(1)
  for (let pass = 0; pass < 3; pass += 1) {
    desk.clock.forward(20 * 60_000)
    await desk.call('heartbeat')
  }
  expect(await cells()).toHaveLength(1)
  expect(desk.rows(`SELECT id FROM effects WHERE state <> 'done'`)).toEqual([])
})

test('a row that was thrown away is made anew', async () => {
  const desk = await openDesk(office)
  toMorning(desk)
  await desk.done('heartbeat')
  const [row] = await board.rows('Status')
  await board.edit(row?.id ?? '', { in_trash: true })
  await desk.call('heartbeat')
  for (let pass = 0; pass < 3; pass += 1) {
    desk.clock.forward(60_000)
    await desk.call('deliver')
  }
  expect(await cells()).toHaveLength(1)
  expect((await board.rows('Status'))[0]?.id).not.toBe(row?.id)
})

test('killed at each of its boundaries and run again, there is one row', { timeout: 900_000 }, async () => {
  const first = await openDesk(office)
  const place = (desk: Desk) => ({ stateDir: desk.stateDir, env: desk.env })
  const boundaries = await boundariesOf(place(first), 'heartbeat')
  const wanted = ['after operate.recordHeartbeat', 'after POST /v1/pages', 'after outbox.delivered']
  expect(boundaries).toEqual(expect.arrayContaining(wanted))
  for (const name of ['before operate.recordHeartbeat', ...wanted, 'before POST /v1/pages']) {
    await fetch(`${office.url('notion')}/__sandbox/reset`, { method: 'POST' })
    const desk = await openDesk(office)
    const { signal } = await workUntilKilled(place(desk), boundaries.indexOf(name) + 1, 'heartbeat')
    expect(signal, name).toBe('SIGKILL')
    await desk.call('heartbeat')
    for (let pass = 0; pass < 3; pass += 1) {
      desk.clock.forward(15_000)
      await desk.call('deliver')
    }
    expect(await cells(), name).toHaveLength(1)
    expect(desk.rows(`SELECT id FROM effects WHERE state <> 'done'`), name).toEqual([])
  }
})
