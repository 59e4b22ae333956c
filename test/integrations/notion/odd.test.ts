/** Databases and rows as people have them: columns gone, renamed or of another type, odd briefs, odd clients. */
import { beforeEach, expect, test } from 'vitest'
import type { JsonObject } from '../../../src/sandbox/lib/json.ts'
import { PARENT_PAGE_ID } from '../../../src/sandbox/notion/identity.ts'
import { listOf } from '../../support/document.ts'
import { briefThat } from '../../support/tasks.ts'
import type { Board } from './support/board.ts'
import { newDesk, openDesk, sharedOffice, type Desk } from './support/desk.ts'
import { expectBodyOnce, expectDelivered, logged, runsOf, statesOf, textLike } from './support/facts.ts'
import { whileWorking } from './support/while-working.ts'

const office = sharedOffice()
let board: Board

beforeEach(() => {
  board = office.board()
})

const ALL = process.env['CI'] === 'full'
const QUEUE = 'Automation Queue'
const PASSES = { 'Task Name': 'Note', Description: briefThat('score=95') }

/** Changes columns of a database by hand: null takes one off. */
async function change(title: string, properties: JsonObject): Promise<void> {
  await board.api('PATCH', `data_sources/${await board.sourceId(title)}`, { properties })
}

/** A queue that a person made, instead of ours. */
async function madeByHand(properties: JsonObject): Promise<string> {
  const database = await board.api('POST', 'databases', {
    parent: { type: 'page_id', page_id: PARENT_PAGE_ID },
    title: [{ text: { content: QUEUE } }],
    initial_data_source: { properties },
  })
  return String(database['id'])
}

async function proofOf(desk: Desk, title: string): Promise<JsonObject> {
  const { document } = await desk.call('doctor')
  return listOf(document, 'proofs').find(({ subject }) => subject === `notion ${title}`) ?? {}
}

test('columns that are missing are left out one by one, named by doctor, and added by init --repair', async () => {
  await madeByHand({
    Headline: { title: {} },
    Description: { rich_text: {} },
    Trigger: { checkbox: {} },
    Status: { select: {} },
  })
  const desk = await openDesk(office)
  const first = await board.add({ Headline: 'Note', Description: briefThat('score=95') })
  await desk.done('poll', '--drain')
  expect((await board.row(first)).cells).toMatchObject({ Headline: 'Note', Status: 'Done', Trigger: false })
  await expectBodyOnce(desk, board, first, runsOf(desk, first)[0]?.id ?? '')
  const proof = await proofOf(desk, QUEUE)
  expect(proof).toMatchObject({ outcome: 'proved', fix: textLike(/^echopilot .*init --repair$/) })
  for (const name of ['QA Score', 'Run ID', 'Result Summary', 'Decision'])
    expect(proof['detail']).toContain(name)

  const repaired = await desk.done('init', '--repair')
  expect(listOf(repaired, 'steps').find(({ title }) => title === QUEUE)).toMatchObject({
    did: 'repaired',
    missing: [],
  })
  const second = await board.add({
    Headline: 'Note',
    Description: briefThat('score=95'),
    'Task Type': 'Research',
  })
  await desk.done('poll', '--drain')
  expect((await board.row(second)).cells).toMatchObject({ Status: 'Done', 'QA Score': 95 })
  expect(await proofOf(desk, QUEUE)).toMatchObject({ outcome: 'proved', detail: 'every property is there' })
  expectDelivered(desk)
})

test('logs without optional columns take what they have room for', async () => {
  const desk = await openDesk(office)
  await change('Automation Log', { Details: null, Commit: null, Message: null })
  await change('Job Log', { 'QA Score': null, Client: null, Notes: null })
  await desk.done('init')
  const pageId = await board.add(PASSES)
  await desk.done('poll', '--drain')
  expect(await logged(board, runsOf(desk, pageId)[0]?.id ?? '')).toEqual({
    log: ['Processing', 'Success'],
    job: ['Done'],
  })
  expectDelivered(desk)
})

test('columns taken off or renamed after init: renamed ones are found by id, the rest is still written', async () => {
  const desk = await openDesk(office)
  await change(QUEUE, {
    Description: { name: 'What to do' },
    Trigger: { name: 'Go' },
    Status: { name: 'State' },
    'Task Name': { name: 'Headline' },
    'Run ID': { name: 'Ticket' },
  })
  const pageId = await board.add({
    Trigger: undefined,
    Go: true,
    Headline: 'Note',
    'What to do': briefThat('score=95'),
  })
  await desk.done('poll', '--drain')
  const [run] = runsOf(desk, pageId)
  expect(run?.title).toBe('Note')
  expect((await board.row(pageId)).cells).toMatchObject({ State: 'Done', Go: false, Ticket: run?.id })
  expectDelivered(desk)
  // `init` keeps to the ids, and makes nothing twice.
  const again = await desk.done('init', '--repair')
  expect(listOf(again, 'steps').map(({ did }) => did)).toEqual(Array.from({ length: 6 }, () => 'found'))
})

test('a column taken off after init does not keep the rest of the row from being written', async () => {
  const desk = await openDesk(office)
  await change(QUEUE, { 'Result Summary': null, Notes: null })
  await change('Job Log', { Notes: null })
  const pageId = await board.add(PASSES)
  await desk.call('poll', '--drain')
  expect((await board.row(pageId)).cells).toMatchObject({ Status: 'Done', Trigger: false, 'QA Score': 95 })
  expect(await logged(board, runsOf(desk, pageId)[0]?.id ?? '')).toMatchObject({ job: ['Done'] })
  expectDelivered(desk)
})

const BASE = { 'Task Name': { title: {} }, Description: { rich_text: {} }, Trigger: { checkbox: {} } }
const STATUSES = [
  'New',
  'Queued',
  'Processing',
  'QA',
  'Done',
  'Waiting Human',
  'Failed',
  'Failed-Final',
  'Held',
]

test('a Status of type status with all options is written like any other', async () => {
  const options = [...STATUSES, 'Cancelled'].map(name => ({ name }))
  await madeByHand({ ...BASE, Status: { status: { options } } })
  const desk = await openDesk(office)
  const pageId = await board.add(PASSES)
  await desk.done('poll', '--drain')
  expect((await board.row(pageId)).cells).toMatchObject({ Status: 'Done', Trigger: false })
  expect(await proofOf(desk, QUEUE)).toMatchObject({ outcome: 'proved' })
  expectDelivered(desk)
})

test('a Status of type status without our options: all else is written, and doctor names them', async () => {
  await madeByHand({ ...BASE, Status: { status: { options: [{ name: 'Not started' }, { name: 'Done' }] } } })
  const desk = await openDesk(office)
  const pageId = await board.add({ 'Task Name': 'Note', Description: briefThat('score=60') })
  await desk.done('poll', '--drain')
  expect((await board.row(pageId)).cells).toMatchObject({ Trigger: false })
  await expectBodyOnce(desk, board, pageId, runsOf(desk, pageId)[0]?.id ?? '')
  expectDelivered(desk)
  const proof = await proofOf(desk, QUEUE)
  expect(proof['outcome']).toBe('failed')
  expect(proof['detail']).toMatch(/^Status lacks the options New, Queued, Processing, QA, Waiting Human/)
})

test.for([
  { what: 'missing', columns: { Trigger: null }, says: /no usable "Trigger"/ },
  { what: 'of the wrong type', columns: { Description: null }, says: /no usable "Description"/ },
])('a required column is $what: init and doctor say so', async ({ what, columns, says }) => {
  const desk = await openDesk(office)
  await change(QUEUE, columns)
  if (what !== 'missing') await change(QUEUE, { Description: { number: {} } })
  const called = await desk.call('init')
  expect(called.code).toBe(78)
  expect(called.error['message']).toMatch(says)
  expect(await proofOf(desk, QUEUE)).toMatchObject({ outcome: 'failed' })
})

test.for([
  {
    name: 'QA Target 150',
    values: { 'QA Target': 150 },
    says: /QA Target "150" is not a number from 1 to 100/,
  },
  {
    name: 'an unknown type',
    values: { 'Task Type': 'Poetry' },
    says: /unknown Task Type "Poetry": it must be one of Research/,
  },
  {
    name: 'QA Target in words',
    values: { 'QA Target': 'ninety' },
    says: /QA Target "ninety" is not a number/,
  },
  { name: 'nothing asked', values: { Description: '' }, says: /brief is empty/ },
])("a row's own error is written to it before anything is spent: $name", async ({ name, values, says }) => {
  const desk = await openDesk(office)
  if (name === 'QA Target in words') {
    await change(QUEUE, { 'QA Target': null })
    await change(QUEUE, { 'QA Target': { rich_text: {} } })
    await desk.done('init')
  }
  const pageId = await board.add({ ...PASSES, ...values })
  expect((await desk.call('poll', '--drain')).code).toBe(0)
  const { cells } = await board.row(pageId)
  expect(cells).toMatchObject({ Status: 'Failed-Final', Trigger: false, 'Cost USD': 0 })
  expect(cells['Notes']).toMatch(says)
  expect(desk.rows('SELECT id FROM calls')).toEqual([])
  expect(await logged(board, runsOf(desk, pageId)[0]?.id ?? '')).toEqual({
    log: ['Error', 'Processing'],
    job: ['Failed-Final'],
  })
})

test('a description of 60,000 characters in a hundred pieces with mentions is read whole, page by page', async () => {
  const desk = await openDesk(office, {
    // The stand-in takes no more pieces than the API does; smaller pages are as good as more pieces.
    fetch: async (input, init) => {
      const url = input instanceof Request ? input.url : String(input)
      return fetch(url.includes('/properties/') ? url.replace('page_size=100', 'page_size=30') : url, init)
    },
  })
  const target = await board.add({ 'Client Name': 'Acme' }, { source: 'Clients' })
  const isMention = (index: number): boolean => index % 3 === 2
  const words = (index: number): string => `piece ${String(index).padStart(3, '0')} ${'x'.repeat(900)} `
  const pieces = Array.from({ length: 100 }, (_, index) =>
    isMention(index)
      ? { type: 'mention', mention: { type: 'page', page: { id: target } } }
      : { type: 'text', text: { content: words(index) } },
  )
  const pageId = await board.add({ 'Task Name': 'Long', Trigger: false })
  await board.edit(pageId, { values: { Trigger: true, Description: { rich_text: pieces } } })
  await desk.done('poll')
  const [{ brief } = { brief: '' }] = desk.rows<{ brief: string }>('SELECT brief FROM tasks')
  expect(brief.length).toBeGreaterThan(60_000)
  const wanted = pieces.flatMap((_, index) => (isMention(index) ? [] : [words(index).trim()]))
  expect(brief.match(/piece \d{3} x+/g)).toEqual(wanted)
  expect(brief.match(/Acme/g)).toHaveLength(33)
})

test('the body is brief, nested blocks of every kind too, without results of older runs', async () => {
  const desk = await openDesk(office)
  const pageId = await board.add(PASSES, { body: 'A first line.' })
  await desk.done('poll', '--drain')
  const text = (content: string): JsonObject => ({ rich_text: [{ text: { content } }] })
  const children = [
    { heading_2: text('Heading here') },
    { to_do: { ...text('Todo here'), checked: true } },
    { quote: text('Quote here') },
    { code: { ...text('let code = here'), language: 'javascript' } },
    { callout: text('Callout here') },
    { divider: {} },
    {
      bulleted_list_item: {
        ...text('Outer here'),
        children: [
          { numbered_list_item: { ...text('Middle here'), children: [{ paragraph: text('Inner here') }] } },
        ],
      },
    },
    { toggle: { ...text('A toggle of a person'), children: [{ paragraph: text('Hidden here') }] } },
    {
      table: {
        table_width: 2,
        has_column_header: true,
        children: [
          { table_row: { cells: [[{ text: { content: 'Cell A' } }], [{ text: { content: 'Cell B' } }]] } },
        ],
      },
    },
  ]
  for (const child of children) await board.api('PATCH', `blocks/${pageId}/children`, { children: [child] })
  await board.tick(pageId)
  await desk.done('poll', '--drain')
  const [{ brief } = { brief: '' }] = desk.rows<{ brief: string }>('SELECT brief FROM tasks')
  const wanted = [
    'A first line.',
    'Heading here',
    'Todo here',
    'Quote here',
    'let code = here',
    'Callout here',
    'Outer here',
  ]
  wanted.push('Middle here', 'Inner here', 'A toggle of a person', 'Hidden here', 'Cell A', 'Cell B')
  for (const part of wanted) expect(brief).toContain(part)
  expect(brief).not.toMatch(/EchoPilot result|⟦|Written by the stand-in/)
  // The same words as before the first run, so a third run is not told that its brief was changed.
  const containers = await board.containers(pageId)
  expect(containers.map(({ title }) => /the brief was changed/.test(title))).toEqual([false, false])
  const runs = runsOf(desk, pageId)
  expect(runs).toHaveLength(2)
  for (const { id } of runs) await expectBodyOnce(desk, board, pageId, id)
})

test('the brief is changed while the run works: the container says so', async () => {
  let pageId = ''
  const desk = await openDesk(office, {
    fetch: whileWorking(async () => board.edit(pageId, { body: 'One thing more.' })),
  })
  pageId = await board.add(PASSES)
  await desk.done('poll', '--drain')
  expect(await board.containers(pageId)).toMatchObject([{ title: textLike(/the brief was changed while/) }])
})

test('a page that is trashed while the run works: the run goes on or is cancelled, and blocks nothing else', async () => {
  let pageId = ''
  const desk = await openDesk(office, {
    fetch: whileWorking(async () => board.edit(pageId, { in_trash: true })),
  })
  pageId = await board.add(
    { 'Task Name': 'Trashed', Description: briefThat('score=60') },
    { created_time: '2026-11-01T09:00:00Z' },
  )
  const other = await board.add(PASSES)
  expect((await desk.call('poll', '--drain')).code).toBe(3)
  expect((await board.row(other)).cells).toMatchObject({ Status: 'Done', Trigger: false })
  const status = await desk.call('status')
  expect(status.code).toBe(0)
  expect(listOf(status.document, 'dead')).toEqual([])
  await desk.call('poll', '--drain')
  expect(statesOf(desk, pageId)).toEqual(['cancelled'])
  // Back from the trash, a tick counts again.
  await board.edit(pageId, { in_trash: false, values: { Description: briefThat('score=95') } })
  await desk.call('poll', '--drain')
  expect((await board.row(pageId)).cells['Trigger']).toBe(false)
  await board.tick(pageId)
  await desk.done('poll', '--drain')
  expect(statesOf(desk, pageId)).toEqual(['cancelled', 'done'])
  expect((await board.row(pageId)).cells).toMatchObject({ Status: 'Done', Trigger: false })
})

test('a hand-set Cancelled ends a run that waits, and one that is queued', async () => {
  const desk = await openDesk(office)
  const waiting = await board.add({ 'Task Name': 'Waits', Description: briefThat('score=60') })
  await desk.done('poll', '--drain')
  const queued = await board.add(PASSES)
  await desk.done('poll')
  for (const pageId of [waiting, queued]) await board.edit(pageId, { values: { Status: 'Cancelled' } })
  expect(await desk.done('poll', '--drain')).toMatchObject({ notion: { decided: 2 }, runs: [] })
  for (const pageId of [waiting, queued]) {
    expect(statesOf(desk, pageId)).toEqual(['cancelled'])
    expect((await board.row(pageId)).cells['Status']).toBe('Cancelled')
  }
})

test('a hand-set Cancelled ends a run that is being worked on, whatever we would have written over it', async () => {
  let pageId = ''
  const desk = await openDesk(office, {
    fetch: whileWorking(async () => {
      await expect
        .poll(async () => (await board.row(pageId)).cells['Status'], { interval: 20 })
        .toBe('Processing')
      await board.edit(pageId, { values: { Status: 'Cancelled' } })
    }),
  })
  // Two drafts and verdicts: there is time in which a state is written.
  pageId = await board.add({ 'Task Name': 'Note', Description: briefThat('score=60') })
  await desk.done('poll', '--drain')
  expect(statesOf(desk, pageId)).toEqual(['cancelled'])
  expect((await board.row(pageId)).cells).toMatchObject({ Status: 'Cancelled', Trigger: false })
  expect(await logged(board, runsOf(desk, pageId)[0]?.id ?? '')).toEqual({
    log: ['Processing', 'Warning'],
    job: ['Cancelled'],
  })
  // A tick after that is a new run, though the row says Cancelled.
  await board.edit(pageId, { values: { Trigger: true, Description: briefThat('score=95') } })
  await desk.done('poll', '--drain')
  expect(statesOf(desk, pageId)).toEqual(['cancelled', 'done'])
})

test('a run that is retried after it was cancelled is not cancelled by what the row still says', async () => {
  const desk = await openDesk(office)
  const pageId = await board.add({ 'Task Name': 'Note', Description: briefThat('score=60') })
  await desk.done('poll', '--drain')
  await board.edit(pageId, { values: { Status: 'Cancelled' } })
  await desk.done('poll', '--drain')
  const [{ id } = { id: '' }] = desk.rows<{ id: string }>('SELECT id FROM tasks')
  await desk.done('task', 'retry', id)
  await desk.done('poll', '--drain')
  expect(statesOf(desk, pageId)).toEqual(['cancelled', 'waiting_human'])
  expect((await board.row(pageId)).cells['Status']).toBe('Waiting Human')
})

test('a page that is no longer shared cancels nothing', async () => {
  const desk = await openDesk(office)
  const pageId = await board.add({ 'Task Name': 'Note', Description: briefThat('score=60') })
  await desk.done('poll', '--drain')
  await board.arm({ type: 'status', status: 404 }, { path: `/v1/pages/${pageId}` }, 2)
  await desk.call('poll', '--drain')
  expect(statesOf(desk, pageId)).toEqual(['waiting_human'])
  await board.disarm()
  await board.edit(pageId, { values: { Decision: 'Approve' } })
  await desk.done('poll', '--drain')
  expect(statesOf(desk, pageId)).toEqual(['done'])
})

test.for(['trashed', 'deleted'])('a client that was %s is no reason to stop work', async how => {
  const desk = await openDesk(office)
  const client = await board.add({ 'Client Name': 'Acme', Email: 'a@acme.test' }, { source: 'Clients' })
  const pageId = await board.add({ ...PASSES, Client: client, 'Client Name': 'Acme by hand' })
  await board.edit(client, { in_trash: true })
  if (how === 'deleted') await board.arm({ type: 'status', status: 404 }, { path: `/v1/pages/${client}` })
  await desk.done('poll', '--drain')
  expect(statesOf(desk, pageId)).toEqual(['done'])
  expect(desk.rows('SELECT client FROM tasks')).toEqual([{ client: 'Acme by hand' }])
})

test('a client is read with the row', async () => {
  const desk = await openDesk(office)
  const client = await board.add({ 'Client Name': 'Acme', Email: 'a@acme.test' }, { source: 'Clients' })
  await board.add({ ...PASSES, Client: client, Priority: 'Rush', Due: '2026-12-24', 'QA Target': 93 })
  await desk.done('poll', '--drain')
  expect(desk.rows('SELECT client, client_email, priority, due_date, qa_target FROM tasks')).toEqual([
    { client: 'Acme', client_email: 'a@acme.test', priority: 3, due_date: '2026-12-24', qa_target: 93 },
  ])
})

/** What Notion says where it stops, without the 10,000 rows before it. */
async function stoppingEarly(...call: Parameters<typeof fetch>): Promise<Response> {
  const answer = await fetch(...call)
  const text = await answer.text()
  const stopped = '"request_status":{"type":"incomplete","incomplete_reason":"query_result_limit_reached"}'
  return new Response(
    text.replace(/"request_status":\{[^}]*\}|(?<="object":"list")/, match =>
      match === '' ? `,${stopped}` : stopped,
    ),
    answer,
  )
}

test('a query that stops at 10,000 rows is noticed', async () => {
  const desk = await openDesk(office, ALL ? {} : { fetch: stoppingEarly })
  await board.add({ 'Task Name': 'Row {n}' }, { count: ALL ? 10_001 : 2 })
  const called = await desk.call('poll', '--limit', '1')
  expect(called.document).toMatchObject({ notion: { complete: false } })
  expect(called.code).toBe(3)
})

test('a row that Notion will not give keeps no other from being worked on', async () => {
  const desk = await openDesk(office)
  const bad = await board.add(PASSES, { created_time: '2026-11-01T09:00:00Z' })
  const good = await board.add(PASSES)
  await board.arm({ type: 'status', status: 404 }, { path: `/v1/blocks/${bad}/children`, method: 'GET' })
  const called = await desk.call('poll', '--drain')
  expect(called.code).toBe(3)
  expect(called.document).toMatchObject({ notion: { failed: [{ id: bad, kind: 'provider' }] } })
  expect(statesOf(desk, good)).toEqual(['done'])
  await desk.done('poll', '--drain')
  expect(statesOf(desk, bad)).toEqual(['done'])
})

test('init refuses a page that is not shared, and says what to do', async () => {
  const desk = newDesk(office, { env: { ECHOPILOT_NOTION_PARENT_PAGE: '' } })
  const missing = await desk.call('init', '--parent', '0123456789abcdef0123456789abcdef')
  expect(missing.code).toBe(78)
  expect(missing.error).toMatchObject({
    kind: 'config',
    hint: textLike(/share the page or database with the integration/),
  })
  const none = await desk.call('init')
  expect(none.code).toBe(78)
  expect(none.error['hint']).toMatch(/--parent PAGE/)
})
