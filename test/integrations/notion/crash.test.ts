/** `poll --drain` over Notion rows, killed at any boundary and started again: as if nothing had happened. */
import { beforeEach, expect, test } from 'vitest'
import { boundariesOf, expectRecoveries, workUntilKilled } from '../../crash/support/matrix.ts'
import { sdk } from '../../sandbox/stripe/support/server.ts'
import { expectAtRest } from '../../support/books.ts'
import { briefThat } from '../../support/tasks.ts'
import type { Board } from './support/board.ts'
import { openDesk, sharedOffice, type Desk } from './support/desk.ts'
import { expectBodyOnce, expectDelivered, logged, runsOf } from './support/facts.ts'

/** Where a tick, a row or a text could be lost or doubled: each of these is always tried, at one of its places. */
const ALWAYS = [
  'after pickUps.pickUp',
  'after stages.finish judged',
  'after outbox.claim',
  'after PATCH /v1/pages/:id',
  'after POST /v1/pages',
  'after PATCH /v1/blocks/:id/children',
  'after outbox.delivered',
  'after links.ask',
  'after POST /v1/payment_links',
]

const ROWS = [
  {
    title: 'passes',
    brief: briefThat('score=95'),
    ends: 'done',
    log: ['Processing', 'Success'],
    job: ['Done'],
  },
  {
    title: 'waits',
    brief: briefThat('score=60'),
    ends: 'waiting_human',
    log: ['Processing', 'Review'],
    job: ['Waiting Human'],
  },
  { title: 'is empty', brief: '', ends: 'failed_final', log: ['Error', 'Processing'], job: ['Failed-Final'] },
]

const office = sharedOffice()
let board: Board

beforeEach(() => {
  board = office.board()
})

/** A desk and a board with these rows, all ticked. */
async function anew(): Promise<Desk> {
  for (const name of ['notion', 'openai', 'stripe'] as const)
    await fetch(`${office.url(name)}/__sandbox/reset`, { method: 'POST' })
  const desk = await openDesk(office)
  const client = await board.add({ 'Client Name': 'Acme' }, { source: 'Clients' })
  for (const { title, brief } of ROWS) {
    await board.add({ 'Task Name': title, Description: brief, Client: [client], Price: 49.9 })
  }
  return desk
}

async function expectAllDoneOnce(desk: Desk): Promise<void> {
  expectDelivered(desk)
  expectAtRest(desk.storeFile)
  const rows = await board.rows('Automation Queue')
  expect(rows.map(({ cells }) => cells['Trigger'])).toEqual(ROWS.map(() => false))
  for (const { title, ends, log, job } of ROWS) {
    const runs = runsOf(desk).filter(run => run.title === title)
    expect(
      runs.map(({ state }) => state),
      title,
    ).toEqual([ends])
    const [{ id, page_id: pageId } = { id: '', page_id: '' }] = runs
    expect(await logged(board, id), title).toEqual({ log, job })
    await expectBodyOnce(desk, board, pageId, id)
  }
  await expectBilledOnce(desk)
}

/** What was accepted has one bill, and the board says so on the row, in its figures and of the client. */
async function expectBilledOnce(desk: Desk): Promise<void> {
  const bills = desk.rows('SELECT r.state, b.state AS bill FROM bills b JOIN runs r ON r.id = b.run_id')
  expect(bills).toEqual([{ state: 'done', bill: 'unpaid' }])
  const shown = async (database: string, column: string): Promise<unknown[]> =>
    (await board.rows(database)).map(({ cells }) => cells[column] ?? null).filter(cell => cell !== null)
  expect(await shown('Automation Queue', 'Payment Status')).toEqual(['Unpaid'])
  expect(await shown('Job Log', 'Payment Status')).toEqual(['Unpaid'])
  expect(await shown('Clients', 'Revenue USD')).toEqual([49.9])
  const links = await sdk(office.url('stripe')).paymentLinks.list()
  const urls = links.data.map(({ url }) => url)
  expect(desk.rows('SELECT state, url FROM links')).toEqual(urls.map(url => ({ state: 'open', url })))
  expect(urls).toHaveLength(1)
  expect(await shown('Automation Queue', 'Payment Link')).toEqual(urls)
  expect(await shown('Job Log', 'Payment Link')).toEqual(urls)
}

let boundaries: readonly string[] = []

test('undisturbed, every row ends as it should', async () => {
  const desk = await anew()
  boundaries = await boundariesOf(desk)
  expect(boundaries).toEqual(expect.arrayContaining(ALWAYS))
  await expectAllDoneOnce(desk)
})

test(
  'killed at a boundary and started again: each tick once, each row once, each text once',
  { timeout: 3_600_000 },
  async () => expectRecoveries({ boundaries, always: ALWAYS, others: 2 }, expectRecovery),
)

async function expectRecovery(killAt: number): Promise<void> {
  const desk = await anew()
  const { code, signal, stderr } = await workUntilKilled(desk, killAt)
  // What goes on beside the work does not come by at the same moment each time: near the end it may be done before.
  expect({ signal, stderr }).toEqual({ signal: code === 0 ? null : 'SIGKILL', stderr: '' })
  await desk.done('poll', '--drain')
  // Rows that may have been made are looked up twice, 10 s apart, before they are made again.
  for (let passes = 0; passes < 3; passes += 1) {
    desk.clock.forward(11_000)
    await desk.done('deliver')
  }
  expect(await desk.done('poll', '--drain')).toMatchObject({ runs: [], notion: { picked: [] } })
  await expectAllDoneOnce(desk)
}
