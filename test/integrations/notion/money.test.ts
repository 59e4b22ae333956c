/** Clients and prices on the board: whose a row is, what it is billed, and what the board is told of that. */
import { beforeEach, expect, test } from 'vitest'
import { listOf } from '../../support/document.ts'
import { aTask } from '../../support/tasks.ts'
import type { Board, Cells } from './support/board.ts'
import { newDesk, openDesk, sharedOffice, type Desk } from './support/desk.ts'
import { runsOf } from './support/facts.ts'

const office = sharedOffice()
const RATE = { ECHOPILOT_FX_RATES: '2026-01-01 EUR 1.1' }
const ROW = { Description: aTask().brief, 'Task Type': 'Drafting' }
let board: Board

beforeEach(() => {
  board = office.board()
})

async function deskWith(env: Readonly<Record<string, string>> = RATE): Promise<Desk> {
  const made = await openDesk(office)
  return newDesk(office, { stateDir: made.stateDir, clock: made.clock, env })
}

async function acme(values: Cells = {}): Promise<string> {
  return board.add(
    { 'Client Name': 'Acme', Email: 'ana@acme.example', Currency: 'EUR', Active: true, ...values },
    { source: 'Clients' },
  )
}

async function jobOf(runId: string): Promise<Cells> {
  const rows = await board.rows('Job Log')
  return rows.find(({ cells }) => cells['Run ID'] === runId)?.cells ?? {}
}

test('a row is priced in the currency of its client, and the board shows what it earned', async () => {
  const desk = await deskWith()
  const client = await acme({ 'Rate USD/min': 1.25 })
  const page = await board.add({ ...ROW, 'Task Name': 'Priced', Client: [client], Price: 49.9 })
  await desk.done('poll', '--drain')
  const [run] = runsOf(desk, page)
  const cost = Number((await board.row(page)).cells['Cost USD'])
  expect((await board.row(page)).cells).toMatchObject({ Status: 'Done', 'Payment Status': 'Unpaid' })
  const job = await jobOf(run?.id ?? '')
  expect(job).toMatchObject({
    Client: [client],
    'Client Rate USD/min': 1.25,
    'Gross USD': 54.89,
    'Payment Status': 'Unpaid',
  })
  expect(Number(job['Profit USD'])).toBeCloseTo(54.89 - cost, 6)
  expect(job['Margin %']).toBe(100)
  expect((await board.row(client)).cells['Revenue USD']).toBe(54.89)
  expect(await desk.done('notion', 'diff')).toMatchObject({ drifts: [] })
})

test('without a rate the columns in USD stay empty', async () => {
  const desk = await deskWith({})
  const client = await acme()
  const page = await board.add({ ...ROW, 'Task Name': 'No rate', Client: [client], Price: 49.9 })
  await desk.done('poll', '--drain')
  const job = await jobOf(runsOf(desk, page)[0]?.id ?? '')
  expect(job).toMatchObject({
    'Gross USD': null,
    'Profit USD': null,
    'Margin %': null,
    'Payment Status': 'Unpaid',
  })
  expect((await board.row(client)).cells['Revenue USD']).toBeNull()
})

test('a row without a client row finds its client by its address, and never by the name', async () => {
  const desk = await deskWith()
  await acme()
  const byAddress = await board.add({
    ...ROW,
    'Task Name': 'A',
    'Client Email': 'Ana@Acme.example',
    Price: 10,
  })
  const byName = await board.add({ ...ROW, 'Task Name': 'B', 'Client Name': 'Acme', Price: 10 })
  await desk.done('poll', '--drain')
  const found = desk.rows<{ page_id: string; name: string | null; currency: string }>(
    `SELECT t.page_id, c.name, t.price_currency AS currency FROM tasks t LEFT JOIN clients c ON c.id = t.client_id`,
  )
  expect(found).toHaveLength(2)
  expect(found).toContainEqual({ page_id: byAddress, name: 'Acme', currency: 'EUR' })
  expect(found).toContainEqual({ page_id: byName, name: null, currency: 'USD' })
})

test('a price that is no amount of its currency fails the row before anything is spent', async () => {
  const desk = await deskWith()
  const client = await acme({ Currency: 'JPY' })
  const page = await board.add({ ...ROW, 'Task Name': 'Wrong', Client: [client], Price: 49.9 })
  await desk.done('poll', '--drain')
  expect((await board.row(page)).cells).toMatchObject({
    Status: 'Failed-Final',
    Notes: 'Price "49.9" is not an amount of JPY',
    'Cost USD': 0,
    'Payment Status': null,
  })
  // An edit of the price and a new tick is all it takes.
  await board.edit(page, { values: { Price: 490 } })
  await board.tick(page)
  await desk.done('poll', '--drain')
  expect((await board.row(page)).cells).toMatchObject({ Status: 'Done', 'Payment Status': 'Unpaid' })
})

test('a row that is ticked again is billed again only at another price', async () => {
  const desk = await deskWith()
  const client = await acme()
  const page = await board.add({ ...ROW, 'Task Name': 'Again', Client: [client], Price: 49.9 })
  await desk.done('poll', '--drain')
  await board.tick(page)
  await desk.done('poll', '--drain')
  await board.edit(page, { values: { Price: 0.3 } })
  await board.tick(page)
  await desk.done('poll', '--drain')
  const statuses = []
  for (const { id } of runsOf(desk, page)) statuses.push((await jobOf(id))['Payment Status'])
  expect(statuses).toEqual(['Cancelled', null, 'On Invoice'])
  expect((await board.row(page)).cells['Payment Status']).toBe('On Invoice')
  expect((await board.row(client)).cells['Revenue USD']).toBe(0.33)
})

test('a client whose row is thrown away keeps no row of the Job Log from being written', async () => {
  const desk = await deskWith()
  const client = await acme()
  const page = await board.add({ ...ROW, 'Task Name': 'Left', Client: [client], Price: 49.9 })
  await desk.done('poll')
  await board.edit(client, { in_trash: true })
  await desk.done('process')
  await desk.done('qa')
  // What it earned stands nowhere any more, and that is said.
  expect((await desk.call('deliver')).code).toBe(3)
  expect(await jobOf(runsOf(desk, page)[0]?.id ?? '')).toMatchObject({ 'Payment Status': 'Unpaid' })
})

test('clients are read from the board, and what is set here is written there', async () => {
  const desk = await deskWith()
  const client = await acme({ Billing: 'Invoice', 'Payment Days': 14, 'Tax Category': 'Reverse Charge' })
  const listed = listOf(await desk.done('client', 'list'), 'clients')
  expect(listed).toMatchObject([
    { name: 'Acme', currency: 'EUR', billing: 'invoice', paymentDays: 14, taxCategory: 'Reverse Charge' },
  ])
  await desk.done(
    'client',
    'set',
    'Acme',
    '--currency',
    'GBP',
    '--billing',
    'link',
    '--email',
    'ben@acme.example',
  )
  await desk.done('deliver')
  expect((await board.row(client)).cells).toMatchObject({
    Currency: 'GBP',
    Billing: 'Link',
    Email: 'ben@acme.example',
    'Payment Days': 14,
  })
  expect(listOf(await desk.done('client', 'list'), 'clients')).toMatchObject([{ currency: 'GBP' }])
  const made = await desk.call('client', 'set', 'Nobody', '--currency', 'GBP')
  expect(made.code).toBe(66)
})

test('revenue is ours to say: what somebody wrote there is written over', async () => {
  const desk = await deskWith()
  const client = await acme()
  await board.add({ ...ROW, 'Task Name': 'Priced', Client: [client], Price: 49.9 })
  await desk.done('poll', '--drain')
  const other = await board.add({ 'Client Name': 'New' }, { source: 'Clients' })
  const writes = (await board.writes(client)).length
  await desk.done('client', 'list')
  expect(await desk.done('deliver')).toMatchObject({ delivered: 0 })
  await board.edit(client, { values: { 'Revenue USD': 1_000_000 } })
  await desk.done('client', 'list')
  await desk.done('deliver')
  expect((await board.row(client)).cells['Revenue USD']).toBe(54.89)
  expect((await board.row(other)).cells['Revenue USD'] ?? null).toBeNull()
  expect((await board.writes(client)).length).toBe(writes + 1)
})

test('a board that cannot be read leaves the clients as they were', async () => {
  const desk = await deskWith()
  await acme()
  await desk.done('client', 'list')
  await board.arm({ type: 'status', status: 503 }, { method: 'POST', path: '/v1/data_sources/*' }, 100)
  const listed = await desk.call('client', 'list')
  expect(listed.code).toBe(3)
  expect(listed.out).toContain('Acme')
})
