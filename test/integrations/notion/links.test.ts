/** Payment links on the board: where a client pays for a row, and what becomes of that at another price. */
import { beforeEach, expect, test } from 'vitest'
import { sdk } from '../../sandbox/stripe/support/server.ts'
import { aTask } from '../../support/tasks.ts'
import type { Board } from './support/board.ts'
import { openDesk, sharedOffice, type Desk } from './support/desk.ts'
import { runsOf, textLike } from './support/facts.ts'

const office = sharedOffice()
const STRIPE_MAKES = { method: 'POST', path: '/v1/payment_links' }
let board: Board
let desk: Desk
let page: string

beforeEach(async () => {
  board = office.board()
  desk = await openDesk(office)
  const row = { 'Task Name': 'Study', Description: aTask().brief, 'Task Type': 'Drafting', Price: 49.9 }
  page = await board.add(row)
})

/** What the row, and the rows of its runs, oldest first, say of payment. */
async function told(): Promise<unknown[]> {
  const { cells: row } = await board.row(page)
  const jobs = (await board.rows('Job Log')).map(({ cells }) => cells)
  const ofRuns = runsOf(desk, page).map(({ id }) => jobs.find(cells => cells['Run ID'] === id))
  return [row, ...ofRuns].map(cells => [cells?.['Payment Status'], cells?.['Payment Link']])
}

/** The addresses at which something can be paid, the newest first. */
async function open(): Promise<string[]> {
  const { data } = await sdk(office.url('stripe')).paymentLinks.list({ active: true })
  return data.map(({ url }) => url)
}

async function tickAt(price: number): Promise<void> {
  await board.edit(page, { values: { Price: price } })
  await board.tick(page)
  await desk.done('poll', '--drain')
}

test('a row shows where it is paid, at each price the one address that is open, and none on an invoice', async () => {
  await desk.done('poll', '--drain')
  const [first] = await open()
  expect(first).toBeDefined()
  expect(await told()).toEqual([
    ['Unpaid', first],
    ['Unpaid', first],
  ])
  expect(await desk.done('notion', 'diff')).toMatchObject({ drifts: [] })
  await tickAt(60)
  const [second, ...more] = await open()
  expect([second === first, more]).toEqual([false, []])
  expect(await told()).toEqual([
    ['Unpaid', second],
    ['Cancelled', null],
    ['Unpaid', second],
  ])
  await tickAt(0.3)
  expect(await open()).toEqual([])
  expect(await told()).toEqual([
    ['On Invoice', null],
    ['Cancelled', null],
    ['Cancelled', null],
    ['On Invoice', null],
  ])
  expect(await desk.done('notion', 'diff')).toMatchObject({ drifts: [] })
})

test('a row whose link is refused says why, and has it when that was mended', async () => {
  const fault = { match: STRIPE_MAKES, action: { type: 'status', status: 400 }, times: 1 }
  await fetch(`${office.url('stripe')}/__sandbox/faults`, { method: 'POST', body: JSON.stringify(fault) })
  await desk.call('poll', '--drain')
  await desk.done('deliver')
  expect((await board.row(page)).cells).toMatchObject({
    'Payment Link': null,
    Notes: textLike(/\nNo payment link: Stripe 400/),
  })
  const [dead] = desk.rows<{ id: string }>(`SELECT id FROM effects WHERE state = 'dead'`)
  await desk.done('effect', 'retry', dead?.id ?? '')
  await desk.done('deliver')
  await desk.done('deliver')
  const { cells } = await board.row(page)
  expect(cells['Payment Link']).toBe((await open())[0])
  expect(cells['Notes']).not.toMatch(/No payment link/)
})
