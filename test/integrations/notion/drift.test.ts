/** `notion diff` and `notion sync --rebuild`: what the board says beside what the store says. */
import { beforeEach, expect, test } from 'vitest'
import type { JsonObject } from '../../../src/sandbox/lib/json.ts'
import { isObjectList } from '../../sandbox/support/wire.ts'
import { listOf } from '../../support/document.ts'
import { briefThat } from '../../support/tasks.ts'
import type { Board } from './support/board.ts'
import { newDesk, openDesk, sharedOffice, type Desk } from './support/desk.ts'
import { expectBodyOnce, expectDelivered, logged, runsOf, statesOf } from './support/facts.ts'
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

const PASSES = { 'Task Name': 'Note', Description: briefThat('score=95') }

interface Worked {
  readonly desk: Desk
  readonly pageId: string
  readonly runId: string
}

async function worked(values: JsonObject = PASSES): Promise<Worked> {
  const desk = await openDesk(office)
  const pageId = await board.add(values)
  await desk.done('poll', '--drain')
  return { desk, pageId, runId: runsOf(desk, pageId)[0]?.id ?? '' }
}

/** What the comparison names, as `what: notion`. */
async function driftsOf(desk: Desk): Promise<string[]> {
  const { document } = await desk.call('notion', 'diff')
  return listOf(document, 'drifts').map(({ what, notion }) => `${String(what)}: ${String(notion)}`)
}

async function rowIn(title: 'Automation Log' | 'Job Log', status: string): Promise<string> {
  const row = (await board.rows(title)).find(({ cells }) => cells['Status'] === status)
  return row?.id ?? ''
}

/** Puts off what may have been made and is looked for twice, 10 s apart. */
async function deliverRows(desk: Desk): Promise<void> {
  for (let pass = 0; pass < 4; pass += 1) {
    desk.clock.forward(11_000)
    await desk.done('deliver')
  }
}

const CHANGES: readonly {
  what: string
  named: string[]
  change: (worked: Worked) => Promise<void>
}[] = [
  ...Object.entries({
    Status: 'New',
    'QA Score': 12,
    'Cost USD': 9,
    'Result Summary': 'No.',
    'Run ID': 'gone',
    Notes: 'mine',
    Decision: 'Approve',
  }).map(([column, value]) => ({
    what: column,
    named: [`${column}: ${String(value)}`],
    change: async ({ pageId }: Worked) => board.edit(pageId, { values: { [column]: value } }),
  })),
  {
    what: 'the result',
    named: ['result: missing'],
    change: async ({ pageId }) => {
      const [container] = await board.containers(pageId)
      await board.api('DELETE', `blocks/${container?.id ?? ''}`)
    },
  },
  {
    what: 'a part of the result',
    named: ['result: not the same'],
    change: async ({ pageId }) => {
      const [container] = await board.containers(pageId)
      const children = await board.api('GET', `blocks/${container?.id ?? ''}/children`)
      const [first] = isObjectList(children['results']) ? children['results'] : []
      await board.api('DELETE', `blocks/${String(first?.['id'])}`)
    },
  },
  {
    what: 'the result, there twice',
    named: ['result: there 2 times'],
    change: async ({ pageId }) => {
      const [container] = await board.containers(pageId)
      const rich_text = [{ text: { content: container?.title ?? '' } }]
      await board.api('PATCH', `blocks/${pageId}/children`, { children: [{ toggle: { rich_text } }] })
    },
  },
  {
    what: 'a row of the Automation Log',
    named: ['Automation Log: missing'],
    change: async ({ desk }) => {
      desk.clock.forward(3_600_000)
      await board.edit(await rowIn('Automation Log', 'Success'), { in_trash: true })
    },
  },
  {
    what: 'the row of the Job Log, just now',
    named: ['Job Log: missing'],
    change: async () => board.edit(await rowIn('Job Log', 'Done'), { in_trash: true }),
  },
  {
    what: 'a cell of the Job Log',
    named: ['Job Log: Tokens In: 1'],
    change: async () => board.edit(await rowIn('Job Log', 'Done'), { values: { 'Tokens In': 1 } }),
  },
]

test.for(CHANGES)(
  '$what: named by diff, written again by --rebuild, and nothing else',
  async ({ named, change }) => {
    const all = await worked()
    const { desk, pageId, runId } = all
    const { cells: before } = await board.row(pageId)
    expect(await driftsOf(desk)).toEqual([])
    await change(all)
    expect(await driftsOf(desk)).toEqual(named)
    const count = (await board.writes()).length
    expect((await desk.call('notion', 'sync', '--rebuild')).code).toBe(0)
    await deliverRows(desk)
    expect(await driftsOf(desk)).toEqual([])
    expect((await board.row(pageId)).cells).toEqual(before)
    await expectBodyOnce(desk, board, pageId, runId)
    expect(await board.containers(pageId)).toHaveLength(1)
    expect(await logged(board, runId)).toEqual({ log: ['Processing', 'Success'], job: ['Done'] })
    expectDelivered(desk)
    // A container is taken away and written in several requests; everything else is one.
    const kinds = new Set((await board.writes()).slice(count).map(({ kind }) => kind))
    expect([...kinds].every(kind => kind.startsWith('block')) || kinds.size === 1).toBe(true)
  },
)

test('what a person has a say in is no drift: other columns and blocks, a new tick, a word that counts', async () => {
  const { desk, pageId } = await worked({ 'Task Name': 'Note', Description: briefThat('score=60') })
  await board.edit(pageId, {
    values: { 'Task Name': 'Other', Description: 'Something else.', Decision: 'Approve', Trigger: true },
    body: 'A line of a person.',
  })
  expect(await driftsOf(desk)).toEqual([])
})

test('a Cancelled that a person set on a row that is done is no drift', async () => {
  const { desk, pageId } = await worked()
  await board.edit(pageId, { values: { Status: 'Cancelled' } })
  expect(await driftsOf(desk)).toEqual([])
  await board.edit(pageId, { values: { 'Run ID': 'of an earlier run' } })
  expect(await driftsOf(desk)).toEqual(['Status: Cancelled', 'Run ID: of an earlier run'])
})

test('columns and logs that are not there are no drift', async () => {
  const { desk } = await worked()
  const source = await board.sourceId('Automation Queue')
  await board.api('PATCH', `data_sources/${source}`, { properties: { Notes: null, 'QA Score': null } })
  const log = await board.sourceId('Automation Log')
  await board.api('PATCH', `data_sources/${log}`, { properties: { Message: null } })
  expect(await driftsOf(desk)).toEqual([])
})

test('an older run keeps its container, and a newer one has the page', async () => {
  const { desk, pageId } = await worked()
  await board.tick(pageId)
  await desk.done('poll', '--drain')
  expect(await driftsOf(desk)).toEqual([])
  const [first] = await board.containers(pageId)
  await board.api('DELETE', `blocks/${first?.id ?? ''}`)
  expect(await driftsOf(desk)).toEqual(['result: missing'])
  await desk.done('notion', 'sync', '--rebuild')
  for (const { id } of runsOf(desk, pageId)) await expectBodyOnce(desk, board, pageId, id)
})

test('pages beyond the limit are counted, not forgotten', async () => {
  const { desk } = await worked()
  await board.add(PASSES)
  await desk.done('poll', '--drain')
  expect(await desk.done('notion', 'diff', '--limit', '1')).toMatchObject({ compared: 1, older: 1 })
  expect((await desk.read('notion', 'diff', '--limit', '1')).out).toContain(
    '1 older page was not compared: --limit 2',
  )
})
